"""Reckoning near the first and the last moments that a calendar has.

People enter 9999-12-31 for "without end". No clock may be asked what comes after it.
"""

from datetime import datetime, timedelta

# Years have four digits; and any time zone can still show these.
_FIRST = datetime(1000, 1, 1)
_LAST = datetime(9999, 12, 30)


def shifted(moment: datetime, by: timedelta) -> datetime:
    """``moment + by``, or the nearest moment that any clock can show.

    :param moment: aware UTC, or naive
    """
    first, last = (end.replace(tzinfo=moment.tzinfo) for end in (_FIRST, _LAST))
    try:
        return max(first, min(moment + by, last))
    except OverflowError:
        return last if by > timedelta() else first
