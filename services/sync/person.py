"""A person of a booking: the contact, what is recorded of them at Salto, and what Salto
says of them."""

from types import SimpleNamespace

from odoo import fields

from ...rules.access.access import fingerprint
from ...rules.access.patience import is_settling
from ...wording.people import PersonProblem, person_sentence

# What is recorded of people at Salto: fields of salto.ks.user.
_HELD = (
    "user_uuid",
    "platform_uuid",
    "created_here",
    "made_at",
    "seated",
    "blocked",
    "unsettled",
    "asked_for",
    "office_mode",
    "tag_number",
    "problem",
)


def is_seated(item):
    """Has a user, as Salto describes it, a seat?"""
    return item.get("subscription_state") != "suspended"


def is_blocked(item):
    return bool(item.get("blocked"))


def salto_email(partner):
    """The address that a partner is known by at Salto, or an empty string."""
    return partner.email_normalized or ""


class Person:
    """A partner as Salto should know them, and what is recorded of them there.

    :param row: the partner's salto.ks.user, or an empty one
    :param office_mode: may they switch a door to office mode
    :ivar fingerprint: of all that should be there
    :ivar held: what the row says, by the names of its fields
    :ivar error: what went wrong just now
    :ivar busy: another worker is about it
    """

    def __init__(self, partner, row, office_mode):
        self.partner_id, self.row_id = partner.id, row.id or None
        self.name = partner.name or ""
        self.email = salto_email(partner)
        self.tag_number = partner.salto_ks_tag or ""
        self.office_mode = office_mode
        self.fingerprint = fingerprint(
            partner.name, self.email, self.tag_number, office_mode
        )
        self.held = SimpleNamespace(**{field: row[field] for field in _HELD})
        self.error, self.busy = None, False

    @property
    def is_known(self):
        return bool(self.held.user_uuid) and not self.held.unsettled

    @property
    def needs_work(self):
        return not self.is_known or self.held.asked_for != self.fingerprint

    @property
    def is_awaited(self):
        """Is another worker making them known to Salto?"""
        return self.busy and not self.held.platform_uuid

    @property
    def is_settling(self):
        return is_settling(self.held.made_at or None, fields.Datetime.now())

    @property
    def names(self):
        """First and last name; Salto wants both."""
        first, _space, last = self.name.strip().partition(" ")
        return {"first_name": first or "-", "last_name": last.strip() or "-"}

    def describe_problem(self, env):
        """Why no door opens for them, as a sentence; "" if nothing is wrong."""
        if self.held.problem:
            return self.held.problem
        if self.held.blocked:
            problem = PersonProblem.BLOCKED
        elif self.is_awaited:
            problem = PersonProblem.BEING_ADDED
        elif self.held.seated or not self.row_id:
            return ""
        elif self.held.created_here:
            problem = PersonProblem.NO_SEAT
        else:
            problem = PersonProblem.SUSPENDED
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
        return self.held.unsettled and names == self.names


def load_people(integration, partner_ids):
    """{partner id: Person}, of those who still exist."""
    partners = integration.env["res.partner"].browse(partner_ids).exists()
    rows = integration.env["salto.ks.user"]._find_current(integration, partners)
    return {
        partner.id: Person(partner, row, integration._may_toggle_office(partner))
        for partner, row in rows.items()
    }
