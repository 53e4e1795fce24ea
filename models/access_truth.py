"""Salto read back: where it and we disagree, and what of that is ours to mend.

Nothing is concluded from an answer that failed, that is empty, or that lacks an unusual
share of what we know to be there.
"""

from contextlib import suppress
from dataclasses import dataclass

from odoo import fields

from ..connect import errors
from ..rules.access import Applied
from ..rules.brake import allowed_removals, must_stop
from ..rules.drift import Group, Kind, differs, find_missing, find_strangers
from .access_tasks import read_group
from .claims import certainly
from .errands import Errands
from .people_tasks import PeopleTasks, load_people
from .site_health import SiteHealth
from .token_store import VaultTokenStore


@dataclass(frozen=True)
class Drift:
    """One thing that Salto and we disagree about.

    :param access_id: id of the salto.ks.access it belongs to, or None
    """

    kind: Kind
    group_id: str
    name: str
    access_id: int | None = None


class Doubtful(Exception):
    """So much is missing that the answer is more likely wrong than true."""


class AccessTruth:
    """
    :param integration: salto.ks.integration, a site that gives access
    :raises UserError: the site cannot be talked to
    """

    def __init__(self, integration):
        self._integration = integration
        self._health = SiteHealth()
        self._errands = Errands(
            integration._identity(),
            VaultTokenStore(integration.sudo()),
            integration.connections,
            heard=self._health.hear,
        )
        self._site_id = integration._require_site_in_time()

    # -- access groups

    def find_drift(self):
        """Compare all groups; what is proven is noted as such.

        :returns: list of Drift
        :raises KsError: Salto did not answer
        :raises Doubtful: it answered something incredible
        """
        site_id = self._site_id
        recorded = self._ask_rows(lambda rows: rows._recorded(self._integration))
        items = self._errands.ask(lambda salto: salto.access_groups(site_id))
        listed = [
            Group(one["id"], one.get("customer_reference") or "") for one in items
        ]
        missing = find_missing(recorded, listed)
        self._doubt(len(missing), len(recorded))
        found = self._read({*recorded} - missing)
        equal = []
        drift = [
            Drift(Kind.MISSING, one, recorded[one].name, recorded[one].access_id)
            for one in missing
        ]
        for group_id, (held, more) in found.items():
            known = recorded[group_id]
            if held is None:
                continue  # removed between the list and the reading: next time
            if more or differs(known.applied, held):
                drift.append(Drift(Kind.DIFFERS, group_id, known.name, known.access_id))
            else:
                equal.append(known.access_id)
        self._ask_rows(
            lambda rows: rows.browse(equal)
            .exists()
            .write({"verified_at": fields.Datetime.now()})
        )
        return drift + self._name_strangers(recorded, listed)

    def _name_strangers(self, recorded, listed):
        """Groups named like ours: left over by us, or made by somebody else."""
        prefix = self._integration.access_prefix
        strangers = find_strangers(prefix, recorded, listed)
        lost = self._ask_rows(lambda rows: rows._with_lost_groups(self._integration))
        found = self._read({one.id for one in strangers if one.name in lost})
        return [
            Drift(
                Kind.LEFTOVER
                if found.get(one.id, (None,))[0] == Applied(one.id)
                else Kind.FOREIGN,
                one.id,
                one.name,
                lost.get(one.name),
            )
            for one in strangers
        ]

    def _read(self, group_ids):
        """{group id: (Applied or None if it is gone, further schedules)}."""
        found = {}

        def read(group_id):
            try:
                found[group_id] = yield from read_group(self._site_id, group_id)
            except errors.NotFound:
                found[group_id] = (None, [])

        self._errands.run(read(one) for one in group_ids)
        return found

    def mend(self, drift):
        """Mend what is ours: the next pass makes anew what is missing or different."""
        by_kind = {kind: [] for kind in Kind}
        for one in drift:
            by_kind[one.kind].append(one)
        self._errands.run(self._remove(one) for one in by_kind[Kind.LEFTOVER])
        to_redo = [*by_kind[Kind.MISSING], *by_kind[Kind.DIFFERS]]
        self._ask_rows(
            lambda rows: rows.browse([one.access_id for one in to_redo])._distrust()
        )

    def _remove(self, drift):
        site_id, group_id = self._site_id, drift.group_id
        with suppress(errors.NotFound):
            yield lambda salto: salto.delete_access_group(site_id, group_id)
        row = self._integration.env["salto.ks.access"].browse(drift.access_id)
        certainly(row, lambda own: own._forget_lost_group())

    # -- people

    def look_after_people(self):
        """Notice who was removed or lost a seat at Salto; bring what is new; remove
        those who are no longer ours, where that is wanted.

        Raises as ``find_drift`` does.
        """
        site_id = self._site_id
        items = self._errands.ask(lambda salto: salto.users(site_id))
        there = {item["id"]: item for item in items}
        if not there:
            # Our own account at least is a user of the site.
            raise Doubtful("all")
        known = self._ask_users(lambda users: users._known_ids(self._integration))
        self._doubt(len(set(known) - set(there)), len(known))
        self._ask_users(lambda users: users._see(self._integration, there))
        self._bring_news()
        if self._integration.delete_users:
            self._remove_users()

    def _bring_news(self):
        partner_ids = self._ask_users(
            lambda users: users._partners_to_look_after(self._integration)
        )
        people = certainly(
            self._integration, lambda site: load_people(site, partner_ids)
        )
        tasks = PeopleTasks(
            self._integration, self._site_id, self._integration.plain_role_uuid
        )
        self._errands.run(
            tasks.bring(person)
            for person in people.values()
            if person.is_known and person.needs_work
        )

    def _remove_users(self):
        """Remove users that we made and that have no access left, not even by a group
        of somebody else. Not too many in one night: the others' turn comes."""
        idle, ours = self._ask_users(lambda users: users._idle(self._integration))
        if not idle:
            return
        members = self._all_members()
        if members is None:
            return
        to_remove = [
            self._remove_user(row_id, user_uuid)
            for row_id, (user_uuid, platform_uuid) in idle.items()
            if platform_uuid not in members
        ]
        share = self._integration.brake_share
        self._errands.run(to_remove[: allowed_removals(ours, share)])

    def _all_members(self):
        """Platform ids of all who are in any group of the site; None if there seem to
        be no groups at all, which proves nothing."""
        site_id, members = self._site_id, set()
        groups = self._errands.ask(lambda salto: salto.access_groups(site_id))
        if not groups:
            return None

        def read(group_id):
            members.update((yield lambda salto: salto.group_users(site_id, group_id)))

        self._errands.run(read(group["id"]) for group in groups)
        return members

    def _remove_user(self, row_id, user_uuid):
        site_id = self._site_id
        with suppress(errors.NotFound):
            yield lambda salto: salto.delete_user(site_id, user_uuid)
        row = self._integration.env["salto.ks.user"].browse(row_id)
        certainly(row, lambda own: own.exists().unlink())

    # -- both

    def _doubt(self, lacking, known):
        if must_stop(lacking, known, self._integration.brake_share):
            raise Doubtful(f"{lacking} of {known}")

    def _ask_rows(self, question):
        return certainly(self._integration.env["salto.ks.access"], question)

    def _ask_users(self, question):
        return certainly(self._integration.env["salto.ks.user"], question)
