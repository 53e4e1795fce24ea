"""Reckoning with moments. Odoo keeps naive ones in UTC; rules and sentences want aware
ones, which nobody can take for the clock on a wall."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone

# People enter 9999-12-31 for "without end", and no clock may be asked what comes after
# it. Years have four digits; and any time zone can still show these.
_FIRST = datetime(1000, 1, 1)
_LAST = datetime(9999, 12, 30)


def aware(moment: datetime | None) -> datetime | None:
    """A moment that Odoo keeps, as an aware one; None for none."""
    return moment.replace(tzinfo=timezone.utc) if moment else None


def shifted(moment: datetime, by: timedelta) -> datetime:
    """``moment + by``, or the nearest moment that any clock can show.

    :param moment: aware UTC, or naive
    """
    first, last = (end.replace(tzinfo=moment.tzinfo) for end in (_FIRST, _LAST))
    try:
        return max(first, min(moment + by, last))
    except OverflowError:
        return last if by > timedelta() else first


def whole_minute(moment: datetime) -> datetime:
    """The minute that a moment lies in."""
    return moment.replace(second=0, microsecond=0)


@dataclass(frozen=True)
class Neighbour:
    """Another booking of the same room; aware datetimes."""

    key: int
    start: datetime
    stop: datetime


@dataclass(frozen=True)
class Window:
    """From when to when a door lets people in; aware datetimes.

    :param cut_before: key of the booking for which grace before the start was cut
    :param cut_after: the same, for grace after the end
    """

    start: datetime
    end: datetime
    cut_before: int | None = None
    cut_after: int | None = None

    @property
    def is_cut(self) -> bool:
        return self.cut_before is not None or self.cut_after is not None


def window_around(
    start: datetime,
    stop: datetime,
    before: timedelta,
    after: timedelta,
    neighbours: Iterable[Neighbour] = (),
    is_common: bool = False,
) -> Window:
    """A booking's time with grace on both sides: when its doors let people in, by
    click, link, tag and phone alike.

    A room's own door never opens into somebody else's time: grace ends where another
    booking of the room begins, and begins where one ends. The booking's own time is
    never cut.

    :param neighbours: the other bookings of its rooms
    :param is_common: of a door that all pass, which always has the full grace
    """
    first, cut_before = shifted(start, -before), None
    last, cut_after = shifted(stop, after), None
    for other in () if is_common else neighbours:
        if stop <= other.start < last:
            last, cut_after = other.start, other.key
        elif first < other.stop <= start:
            first, cut_before = other.stop, other.key
    return Window(first, last, cut_before, cut_after)
