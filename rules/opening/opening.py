"""Who asks for a door, and may it open now; if not, why.

Every road to a door puts its facts together as a ``Person`` and asks ``identify``.

The order of the questions is the order in which a person would ask them: is the site
switched on, is the booking alive, is it the right stage, is it time, is there a door,
can the door be reached. Who asks comes before all of them: strangers learn nothing, nor
do people about other companies, nor guests where guests do not open doors. How often
comes last.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum

from ..times.moments import Neighbour, Window, shifted, whole_minute, window_around

_MINUTE = timedelta(minutes=1)


class Role(Enum):
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
    :param overrides: opens outside a booking's time and stages
    """

    role: Role
    company_ids: frozenset[int] | None = frozenset()
    until: datetime | None = None
    overrides: bool = False

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
    :param wants_override: asks to open anyway, for which ``may_override`` is the right
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
    wants_override: bool = False
    may_override: bool = False
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
        if not person.has_right or person.wants_override > person.may_override:
            return STRANGER
        return Caller(Role.STAFF, person.company_ids, None, person.wants_override)
    if not person.is_on_portal or person.booking_company_id is None:
        return STRANGER
    companies = frozenset({person.booking_company_id})
    if person.attends:
        return Caller(Role.GUEST, companies)
    if person.link_end is not None:
        return Caller(Role.GUEST, companies, person.link_end)
    return STRANGER


class Code(str, Enum):
    """Every answer there is; wording.opening has a label and a sentence for each."""

    OK = "ok"
    INTEGRATION_INACTIVE = "integration_inactive"
    DATABASE_COPIED = "database_copied"
    BOOKING_CANCELED = "booking_canceled"
    NOT_SCHEDULED = "not_scheduled"
    STAGE_NOT_ALLOWED = "stage_not_allowed"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
    LINK_ENDED = "link_ended"
    NO_LOCK = "no_lock"
    LOCK_REMOVED = "lock_removed"
    LOCK_WITHOUT_IQ = "lock_without_iq"
    IQ_NOT_ACTIVATED = "iq_not_activated"
    IQ_STOPPED = "iq_stopped"
    IQ_BLOCKED = "iq_blocked"
    IQ_OFFLINE = "iq_offline"
    IQ_TO_RESTORE = "iq_to_restore"
    SITE_PAUSED = "site_paused"
    CALLER_NOT_ALLOWED = "caller_not_allowed"
    GUESTS_NOT_ALLOWED = "guests_not_allowed"
    OTHER_COMPANY = "other_company"
    TOO_MANY = "too_many"
    NO_PERSON = "no_person"


@dataclass(frozen=True)
class Booking:
    """What the rules need to know of a booking; times are aware datetimes.

    ``company_id``: the company of its type, or None. ``neighbours``: other bookings of
    its rooms, in whole minutes.
    """

    alive: bool
    start: datetime | None
    stop: datetime | None
    stage_id: int | None
    company_id: int | None = None
    neighbours: tuple[Neighbour, ...] = ()


@dataclass(frozen=True)
class OpeningPolicy:
    """The integration's settings; minutes are whole minutes.

    ``copied``: this database is a copy of the one that was allowed to open doors.
    ``paused_until``: Salto asked us to send nothing before; an aware datetime.
    """

    active: bool
    open_stage_ids: frozenset[int]
    minutes_before: int
    minutes_after: int
    company_id: int | None = None
    copied: bool = False
    guests_allowed: bool = False
    paused_until: datetime | None = None


@dataclass(frozen=True)
class Door:
    """A mapped lock and its IQ.

    ``iq_stopped``: we stopped using the IQ after refused OTPs, before Salto blocks
    the account. ``iq_blocked_until``: Salto did block it; an aware datetime.
    ``iq_offline``: Salto said so, and that is not long ago. ``iq_to_restore``: the IQ
    was reset at the device and takes no commands before it is restored. ``is_common``:
    people pass it on their way to several rooms.
    """

    active: bool
    has_iq: bool
    iq_activated: bool
    iq_stopped: bool
    iq_blocked_until: datetime | None = None
    iq_offline: bool = False
    iq_to_restore: bool = False
    is_common: bool = False


@dataclass(frozen=True)
class Verdict:
    """The answer; ``at`` is the moment that a sentence about time speaks of, and
    ``is_cut`` says that it is so because of another booking of the room."""

    code: Code
    at: datetime | None = None
    is_cut: bool = False

    @property
    def allowed(self) -> bool:
        return self.code is Code.OK


def opening_window(
    booking: Booking, policy: OpeningPolicy, is_common: bool = False
) -> Window:
    """When a door may open, in whole minutes; see ``window_around``.

    Its end is the last minute in which the door opens, unless another booking begins
    then. A booking without an end closes when it starts, plus the minutes after.

    :param is_common: of the door
    :raises ValueError: the booking has no start
    """
    if booking.start is None:
        raise ValueError("a booking without a start has no opening window")
    start = whole_minute(booking.start)
    stop = whole_minute(booking.stop or booking.start)
    grace = policy.minutes_before * _MINUTE, (policy.minutes_after + 1) * _MINUTE
    window = window_around(start, stop, *grace, booking.neighbours, is_common)
    if window.cut_after is None:
        return replace(window, end=window.end - _MINUTE)
    return window


def may_open(
    now: datetime,
    booking: Booking,
    policy: OpeningPolicy | None,
    door: Door | None,
    caller: Caller,
) -> Verdict:
    """Decide about one door of one booking.

    :param now: aware datetime
    :param policy: settings of the door's integration; None without a door
    :param door: None when nothing is mapped to the booking
    """
    verdict = _check_caller(booking, policy, caller) or _check_site(booking, policy)
    if verdict:
        return verdict
    if policy is None or door is None:
        return Verdict(Code.NO_LOCK)
    in_time = _check_time(now, booking, policy, door, caller)
    return in_time or find_hindrance(now, door, policy.paused_until) or Verdict(Code.OK)


def _check_caller(booking, policy, caller):
    if caller.is_stranger:
        return Verdict(Code.CALLER_NOT_ALLOWED)
    door_company = policy and policy.company_id
    strays = booking.company_id and door_company not in (None, booking.company_id)
    if strays or not (
        caller.works_for(booking.company_id) and caller.works_for(door_company)
    ):
        return Verdict(Code.OTHER_COMPANY)
    if caller.role is Role.GUEST and not (policy and policy.guests_allowed):
        return Verdict(Code.GUESTS_NOT_ALLOWED)
    return None


def _check_site(booking, policy):
    if policy and not policy.active:
        return Verdict(Code.INTEGRATION_INACTIVE)
    if policy and policy.copied:
        return Verdict(Code.DATABASE_COPIED)
    if not booking.alive:
        return Verdict(Code.BOOKING_CANCELED)
    if booking.start is None:
        return Verdict(Code.NOT_SCHEDULED)
    return None


def _check_time(now, booking, policy, door, caller):
    if caller.overrides:
        return None
    if booking.stage_id not in policy.open_stage_ids:
        return Verdict(Code.STAGE_NOT_ALLOWED)
    window = opening_window(booking, policy, door.is_common)
    is_cut = window.cut_after is not None
    if now >= window.end if is_cut else whole_minute(now) > window.end:
        return Verdict(Code.TOO_LATE, window.end, is_cut)
    if caller.until is not None and _is_link_over(now, booking, policy, caller.until):
        return Verdict(Code.LINK_ENDED, caller.until)
    if now < window.start:
        return Verdict(Code.TOO_EARLY, window.start, window.cut_before is not None)
    return None


def _is_link_over(now, booking, policy, until):
    """A link opens until the end that the booking had when the link was made: not if
    the booking was moved or extended beyond that."""
    closes = whole_minute(shifted(until, timedelta(minutes=policy.minutes_after)))
    return whole_minute(now) > closes or until <= booking.start


def find_hindrance(
    now: datetime, door: Door, paused_until: datetime | None
) -> Verdict | None:
    """What keeps a door closed, for whatever booking; None: nothing."""
    if not door.active:
        return Verdict(Code.LOCK_REMOVED)
    if not door.has_iq:
        return Verdict(Code.LOCK_WITHOUT_IQ)
    if door.iq_to_restore:
        return Verdict(Code.IQ_TO_RESTORE)
    if door.iq_stopped:
        return Verdict(Code.IQ_STOPPED)
    if not door.iq_activated:
        return Verdict(Code.IQ_NOT_ACTIVATED)
    if door.iq_blocked_until and now < door.iq_blocked_until:
        return Verdict(Code.IQ_BLOCKED, door.iq_blocked_until)
    if door.iq_offline:
        return Verdict(Code.IQ_OFFLINE)
    if paused_until and now < paused_until:
        return Verdict(Code.SITE_PAUSED, paused_until)
    return None


@dataclass(frozen=True)
class Limit:
    """So many attempts in any stretch of time of that length.

    Nobody who means well notices these limits. They are for a script that runs wild and
    for the phone in a pocket: each attempt moves hardware and counts at Salto.
    """

    attempts: int
    within: timedelta


PER_PERSON = Limit(20, timedelta(minutes=1))
# A busy entrance: one guest after the other opens it from a phone.
PER_DOOR = Limit(40, timedelta(minutes=1))


def next_try(
    now: datetime, attempts: Iterable[datetime], limit: Limit
) -> datetime | None:
    """When the next attempt is allowed; None means now.

    :param attempts: when earlier ones were made, in any order
    """
    counted = sorted(at for at in attempts if now - at < limit.within)
    if len(counted) < limit.attempts:
        return None
    return counted[-limit.attempts] + limit.within
