"""Which rooms are free now, and until when."""

from collections.abc import Iterable
from datetime import datetime, timedelta

Interval = tuple[datetime, datetime]
# A day's hours may end a moment before the next day's begin.
MIDNIGHT = timedelta(seconds=1)


def free_until(
    now: datetime, horizon: datetime, opened: list[Iterable[Interval]], busy
) -> datetime | None:
    """Until when a room is free from now on; all times are aware datetimes.

    :param horizon: where the look ahead ends
    :param opened: for each calendar that counts, its open hours from now on
    :param busy: intervals in which the room is taken
    :returns: None if it is not free now
    """
    ends = [_end_of_hours(now, hours) for hours in opened]
    ends += [_next_taken(now, *interval) for interval in busy]
    if None in ends:
        return None
    return min([horizon, *(end for end in ends if end > now)], default=horizon)


def _end_of_hours(now, hours):
    """When the open hours end that ``now`` is in; hours that touch are one."""
    end = None
    for start, stop in sorted(hours):
        if start <= (end or now) + MIDNIGHT and stop > now:
            end = max(end or stop, stop)
    return end


def _next_taken(now, start, stop):
    """When an interval begins to be in the way; None: it is already."""
    if start <= now < stop:
        return None
    return start if start > now else datetime.max.replace(tzinfo=now.tzinfo)
