"""A window of time on the clock that hangs on the wall of the site.

Time schedules at Salto are naive: they name digits on a clock, not moments. Where a
clock change makes digits come twice, the schedule has to cover all digits that the
clock shows during the window. It may then be up to an hour too long, on one night of
the year; the other way round somebody with a booking would stand before a closed door.

The hour that a change leaves out needs no care: no moment is ever shown as it.
"""

from datetime import datetime, timedelta, timezone, tzinfo

# No clock change on record is larger.
_LARGEST_CHANGE = timedelta(hours=3)
_SECOND = timedelta(seconds=1)


def wall_clock_window(
    start: datetime, end: datetime, zone: tzinfo
) -> tuple[datetime, datetime]:
    """The smallest span of naive wall clock that covers a window completely.

    :param start: aware datetime
    :param end: aware datetime, not before ``start``
    :param zone: the site's time zone
    :return: naive datetimes
    :raises ValueError: a naive moment
    """
    shown = [_shown(start, zone), _shown(end, zone)]
    for begin, finish in (
        (start, min(end, start + _LARGEST_CHANGE)),
        (max(start, end - _LARGEST_CHANGE), end),
    ):
        shown += _shown_around_change(begin, finish, zone)
    return min(shown), max(shown)


def _shown(moment: datetime, zone: tzinfo) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a naive moment cannot be shown on a clock")
    return moment.astimezone(zone).replace(tzinfo=None, fold=0)


def _shown_around_change(begin, finish, zone) -> list[datetime]:
    """What the clock shows right before and right after it is changed, if it is."""
    first, last = (each.astimezone(timezone.utc) for each in (begin, finish))
    offset = _offset(first, zone)
    if _offset(last, zone) == offset:
        return []
    while last - first > _SECOND:
        middle = first + (last - first) / 2
        if _offset(middle, zone) == offset:
            first = middle
        else:
            last = middle
    change = last.replace(microsecond=0)
    return [(change + offset).replace(tzinfo=None), _shown(change, zone)]


def _offset(moment: datetime, zone: tzinfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
