"""A person of a booking: the contact, what is recorded of them at Salto, and what Salto
says of them."""

from dataclasses import dataclass

from odoo import fields

from ...connect import KsError
from ...rules.access.access import fingerprint
from ...rules.access.patience import is_settling
from ...wording.people import PersonProblem, person_sentence


def is_seated(item):
    """Has a user, as Salto describes it, a seat?"""
    return item.get("subscription_state") != "suspended"


def is_blocked(item):
    return bool(item.get("blocked"))


def salto_email(partner):
    """The address that a partner is known by at Salto, or an empty string."""
    return partner.email_normalized or ""


@dataclass
class Person:
    """A partner, and their salto.ks.user.

    :param row: id of the salto.ks.user, or None
    :param asked_for: fingerprint of what should be there
    :param error: what went wrong just now
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

    def describe_problem(self, env):
        """Why no door opens for them, as a sentence; "" if nothing is wrong."""
        if self.problem:
            return self.problem
        if self.blocked:
            problem = PersonProblem.BLOCKED
        elif not self.seated and self.created_here:
            problem = PersonProblem.NO_SEAT
        elif not self.seated:
            problem = PersonProblem.SUSPENDED
        elif self.is_awaited:
            problem = PersonProblem.BEING_ADDED
        else:
            return ""
        return person_sentence(env, problem, self.name)

    def may_be(self, user):
        """May a user of Salto who carries the person's tag be that person? Not with
        another address."""
        email = (user["user"].get("email") or "").casefold()
        return not email or not self.email or email == self.email

    def was_added_as(self, user):
        """Is a user whom Odoo found the one whom it added when the answer got lost?

        Somebody else may have added the same person meanwhile; then it is theirs.
        """
        names = {name: user["user"].get(name) for name in self.names}
        return self.unsettled and names == self.names


def load_people(integration, partner_ids):
    """{partner id: Person}."""
    partners = integration.env["res.partner"].browse(partner_ids).exists()
    rows = integration.env["salto.ks.user"]._find_current(integration, partners)
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
        asked_for=fingerprint(
            partner.name, salto_email(partner), partner.salto_ks_tag or "", office_mode
        ),
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
