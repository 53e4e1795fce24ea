"""Reckoning with moments. Odoo keeps naive ones in UTC; rules and sentences want aware
ones, which nobody can take for the clock on a wall."""

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
