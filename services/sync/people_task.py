"""People at Salto: making them known there, and their seats."""

import logging
from contextlib import suppress

from odoo import fields

from ...connect import KsError, errors
from ...rules.access.seats import move_seats
from ...tools.transactions import retried
from ...wording.people import PersonProblem, person_error_sentence, person_sentence
from .person import is_blocked, is_seated

_logger = logging.getLogger(__name__)


class PeopleTasks:
    """
    :param integration: salto.ks.integration
    :param salto: SiteCalls
    """

    def __init__(self, integration, salto):
        self._integration = integration
        self._env = integration.env
        self._salto = salto
        self._role_uuid = integration.plain_role_uuid

    async def update_people(self, people):
        """One after the other; see ``update_person``."""
        for person in people:
            await self.update_person(person)

    async def update_person(self, person):
        """Make Salto know a person as they are now. What goes wrong stays with them."""
        try:
            await self._update(person)
        except KsError as error:
            _logger.info("Salto KS: partner %s: %s", person.partner_id, error)
            person.error = error
            sentence = person_error_sentence(self._env, error, person.name)
            self._save(person, problem=sentence)
        except Exception as error:  # pylint: disable=broad-except
            _logger.exception("Salto KS: partner %s", person.partner_id)
            person.error = error
            self._save_problem(person, PersonProblem.MISTAKE)

    async def _update(self, person):
        if person.held.problem:
            self._save(person, problem=False)
        if not person.email and not person.tag_number:
            self._save_problem(person, PersonProblem.NEITHER_EMAIL_NOR_TAG)
        elif person.is_known:
            await self._change_user(person)
        else:
            by_email = {"email": person.email}
            by_tag = {"tag_number": person.tag_number}
            found = await self._find_user(**(by_email if person.email else by_tag))
            if found:
                self._link(person, found, ours=person.was_added_as(found))
                await self._change_user(person, found)
            else:
                await self._add_user(person)

    async def _find_user(self, **key):
        """The user with an e-mail address or tag at Salto; None if there is none."""
        found = await self._salto.find_users(**key)
        return found[0] if found else None

    async def _find_tag(self, person):
        if not person.tag_number:
            return None
        tag = await self._salto.find_tag(person.tag_number)
        if not tag:
            self._save_problem(person, PersonProblem.UNKNOWN_TAG, person.tag_number)
        return tag

    async def _find_plain_role(self):
        if not self._role_uuid:
            roles = await self._salto.roles()
            self._role_uuid = retried(
                self._integration, lambda one: one._record_plain_role(roles)
            )
        return self._role_uuid

    # -- somebody new

    async def _add_user(self, person, with_tag=True):
        """Add a user with the plain role and no right beyond."""
        tag = await self._find_tag(person) if with_tag else None
        if not person.email and not tag:
            return
        values = {**person.names, "role_ids": [await self._find_plain_role()]}
        if person.email:
            values["email"] = person.email
        if tag:
            values["tag_id"] = tag["id"]
        if person.office_mode:
            values["toggle_manual_office_mode"] = True
        # From here on a user may be there that Odoo does not know of.
        self._save(person, unsettled=True)
        try:
            added = await self._salto.add_user(**values)
        except errors.InvalidRequest:
            await self._resolve_refusal(person, with_tag=bool(tag))
            return
        except KsError as error:
            self._save(person, unsettled=error.left and not error.answered)
            raise
        sent = {"office_mode": person.office_mode, "asked_for": person.fingerprint}
        if tag:
            sent["tag_number"] = person.tag_number
        self._link(person, added, ours=True, made_at=fields.Datetime.now(), **sent)

    async def _resolve_refusal(self, person, with_tag):
        """Salto adds nobody twice: find out who is there already."""
        holder = with_tag and await self._find_user(tag_number=person.tag_number)
        if not holder:
            await self._find_in_all(person)
        elif person.may_be(holder):
            self._link(person, holder, ours=False)
        else:
            self._save_problem(person, PersonProblem.TAG_OF_OTHER, person.tag_number)
            await self._add_user(person, with_tag=False)

    async def _find_in_all(self, person):
        """Salto says that the user is there: then it was written in another way."""
        for item in await self._salto.users():
            email = ((item.get("user") or {}).get("email") or "").casefold()
            if person.email and email == person.email:
                self._link(person, item, ours=False)
                return
        self._save_problem(person, PersonProblem.REFUSED, unsettled=False)

    # -- somebody known

    async def _change_user(self, person, item=None):
        """Send what is new, in one call; what others created stays theirs.

        :param item: the user as Salto described it just now
        """
        values = {}
        if person.held.created_here and person.held.asked_for != person.fingerprint:
            values |= person.names
        office_mode = await self._choose_office_mode(person, item)
        if office_mode != person.held.office_mode:
            values["toggle_manual_office_mode"] = office_mode
        tag = await self._find_new_tag(person)
        if tag:
            values["tag_id"] = tag["id"]
        if values:
            try:
                await self._salto.change_user(person.held.user_uuid, **values)
            except errors.NotFound:
                # The user, or the tag?
                await self.forget_gone([person])
                raise
        self._save(
            person,
            office_mode=office_mode,
            tag_number=person.tag_number if tag else person.held.tag_number,
            asked_for=person.fingerprint,
        )

    async def _find_new_tag(self, person):
        """The tag that the person shall carry instead of another or none; or None.

        Whoever was at Salto before was found by an address, which people may choose for
        themselves: they get no tag from here, for it would open all that they may open.
        """
        if person.tag_number in ("", person.held.tag_number):
            return None
        if person.held.created_here:
            return await self._find_tag(person)
        problem = (
            PersonProblem.OTHER_TAG if person.held.tag_number else PersonProblem.NO_TAG
        )
        self._save_problem(person, problem, person.held.tag_number or person.tag_number)
        return None

    async def _choose_office_mode(self, person, item):
        """Whether Odoo is to give the right, or gave it: what others gave stays when
        the person leaves the groups that Odoo gives it to."""
        if not person.office_mode or person.held.office_mode:
            return person.office_mode
        item = item or await self._salto.user(person.held.user_uuid)
        return not item.get("toggle_manual_office_mode")

    async def forget_gone(self, people):
        """Find out which of ``people`` are not at Salto any more, and forget what is
        recorded of them: next time they are looked for, and added if need be.

        :returns: whether there are any
        """
        gone = []
        for person in people:
            if person.is_known and not person.is_settling:
                try:
                    await self._salto.user(person.held.user_uuid)
                except errors.NotFound:
                    gone.append(person.row_id)
        if gone:
            users = self._env["salto.ks.user"].browse(gone)
            retried(users, lambda own: own._forget_at_salto())
        return bool(gone)

    # -- seats

    async def move_seats(self):
        """Give seats to people who wait for one, the nearest start first."""
        people = retried(
            self._integration,
            lambda site: site.env["salto.ks.user"]._list_sitters(site),
        )
        if people:
            with suppress(errors.KsError):
                await self._use_free_seats(people)

    async def _use_free_seats(self, people):
        """Salto does not say how many seats are free; but it refuses to go beyond.

        :param people: {rules.access.seats.Sitter: site-user id}
        """
        sitters, uuids = [*people], {one.key: uuid for one, uuid in people.items()}
        _, waiting = move_seats(sitters, len(sitters))
        for number, key in enumerate(waiting):
            if not await self._take_seat(key, uuids):
                rest = [
                    one for one in sitters if one.seated or one.key in waiting[number:]
                ]
                for leaving, coming in zip(*move_seats(rest, 0), strict=True):
                    await self._set_seat(leaving, uuids, False)
                    await self._take_seat(coming, uuids)
                return

    async def _take_seat(self, key, uuids):
        """:returns: whether there was a seat"""
        try:
            await self._set_seat(key, uuids, True)
        except errors.InvalidRequest:
            return False
        return True

    async def _set_seat(self, key, uuids, seated):
        await self._salto.set_subscription(uuids[key], seated)
        row = self._env["salto.ks.user"].browse(key)
        retried(row, lambda own: own._record_seat(seated))

    # -- recording

    def _link(self, person, item, ours, **vals):
        """Record which Salto user a person is.

        :param ours: Odoo created the user, as nobody was there before
        :param vals: what else is recorded
        """
        linked = {
            "user_uuid": item["id"],
            "platform_uuid": item["user"]["id"],
            "email": person.email,
            "tag_number": item["user"].get("tag_number") or "",
            "created_here": person.held.created_here or ours,
            "seated": is_seated(item),
            "blocked": is_blocked(item),
            "unsettled": False,
        }
        self._save(person, **{**linked, **vals})

    def _save_problem(self, person, problem, tag="", **vals):
        sentence = person_sentence(self._env, problem, person.name, tag)
        self._save(person, problem=sentence, **vals)

    def _save(self, person, **vals):
        """Record ``vals`` at once, and keep them with the person."""
        vars(person.held).update(vals)
        users = self._env["salto.ks.user"]
        vals = {"name": person.name, **vals}
        if person.row_id is None:
            identity = {
                "integration_id": self._integration.id,
                "partner_id": person.partner_id,
                "email": person.email,
            }
            person.row_id = retried(
                users, lambda own: own.create({**identity, **vals}).id
            )
        else:
            row = users.browse(person.row_id)
            retried(row, lambda own: own.write(vals))
