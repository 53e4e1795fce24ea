"""Who asks for a door, and what that allows: the one place that decides about people.

Every road to a door (button, list action, server action, automation, portal by login,
portal by link) puts its facts together as a :class:`Person` and asks :func:`identify`.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum


class Role(Enum):
    """Staff open doors by the booking's rules, guests where the site lets them too, and
    strangers open nothing."""

    STAFF = "staff"
    GUEST = "guest"
    STRANGER = "stranger"


@dataclass(frozen=True)
class Caller:
    """The answer.

    :param company_ids: the companies whose doors may open; None: any, for Odoo's own
        code
    :param until: for the holder of a link: the booking's end as it was when the link
        was made, an aware datetime; None: the booking's end as it is now
    """

    role: Role
    company_ids: frozenset[int] | None = frozenset()
    until: datetime | None = None

    @property
    def is_stranger(self) -> bool:
        return self.role is Role.STRANGER

    def works_for(self, company_id: int | None) -> bool:
        """May this caller touch what belongs to a company? None: it belongs to none."""
        if self.company_ids is None or company_id is None:
            return True
        return company_id in self.company_ids


@dataclass(frozen=True)
class Person:
    """What is known of whoever asks about one booking.

    :param is_odoo: Odoo's own code, and nobody through it
    :param is_internal: a user of the back office, on whatever page
    :param has_right: the right to open doors
    :param company_ids: of an internal user: the companies they are working in
    :param is_on_portal: the question comes from the booking's page on the portal
    :param attends: a portal user who is among the booking's attendees
    :param link_end: holds a valid link, which was made for a booking that ended then;
        an aware datetime
    :param booking_company_id: the company that the booking belongs to, or None
    """

    is_odoo: bool = False
    is_internal: bool = False
    has_right: bool = False
    company_ids: frozenset[int] = frozenset()
    is_on_portal: bool = False
    attends: bool = False
    link_end: datetime | None = None
    booking_company_id: int | None = None


STRANGER = Caller(Role.STRANGER)
ODOO = Caller(Role.STAFF, None)


def identify(person: Person) -> Caller:
    """Who asks.

    An internal user is judged as in the back office on every road: neither attending a
    booking nor holding its link gives them more. Guests come by the portal only, and
    only to doors of the company that the booking belongs to.
    """
    if person.is_odoo:
        return ODOO
    if person.is_internal:
        if person.has_right:
            return Caller(Role.STAFF, person.company_ids)
        return STRANGER
    if not person.is_on_portal or person.booking_company_id is None:
        return STRANGER
    companies = frozenset({person.booking_company_id})
    if person.attends:
        return Caller(Role.GUEST, companies)
    if person.link_end is not None:
        return Caller(Role.GUEST, companies, person.link_end)
    return STRANGER
