"""Salto read back: where it and we disagree, and what of that is ours to mend.

Nothing is concluded from an answer that failed, nor from a list alone: what it lacks is
asked for one by one. When an unusual share is missing, a person looks before we mend.
"""

from contextlib import suppress
from dataclasses import dataclass

from odoo import fields

from ...connect import errors
from ...rules.access.access import Applied
from ...rules.access.brake import allowed_removals, must_stop
from ...rules.access.drift import Group, Kind, differs, find_strangers
from ...tools.token_store import VaultTokenStore
from ...tools.transactions import certainly
from .calls import Errands
from .group_task import read_group
from .people_task import PeopleTasks, load_people
from .site_health import SiteHealth


@dataclass(frozen=True)
class Drift:
    """One thing that Salto and we disagree about.

    :param remote_id: the group's id at Salto, or the site-user id of a person
    :param access_id: id of the salto.ks.access it belongs to, or None
    :param user_id: id of the salto.ks.user it is about, or None
    """

    kind: Kind
    remote_id: str
    name: str
    access_id: int | None = None
    user_id: int | None = None


@dataclass(frozen=True)
class Comparison:
    """
    :param drift: list of Drift
    :param is_credible: false when so much is missing at Salto that somebody should
        look before it is made again
    """

    drift: list[Drift]
    is_credible: bool


class AccessTruth:
    """
    :param integration: salto.ks.integration, a site that gives access
    :raises UserError: the site cannot be talked to
    """

    def __init__(self, integration):
        self._integration = integration
        self._health = SiteHealth()
        identity = integration._identity()
        self._errands = Errands(
            identity,
            VaultTokenStore(integration.sudo(), identity[0]),
            integration.connections,
            heard=self._health.hear,
        )
        self._site_id = integration._require_site()

    def compare(self):
        """Compare all groups and people; what is proven is noted as such.

        :returns: Comparison
        :raises KsError: Salto did not answer
        """
        people, known = self._find_missing_people()
        groups, recorded = self._find_group_drift()
        missing = sum(one.kind is Kind.MISSING for one in groups)
        return Comparison(
            groups + people,
            self._is_usual(missing, recorded) and self._is_usual(len(people), known),
        )

    def _is_usual(self, missing, known):
        return not must_stop(missing, known, self._integration.brake_share)

    # -- access groups

    def _find_group_drift(self):
        """:returns: (list of Drift, how many groups we recorded)"""
        site_id = self._site_id
        recorded = self._recorded()
        items = self._errands.ask(lambda salto: salto.access_groups(site_id))
        listed = [
            Group(one["id"], one.get("customer_reference") or "") for one in items
        ]
        found = self._read(recorded)
        # What others changed here meanwhile is compared the next time.
        now = self._recorded()
        drift, equal = [], []
        for group_id, known in recorded.items():
            if now.get(group_id) != known:
                continue
            held, more = found[group_id]
            if held is None:
                kind = Kind.MISSING
            elif more or differs(known.applied, held):
                kind = Kind.DIFFERS
            else:
                equal.append(known.access_id)
                continue
            drift.append(Drift(kind, group_id, known.name, known.access_id))
        self._ask_rows(
            lambda rows: rows.browse(equal)
            .exists()
            .write({"verified_at": fields.Datetime.now()})
        )
        drift += self._name_strangers({**recorded, **now}, listed)
        return drift, len(recorded)

    def _recorded(self):
        return self._ask_rows(lambda rows: rows._recorded(self._integration))

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

    # -- people

    def _find_missing_people(self):
        """Follow what others did to people at Salto, and find who was removed there.

        :returns: (list of Drift, how many people we know)
        """
        site_id = self._site_id
        items = self._errands.ask(lambda salto: salto.users(site_id))
        there = {item["id"]: item for item in items if item.get("user")}
        known = self._ask_users(lambda users: users._known_people(self._integration))
        missing = []

        def look_for(row_id, user_uuid, name):
            # Who is not in the list is asked for: a list may be cut short.
            try:
                there[user_uuid] = yield lambda salto: salto.user(site_id, user_uuid)
            except errors.NotFound:
                missing.append(Drift(Kind.PERSON, user_uuid, name, user_id=row_id))

        self._errands.run(
            look_for(row_id, user_uuid, name)
            for row_id, (user_uuid, name) in known.items()
            if user_uuid not in there
        )
        self._ask_users(lambda users: users._see(self._integration, there))
        return missing, len(known)

    # -- mending

    def mend(self, drift):
        """Mend what is ours: the next pass makes anew what is missing or different."""
        by_kind = {kind: [] for kind in Kind}
        for one in drift:
            by_kind[one.kind].append(one)
        self._errands.run(self._remove(one) for one in by_kind[Kind.LEFTOVER])
        gone = {one.user_id: one.remote_id for one in by_kind[Kind.PERSON]}
        self._ask_users(lambda users: users._forget_gone(gone))
        to_redo = [*by_kind[Kind.MISSING], *by_kind[Kind.DIFFERS]]
        self._ask_rows(
            lambda rows: rows.browse([one.access_id for one in to_redo])._distrust()
        )

    def _remove(self, drift):
        """Remove what is left over, if it still is: we looked a while ago."""
        site_id, group_id = self._site_id, drift.remote_id
        row = self._integration.env["salto.ks.access"].browse(drift.access_id)
        name = certainly(row, lambda own: own._name_of_lost_group(group_id))
        if not name:
            return
        listed = yield lambda salto: salto.access_groups(site_id, name)
        if not any(one["id"] == group_id for one in listed):
            return
        with suppress(errors.NotFound):
            found, _more = yield from read_group(site_id, group_id)
            if found != Applied(group_id):
                return
            yield lambda salto: salto.delete_access_group(site_id, group_id)
        certainly(row, lambda own: own._forget_lost_group())

    def look_after_people(self):
        """Bring what is new of people; remove those who are no longer ours, where that
        is wanted.

        :raises KsError: Salto did not answer
        """
        self._bring_news()
        self._take_back_office_mode()
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

    def _take_back_office_mode(self):
        left = self._ask_users(
            lambda users: users._with_office_mode_left(self._integration)
        )
        self._errands.run(self._take_back(*one) for one in left.items())

    def _take_back(self, row_id, user_uuid):
        site_id = self._site_id
        with suppress(errors.NotFound):
            yield lambda salto: salto.change_user(
                site_id, user_uuid, toggle_manual_office_mode=False
            )
        row = self._integration.env["salto.ks.user"].browse(row_id)
        certainly(row, lambda own: own.write({"office_mode": False}))

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
        be no groups, or nobody in them, which proves nothing."""
        site_id, members = self._site_id, set()
        groups = self._errands.ask(lambda salto: salto.access_groups(site_id))
        if not groups:
            return None

        def read(group_id):
            members.update((yield lambda salto: salto.group_users(site_id, group_id)))

        self._errands.run(read(group["id"]) for group in groups)
        return members or None

    def _remove_user(self, row_id, user_uuid):
        site_id = self._site_id
        with suppress(errors.NotFound):
            yield lambda salto: salto.delete_user(site_id, user_uuid)
        row = self._integration.env["salto.ks.user"].browse(row_id)
        certainly(row, lambda own: own.exists().unlink())

    # -- both

    def _ask_rows(self, question):
        return certainly(self._integration.env["salto.ks.access"], question)

    def _ask_users(self, question):
        return certainly(self._integration.env["salto.ks.user"], question)
