"""Bringing people to Salto: tasks for ``errands``, one for each person."""

import logging
from dataclasses import dataclass

from odoo import fields

from ...connect import KsError, errors
from ...rules.access.patience import is_settling
from ...tools.transactions import certainly
from ...wording.access import person_sentence
from ...wording.errors import error_sentence
from .salto_people import is_blocked, is_seated, person_print, salto_email

_logger = logging.getLogger(__name__)


# What of a person may change while work on them goes on.
_KEPT = ("created_here", "made_at", "seated", "blocked", "unsettled", "problem")


@dataclass
class Person:
    """A partner, and what we know of them at Salto.

    :param row: id of the salto.ks.user, or None
    :param asked_for: fingerprint of what should be there
    :param error: what kept us from it just now
    :param busy: another worker is about it
    """

    partner_id: int
    name: str
    email: str
    tag_number: str
    office_mode: bool
    asked_for: str
    row: int | None = None
    user_uuid: str | None = None
    platform_uuid: str | None = None
    created_here: bool = False
    made_at: object = None
    seated: bool = True
    blocked: bool = False
    unsettled: bool = False
    had: str | None = None
    had_office_mode: bool = False
    had_tag: str = ""
    problem: str = ""
    error: KsError | None = None
    busy: bool = False

    @property
    def is_known(self):
        return bool(self.user_uuid) and not self.unsettled

    @property
    def needs_work(self):
        return not self.is_known or self.had != self.asked_for

    @property
    def is_awaited(self):
        """Is another worker making them known to Salto?"""
        return self.busy and not self.platform_uuid

    @property
    def is_settling(self):
        return is_settling(self.made_at, fields.Datetime.now())

    @property
    def names(self):
        """First and last name; Salto wants both."""
        first, _space, last = self.name.strip().partition(" ")
        return {"first_name": first or "-", "last_name": last.strip() or "-"}


def load_people(integration, partner_ids):
    """{partner id: Person}."""
    partners = integration.env["res.partner"].browse(partner_ids)
    rows = integration.env["salto.ks.user"]._of(integration, partners)
    return {
        partner.id: _load_person(partner, row, integration._may_toggle_office(partner))
        for partner, row in rows.items()
    }


def _load_person(partner, row, office_mode):
    return Person(
        partner_id=partner.id,
        name=partner.name or "",
        email=salto_email(partner),
        tag_number=partner.salto_ks_tag or "",
        office_mode=office_mode,
        asked_for=person_print(partner, office_mode),
        row=row.id or None,
        user_uuid=row.user_uuid or None,
        platform_uuid=row.platform_uuid or None,
        created_here=row.created_here,
        made_at=row.made_at,
        seated=row.seated if row else True,
        blocked=row.blocked,
        unsettled=row.unsettled,
        had=row.asked_for,
        had_office_mode=row.office_mode,
        had_tag=row.tag_number or "",
        problem=row.problem or "",
    )


class PeopleTasks:
    """
    :param integration: salto.ks.integration
    :param site_id: the site's UUID
    :param role_id: UUID of the plain user's role, or False while it is not known
    """

    def __init__(self, integration, site_id, role_id):
        self._integration = integration
        self._site_id = site_id
        self._role_id = role_id
        self._env = integration.env

    def bring_all(self, people):
        """One after the other; see ``bring``."""
        for person in people:
            yield from self.bring(person)

    def bring(self, person):
        """Make Salto know a person as they are now. What goes wrong stays with them."""
        try:
            yield from self._bring(person)
        except KsError as error:
            _logger.info("Salto KS: partner %s: %s", person.partner_id, error)
            person.error = error
            self._save(person, problem=error_sentence(self._env, error))
        except Exception as error:  # pylint: disable=broad-except
            _logger.exception("Salto KS: partner %s", person.partner_id)
            person.error = error
            self._save(person, problem=person_sentence(self._env, "mistake"))

    def _bring(self, person):
        if person.problem:
            self._save(person, problem=False)
        if not person.email and not person.tag_number:
            self._save(person, problem=person_sentence(self._env, "nameless"))
        elif person.is_known:
            yield from self._change(person)
        else:
            found = yield from self._find(person)
            if found:
                self._link(person, found, ours=_is_what_we_added(person, found))
                yield from self._change(person, found)
            else:
                yield from self._add(person)

    def _find(self, person):
        """Look a person up: by e-mail, then by tag."""
        site_id = self._site_id
        if not person.email:
            return (yield from self._find_holder(person))
        found = yield lambda salto: salto.find_users(site_id, email=person.email)
        return found[0] if found else None

    def _add(self, person, with_tag=True):
        """Make a new user with the plain role and no right beyond."""
        tag = (yield from self._find_tag(person)) if with_tag else None
        if not person.email and not tag:
            return
        role_id = yield from self._plain_role()
        values = {**person.names, "role_ids": [role_id]}
        if person.email:
            values["email"] = person.email
        if tag:
            values["tag_id"] = tag["id"]
        if person.office_mode:
            values["toggle_manual_office_mode"] = True
        # From here on a user may be there that we do not know of.
        self._save(person, unsettled=True)
        site_id = self._site_id
        try:
            added = yield lambda salto: salto.add_user(site_id, **values)
        except errors.InvalidRequest:
            holder = (yield from self._find_holder(person)) if tag else None
            if not holder:
                yield from self._find_in_all(person)
            elif _may_be_same(person, holder):
                self._link(person, holder, ours=False)
            else:
                self._note_other_holder(person)
                yield from self._add(person, with_tag=False)
            return
        except KsError as error:
            self._save(person, unsettled=error.left and not error.answered)
            raise
        self._link(person, added, ours=True)
        self._save(
            person,
            made_at=fields.Datetime.now(),
            office_mode=person.office_mode,
            tag_number=person.tag_number if tag else person.had_tag,
            asked_for=person.asked_for,
        )

    def _find_in_all(self, person):
        """Salto says that the user is there: then it was written in another way."""
        site_id = self._site_id
        for item in (yield lambda salto: salto.users(site_id)):
            user = item.get("user") or {}
            same_email = (user.get("email") or "").casefold() == person.email
            if person.email and same_email:
                self._link(person, item, ours=False)
                return
        self._save(
            person,
            unsettled=False,
            problem=person_sentence(self._env, "refused"),
        )

    def _find_holder(self, person):
        """Who carries the person's tag at Salto; None if nobody does."""
        site_id, number = self._site_id, person.tag_number
        found = yield lambda salto: salto.find_users(site_id, tag_number=number)
        return found[0] if found else None

    def _note_other_holder(self, person):
        sentence = person_sentence(self._env, "other_holder", tag=person.tag_number)
        self._save(person, problem=sentence)

    def _find_tag(self, person):
        number, site_id = person.tag_number, self._site_id
        if not number:
            return None
        tag = yield lambda salto: salto.find_tag(site_id, number)
        if not tag:
            sentence = person_sentence(self._env, "unknown_tag", tag=number)
            self._save(person, problem=sentence)
        return tag

    def _plain_role(self):
        if not self._role_id:
            site_id = self._site_id
            roles = yield lambda salto: salto.roles(site_id)
            self._role_id = certainly(
                self._integration, lambda one: one._keep_plain_role(roles)
            )
        return self._role_id

    def _change(self, person, item=None):
        """Bring to Salto what is new, in one call; what others made stays theirs.

        :param item: the user as Salto described it just now
        """
        values = {}
        if person.created_here and person.had != person.asked_for:
            values |= person.names
        office_mode = yield from self._office_mode(person, item)
        if office_mode != person.had_office_mode:
            values["toggle_manual_office_mode"] = office_mode
        if person.tag_number and person.tag_number != person.had_tag:
            if person.had_tag and not person.created_here:
                sentence = person_sentence(self._env, "other_tag", tag=person.had_tag)
                self._save(person, problem=sentence)
            else:
                tag = yield from self._find_tag(person)
                if tag:
                    values["tag_id"] = tag["id"]
        if values:
            site_id, user_uuid = self._site_id, person.user_uuid
            try:
                yield lambda salto: salto.change_user(site_id, user_uuid, **values)
            except errors.NotFound:
                # The user, or the tag?
                yield from self.forget_gone([person])
                raise
        tag_number = person.tag_number if "tag_id" in values else person.had_tag
        self._save(
            person,
            office_mode=office_mode,
            tag_number=tag_number,
            asked_for=person.asked_for,
        )

    def _office_mode(self, person, item):
        """Whether we are to give the right, or gave it: what others gave is not ours,
        and stays when the person leaves the groups that we give it to."""
        if not person.office_mode or person.had_office_mode:
            return person.office_mode
        if item is None:
            site_id, user_uuid = self._site_id, person.user_uuid
            item = yield lambda salto: salto.user(site_id, user_uuid)
        return not item.get("toggle_manual_office_mode")

    def _link(self, person, item, ours):
        """Keep which Salto user a person is.

        :param ours: we made the user, as nobody was there before
        """
        person.user_uuid = item["id"]
        person.platform_uuid = item["user"]["id"]
        person.had_tag = item["user"].get("tag_number") or ""
        self._save(
            person,
            user_uuid=person.user_uuid,
            platform_uuid=person.platform_uuid,
            email=person.email,
            tag_number=person.had_tag,
            created_here=person.created_here or ours,
            seated=is_seated(item),
            blocked=is_blocked(item),
            unsettled=False,
        )

    def forget_gone(self, people):
        """Find out which of ``people`` are not at Salto any more, and forget what we
        know of them there: next time they are looked for, and made if need be.

        :returns: whether there are any
        """
        site_id, gone = self._site_id, []
        for person in people:
            if person.is_known and not person.is_settling:
                try:
                    yield lambda salto, one=person.user_uuid: salto.user(site_id, one)
                except errors.NotFound:
                    gone.append(person)
        if gone:
            self._forget(gone)
        return bool(gone)

    def _forget(self, people):
        users = self._env["salto.ks.user"].browse([one.row for one in people])
        certainly(users, lambda own: own._forget())

    def _save(self, person, **vals):
        """Keep ``vals`` at once, and with the person."""
        for name in _KEPT:
            if name in vals:
                setattr(person, name, vals[name])
        identity = {
            "integration_id": self._integration.id,
            "partner_id": person.partner_id,
            "name": person.name,
            "email": person.email,
        }
        if person.row is None:
            users = self._env["salto.ks.user"]
            person.row = certainly(
                users, lambda own: own.create({**identity, **vals}).id
            )
        else:
            row = self._env["salto.ks.user"].browse(person.row)
            certainly(row, lambda own: own.write({"name": person.name, **vals}))


def _may_be_same(person, item):
    """May a user who carries the person's tag be that person? Not with another
    address."""
    email = (item["user"].get("email") or "").casefold()
    return not email or not person.email or email == person.email


def _is_what_we_added(person, item):
    """Is a user whom we found the one whom we added when the answer got lost?

    Somebody else may have added the same person meanwhile; then it is theirs.
    """
    user = item["user"]
    names = {name: user.get(name) for name in person.names}
    return person.unsettled and names == person.names
