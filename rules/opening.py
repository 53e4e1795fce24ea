"""May this door open now, and if not, why.

The order of the questions is the order in which a person would ask them: is the
site switched on, is the booking alive, is it the right stage, is it time, is
there a door, can the door be reached, may this person do it. What is nobody's
business comes before all of them: bookings of other companies, and guests where
guests do not open doors.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

from .calendar_ends import shifted


class Code(str, Enum):
    """Every answer there is. The sentence for each is the model's, translated."""

    OK = "ok"
    INTEGRATION_INACTIVE = "integration_inactive"
    DATABASE_COPIED = "database_copied"
    BOOKING_CANCELED = "booking_canceled"
    NOT_SCHEDULED = "not_scheduled"
    STAGE_NOT_ALLOWED = "stage_not_allowed"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"
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

    ``foreign``: it belongs to a company that the caller does not work in.
    """

    alive: bool
    start: datetime | None
    stop: datetime | None
    stage_id: int | None
    foreign: bool = False


@dataclass(frozen=True)
class Policy:
    """The integration's settings; minutes are whole minutes.

    ``copied``: this database is a copy of the one that was allowed to open doors.
    ``paused_until``: Salto asked us to send nothing before; an aware datetime.
    """

    active: bool
    open_stage_ids: frozenset[int]
    minutes_before: int
    minutes_after: int
    copied: bool = False
    guests_allowed: bool = False
    paused_until: datetime | None = None


@dataclass(frozen=True)
class Door:
    """A mapped lock and its IQ.

    ``iq_stopped``: we stopped using the IQ after refused OTPs, before Salto blocks
    the account. ``iq_blocked_until``: Salto did block it; an aware datetime.
    ``iq_offline``: Salto said so, and that is not long ago. ``iq_to_restore``: the IQ
    was reset at the device and takes no commands before it is restored.
    """

    active: bool
    has_iq: bool
    iq_activated: bool
    iq_stopped: bool
    iq_blocked_until: datetime | None = None
    iq_offline: bool = False
    iq_to_restore: bool = False


class Caller(Enum):
    """Who asks: staff with or without the right, or a guest by the own booking."""

    STAFF = "staff"
    STRANGER = "stranger"
    GUEST = "guest"


@dataclass(frozen=True)
class Verdict:
    """The answer; ``at`` is the moment that a sentence about time speaks of."""

    code: Code
    at: datetime | None = None

    @property
    def allowed(self) -> bool:
        return self.code is Code.OK


def opening_window(booking: Booking, policy: Policy) -> tuple[datetime, datetime]:
    """First and last minute in which a door may open; both are included.

    A booking without an end closes when it starts, plus the minutes after.

    :raises ValueError: the booking has no start
    """
    if booking.start is None:
        raise ValueError("a booking without a start has no opening window")
    stop = booking.stop or booking.start
    return (
        _minute(shifted(booking.start, -timedelta(minutes=policy.minutes_before))),
        _minute(shifted(stop, timedelta(minutes=policy.minutes_after))),
    )


def may_open(
    now: datetime,
    booking: Booking,
    policy: Policy | None,
    door: Door | None,
    caller: Caller = Caller.STAFF,
) -> Verdict:
    """Decide about one door of one booking.

    :param now: aware datetime
    :param policy: settings of the door's integration; None without a door
    :param door: None when nothing is mapped to the booking
    """
    verdict = (
        _check_caller(booking, policy, caller)
        or _check_site(policy)
        or _check_booking(booking)
    )
    if verdict:
        return verdict
    if policy is None or door is None:
        return Verdict(Code.NO_LOCK)
    verdict = (
        _check_time_and_stage(now, booking, policy)
        or _check_door(now, door)
        or _check_pause(now, policy)
    )
    if verdict:
        return verdict
    if caller is Caller.STRANGER:
        return Verdict(Code.CALLER_NOT_ALLOWED)
    return Verdict(Code.OK)


def _check_caller(booking, policy, caller):
    if booking.foreign:
        return Verdict(Code.OTHER_COMPANY)
    if caller is Caller.GUEST and not (policy and policy.guests_allowed):
        return Verdict(Code.GUESTS_NOT_ALLOWED)
    return None


def _check_site(policy):
    if policy and not policy.active:
        return Verdict(Code.INTEGRATION_INACTIVE)
    if policy and policy.copied:
        return Verdict(Code.DATABASE_COPIED)
    return None


def _check_booking(booking):
    if not booking.alive:
        return Verdict(Code.BOOKING_CANCELED)
    if booking.start is None:
        return Verdict(Code.NOT_SCHEDULED)
    return None


def _check_time_and_stage(now, booking, policy):
    if booking.stage_id not in policy.open_stage_ids:
        return Verdict(Code.STAGE_NOT_ALLOWED)
    opens, closes = opening_window(booking, policy)
    if _minute(now) < opens:
        return Verdict(Code.TOO_EARLY, opens)
    if _minute(now) > closes:
        return Verdict(Code.TOO_LATE, closes)
    return None


def _check_door(now, door):
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
    return None


def _check_pause(now, policy):
    if policy.paused_until and now < policy.paused_until:
        return Verdict(Code.SITE_PAUSED, policy.paused_until)
    return None


def _minute(moment):
    return moment.replace(second=0, microsecond=0)
