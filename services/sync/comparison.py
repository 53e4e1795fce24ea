"""Salto read back: where it and Odoo disagree, and what of that Odoo may fix.

Nothing is concluded from an answer that failed, nor from a list alone: what it lacks is
asked for one by one. When an unusual share is missing, a person looks before it is
fixed.
"""

from contextlib import suppress
from dataclasses import dataclass

from odoo import fields

from ...connect import errors
from ...rules.access.access import Applied
from ...rules.access.brake import allowed_removals, must_stop
from ...rules.access.drift import Kind, differs, find_strangers
from ...tools.transactions import retried
from .calls import SiteCalls
from .group_task import read_group
from .people_task import PeopleTasks
from .person import load_people


@dataclass(frozen=True)
class Drift:
    """One thing that Salto and Odoo disagree about.

    :param remote_id: the group's id at Salto, or the site-user id of a person
    :param access_id: id of the salto.ks.access it belongs to, or None
    :param user_id: id of the salto.ks.user it is about, or None
    """

    kind: Kind
    remote_id: str
    name: str
    access_id: int | None = None
    user_id: int | None = None


class AccessComparer:
    """Its coroutines are to be given to ``run``.

    :param integration: salto.ks.integration, a site that gives access
    :ivar run: see SiteCalls
    :raises UserError: the site cannot be talked to
    """

    def __init__(self, integration):
        self._integration = integration
        self._salto = SiteCalls(integration)
        self.run = self._salto.run

    async def compare_access(self):
        """Compare all groups and people; what is proven is recorded as such.

        :returns: (list of Drift, whether it is credible: if so much is missing at Salto
            that somebody should look before it is created again, it is not)
        :raises KsError: Salto did not answer
        """
        people, known = await self._find_missing_people()
        groups, recorded = await self._find_group_drift()
        missing = sum(one.kind is Kind.MISSING for one in groups)
        credible = self._is_usual(missing, recorded)
        return groups + people, credible and self._is_usual(len(people), known)

    def _is_usual(self, missing, known):
        return not must_stop(missing, known, self._integration.brake_share)

    # -- access groups

    async def _find_group_drift(self):
        """:returns: (list of Drift, how many groups are recorded)"""
        recorded = self._in_db(self._load_recorded)
        items = await self._salto.access_groups()
        found = await self._read_groups(recorded)
        # What others changed here meanwhile is compared the next time.
        now = self._in_db(self._load_recorded)
        drift, equal = [], []
        for group_uuid, known in recorded.items():
            if now.get(group_uuid) != known:
                continue
            row_id, name, applied = known
            held, more = found[group_uuid]
            if held is None:
                drift.append(Drift(Kind.MISSING, group_uuid, name, row_id))
            elif more or differs(applied, held):
                drift.append(Drift(Kind.DIFFERS, group_uuid, name, row_id))
            else:
                equal.append(row_id)
        self._in_db(lambda site: self._record_proof(site, equal))
        drift += await self._name_strangers({**recorded, **now}, items)
        return drift, len(recorded)

    def _load_recorded(self, site):
        """{group id: (row id, name, Applied)} of all that is believed to be there."""
        rows = site.access_ids.filtered("group_uuid")
        return {row.group_uuid: (row.id, row.name, row._load_applied()) for row in rows}

    def _record_proof(self, site, row_ids):
        rows = site.env["salto.ks.access"].browse(row_ids).exists()
        rows.verified_at = fields.Datetime.now()

    async def _name_strangers(self, recorded, items):
        """Groups named like Odoo's: left over, or made by somebody else."""
        listed = {one["id"]: one.get("customer_reference") or "" for one in items}
        prefix = self._integration.access_prefix
        strangers = find_strangers(prefix, recorded, listed)
        lost = self._in_db(
            lambda site: {
                row.name: row.id for row in site.access_ids if row.lost_groups > 0
            }
        )
        found = await self._read_groups(
            [group_uuid for group_uuid, name in strangers.items() if name in lost]
        )
        drift = []
        for group_uuid, name in strangers.items():
            is_empty = found.get(group_uuid, (None,))[0] == Applied(group_uuid)
            kind = Kind.LEFTOVER if is_empty else Kind.FOREIGN
            drift.append(Drift(kind, group_uuid, name, lost.get(name)))
        return drift

    async def _read_groups(self, group_uuids):
        """{group id: (Applied or None if it is gone, further schedules)}."""
        found = {}

        async def read(group_uuid):
            try:
                found[group_uuid] = await read_group(self._salto, group_uuid)
            except errors.NotFound:
                found[group_uuid] = (None, [])

        await self._salto.for_each(group_uuids, read)
        return found

    # -- people

    async def _find_missing_people(self):
        """Follow what others did to people at Salto, and find who was removed there.

        :returns: (list of Drift, how many people are known)
        """
        items = await self._salto.users()
        there = {item["id"]: item for item in items if item.get("user")}
        known = self._in_db(
            lambda site: {
                user.id: (user.user_uuid, user.name)
                for user in site.ks_user_ids
                if user.user_uuid
            }
        )
        missing = []

        async def look_for(row_id):
            # Who is not in the list is asked for: a list may be cut short.
            user_uuid, name = known[row_id]
            try:
                there[user_uuid] = await self._salto.user(user_uuid)
            except errors.NotFound:
                missing.append(Drift(Kind.PERSON, user_uuid, name, user_id=row_id))

        unlisted = [
            one for one, (user_uuid, _name) in known.items() if user_uuid not in there
        ]
        await self._salto.for_each(unlisted, look_for)
        self._in_db(
            lambda site: site.env["salto.ks.user"]._update_from_salto(site, there)
        )
        return missing, len(known)

    # -- fixing

    async def fix_drift(self, drift):
        """Fix what Odoo created: the next pass creates again what is missing or
        different.

        :param drift: list of Drift
        """
        leftover = [one for one in drift if one.kind is Kind.LEFTOVER]
        await self._salto.for_each(leftover, self._remove_leftover)
        self._in_db(lambda site: self._record_drift(site, drift))

    def _record_drift(self, site, drift):
        """What is gone or different is read anew, and people are looked for again."""
        users, rows = site.env["salto.ks.user"], site.env["salto.ks.access"]
        for one in drift:
            if one.kind is Kind.PERSON:
                user = users.browse(one.user_id).exists()
                if user.user_uuid == one.remote_id:
                    user._forget_at_salto()
            elif one.kind in (Kind.MISSING, Kind.DIFFERS):
                rows.browse(one.access_id)._mark_unsettled()

    async def _remove_leftover(self, drift):
        """Remove what is left over, if it still is: it was found a while ago."""
        group_uuid = drift.remote_id
        row = self._integration.env["salto.ks.access"].browse(drift.access_id)
        name = retried(row, lambda own: own._find_lost_group_name(group_uuid))
        if not name:
            return
        listed = await self._salto.access_groups(name)
        if not any(one["id"] == group_uuid for one in listed):
            return
        with suppress(errors.NotFound):
            found, _more = await read_group(self._salto, group_uuid)
            if found != Applied(group_uuid):
                return
            await self._salto.delete_access_group(group_uuid)
        retried(row, lambda own: own._forget_lost_group())

    # -- keeping people up to date

    async def update_people(self):
        """Send what is new of people; where that is wanted, remove those whom Odoo
        created and no longer needs.

        :raises KsError: Salto did not answer
        """
        await self._send_news()
        await self._take_back_office_modes()
        if self._integration.delete_users:
            await self._remove_users()

    async def _send_news(self):
        """Of partners of whom Salto may not know all that is new."""
        people = self._in_db(
            lambda site: load_people(
                site,
                site.ks_user_ids.filtered("user_uuid")
                .partner_id.filtered("active")
                .ids,
            )
        )
        known = [one for one in people.values() if one.is_known and one.needs_work]
        tasks = PeopleTasks(self._integration, self._salto)
        await self._salto.for_each(known, tasks.update_person)

    async def _take_back_office_modes(self):
        left = self._in_db(
            lambda site: site.env["salto.ks.user"]._find_office_modes_left(site)
        )

        async def take_back(row_id):
            with suppress(errors.NotFound):
                await self._salto.change_user(
                    left[row_id], toggle_manual_office_mode=False
                )
            user = self._integration.env["salto.ks.user"].browse(row_id)
            retried(user, lambda own: own.write({"office_mode": False}))

        await self._salto.for_each(left, take_back)

    async def _remove_users(self):
        """Remove users that Odoo created and that have no access left, not even by a
        group of somebody else. Not too many in one night: the others' turn comes."""
        idle, ours = self._in_db(
            lambda site: site.env["salto.ks.user"]._find_idle(site)
        )
        members = await self._read_all_members() if idle else set()
        if not members:
            # No groups, or nobody in them: that proves nothing.
            return

        async def remove(row_id):
            user_uuid, _platform_uuid = idle[row_id]
            with suppress(errors.NotFound):
                await self._salto.delete_user(user_uuid)
            user = self._integration.env["salto.ks.user"].browse(row_id)
            retried(user, lambda own: own.exists().unlink())

        to_remove = [
            row_id
            for row_id, (_user_uuid, platform_uuid) in idle.items()
            if platform_uuid not in members
        ]
        most = allowed_removals(ours, self._integration.brake_share)
        await self._salto.for_each(to_remove[:most], remove)

    async def _read_all_members(self):
        """Platform ids of all who are in any group of the site."""
        members = set()

        async def read(group):
            members.update(await self._salto.group_users(group["id"]))

        await self._salto.for_each(await self._salto.access_groups(), read)
        return members

    def _in_db(self, work):
        """Result of ``work(salto.ks.integration)``, in a transaction of its own."""
        return retried(self._integration, work)
