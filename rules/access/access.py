"""What access should exist for a booking, and the steps from what is there to that.

``window_of`` says when, ``decide`` what is desired once something changed,
``choose_verdict`` what follows from that now, and ``plan`` what to do about it.
"""

import hashlib
import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum

from ..times.moments import Neighbour, Window, shifted, window_around

# What the name of a group ends in that only has a booking's common doors.
COMMON = "_common"


@dataclass(frozen=True)
class Policy:
    """The site's settings.

    :param stage_ids: stages whose bookings have access
    :param lead: how long before its start the access of a booking is written
    :param grace_before: how long before the start people may already come in
    :param grace_after: how long after the end people may still come in
    """

    stage_ids: frozenset[int]
    lead: timedelta
    grace_before: timedelta
    grace_after: timedelta


@dataclass(frozen=True)
class Booking:
    """What the rules need to know of a booking; times are aware datetimes.

    :param place: whatever identifies the rooms that were booked
    :param has_people: does anybody attend it whose contact is not archived
    """

    alive: bool
    stage_id: int | None
    start: datetime | None
    stop: datetime | None
    place: int | None = None
    has_people: bool = True

    @property
    def has_time(self) -> bool:
        return self.start is not None and self.stop is not None


@dataclass(frozen=True)
class Given:
    """What a booking was when its access was last decided; None where nobody knows."""

    stage_id: int | None = None
    place: int | None = None


@dataclass(frozen=True)
class Desired:
    """What people should have because of a booking, whatever the time is.

    :param window: when they get in; None: nothing is desired
    :param due: when it is to be written at Salto, an aware datetime
    :param lock_ids: UUIDs
    :param partner_ids: who gets in
    """

    window: Window | None = None
    due: datetime | None = None
    lock_ids: frozenset[str] = frozenset()
    partner_ids: tuple[int, ...] = ()


NOTHING = Desired()


class Verdict(str, Enum):
    """``LATER``: it will be due, but not yet. ``LESS``: what is there stays, without
    what the booking gave up, and nothing is added. ``NONE``: nothing may be there."""

    GRANT = "grant"
    LATER = "later"
    LESS = "less"
    NONE = "none"


def window_of(
    booking: Booking,
    policy: Policy,
    neighbours: Iterable[Neighbour] = (),
) -> Window:
    """When people get in; see ``window_around``.

    :param neighbours: the other bookings of its rooms; none for common doors
    :raises ValueError: the booking has no time
    """
    if not booking.has_time:
        raise ValueError("a booking without a time has no window")
    return window_around(
        booking.start,
        booking.stop,
        policy.grace_before,
        policy.grace_after,
        neighbours,
    )


def arrange_groups(
    own: Window | None,
    full: Window | None,
    lock_ids: Collection[str],
    common_ids: Collection[str],
) -> dict[bool, tuple[Window | None, Collection[str]]]:
    """{is it the group of common doors: (its window, its locks)} of a booking's groups.

    One group is enough, unless another booking cuts the grace of the room's own doors.
    Common doors then are in the second group besides, and not instead: nobody is left
    outside while that is made or taken away.

    :param own: when the room's own doors let people in; None for a booking without time
    :param full: when common doors do
    :param lock_ids: UUIDs of all locks that are mapped to the booking at a site
    :param common_ids: those of them that are common doors
    """
    if {*lock_ids} == {*common_ids}:
        own = full
    return {False: (own, lock_ids), True: (full, common_ids if own != full else ())}


def group_name(prefix: str, booking_id: int, is_common: bool = False) -> str:
    """What a booking's group is called, or the one of its common doors."""
    return f"{prefix}_{booking_id}{COMMON if is_common else ''}"


def decide(
    now: datetime,
    booking: Booking,
    policy: Policy,
    window: Window | None,
    lock_ids: Collection[str],
    partner_ids: Collection[int],
) -> Desired:
    """What should people have because of a booking?

    :param window: None for a booking without a time
    :param lock_ids: UUIDs of the site's locks that are mapped to the booking
    :param partner_ids: its attendees
    """
    if (
        booking.alive
        and window is not None
        and window.end > now
        and lock_ids
        and booking.stage_id in policy.stage_ids
    ):
        due = due_at(window, policy)
        return Desired(window, due, frozenset(lock_ids), tuple(partner_ids))
    return NOTHING


def choose_verdict(
    now: datetime, desired: Desired, *, withheld: bool = False, is_off: bool = False
) -> Verdict:
    """Should access be there now?

    A booking that has begun already gets it at once: only the end counts.

    :param withheld: a person took the access away
    :param is_off: the site is switched off and gives nothing any more
    """
    if withheld or desired.window is None or desired.window.end <= now:
        return Verdict.NONE
    if is_off:
        return Verdict.LESS
    return Verdict.LATER if now < desired.due else Verdict.GRANT


def ends_itself(
    now: datetime,
    booking: Booking,
    policy: Policy,
    window: Window | None,
    given: Given,
) -> bool:
    """Did the booking itself end its access, by what it is or has become?

    If not, and nothing may be there nevertheless, it is the mapping, the settings or
    the locks that changed, while the booking stands as it stood.

    :param window: None for a booking without a time
    """
    return (
        not booking.alive
        or not booking.has_people
        or window is None
        or window.end <= now
        or _has_changed(given.place, booking.place)
        or (
            _has_changed(given.stage_id, booking.stage_id)
            and booking.stage_id not in policy.stage_ids
        )
    )


def _has_changed(before: int | None, now: int | None) -> bool:
    return before is not None and before != now


def decide_where_switched_off(
    now: datetime,
    booking: Booking,
    policy: Policy,
    window: Window | None,
    given: Given,
    before: Desired,
    partner_ids: Collection[int],
) -> Desired:
    """What may stay at a site that gives nothing any more.

    Neither the mapping nor the settings count: what was given stays as it is, unless
    the booking gives it up.

    :param before: what was desired so far
    """
    if before.window is None or ends_itself(now, booking, policy, window, given):
        return NOTHING
    start = max(window.start, before.window.start)
    end = min(window.end, before.window.end)
    if start >= end:
        return NOTHING
    left = Window(start, end)
    return Desired(left, before.due, before.lock_ids, tuple(partner_ids))


def due_at(window: Window, policy: Policy) -> datetime:
    """When the access is to be written."""
    return shifted(window.start, -policy.lead)


def fingerprint(*facts) -> str:
    """A short text that changes when one of ``facts`` does."""
    text = json.dumps(facts, default=str, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:32]


# -- from what is there to what should be there


@dataclass(frozen=True)
class Contents:
    """What a group at Salto should contain.

    :param schedule: start and end, naive wall clock of the site as ISO texts; None: not
        ours to say
    :param lock_ids: UUIDs of locks
    :param user_ids: platform ids of people
    """

    schedule: tuple[str, str] | None
    lock_ids: frozenset[str]
    user_ids: frozenset[str]


@dataclass(frozen=True)
class Applied:
    """What Salto confirmed to hold.

    :param group_id: None while there is no group
    :param schedule_id: None while the group has no schedule
    """

    group_id: str | None = None
    schedule_id: str | None = None
    schedule: tuple[str, str] | None = None
    lock_ids: frozenset[str] = field(default_factory=frozenset)
    user_ids: frozenset[str] = field(default_factory=frozenset)


class Action(str, Enum):
    """What one call to Salto can do to a group."""

    ADD_GROUP = "add_group"
    ADD_SCHEDULE = "add_schedule"
    CHANGE_SCHEDULE = "change_schedule"
    CHANGE_LOCKS = "change_locks"
    CHANGE_USERS = "change_users"


@dataclass(frozen=True)
class Step:
    """One call; ``add`` and ``remove`` are sorted ids of locks or users."""

    action: Action
    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()


def plan(desired: Contents, applied: Applied) -> list[Step]:
    """The fewest steps to the desired state; empty when it is reached.

    The schedule goes first, because it takes longest to reach the lock. A new lock is
    added before an old one goes, in a call of its own: nobody is left outside in
    between. People come last: finding them is what can fail.
    """
    steps = []
    if not applied.group_id:
        steps.append(Step(Action.ADD_GROUP))
    if not applied.schedule_id:
        steps.append(Step(Action.ADD_SCHEDULE))
    elif applied.schedule != desired.schedule:
        steps.append(Step(Action.CHANGE_SCHEDULE))
    added, removed = _difference(desired.lock_ids, applied.lock_ids)
    if added:
        steps.append(Step(Action.CHANGE_LOCKS, add=added))
    if removed:
        steps.append(Step(Action.CHANGE_LOCKS, remove=removed))
    added, removed = _difference(desired.user_ids, applied.user_ids)
    if added or removed:
        steps.append(Step(Action.CHANGE_USERS, added, removed))
    return steps


def leftover(
    applied: Applied, schedule: tuple[str, str] | None, user_ids: Collection[str]
) -> Contents | None:
    """What is left of a group when nothing may be added; None: nobody gets in by it.

    :param schedule: beyond it nobody shall get in; None: as it is
    :param user_ids: who shall get in; others go, and nobody is added
    """
    users, span = applied.user_ids & frozenset(user_ids), applied.schedule
    if not users or not applied.schedule_id:
        return None
    if span and schedule:
        span = max(span[0], schedule[0]), min(span[1], schedule[1])
        if span[0] >= span[1]:
            return None
    return Contents(span, applied.lock_ids, users)


def _difference(wanted: Collection[str], there: Collection[str]):
    wanted, there = set(wanted), set(there)
    return tuple(sorted(wanted - there)), tuple(sorted(there - wanted))
