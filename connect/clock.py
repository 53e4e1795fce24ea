"""Our clock against the vendor's: an OTP lives by the vendor's."""

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Clock:
    """Our own clock, and what the Date headers of answers say about it.

    :param now: returns our own time, aware, in UTC
    :ivar skew: vendor's time minus ours, None while unknown
    """

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        self.now = now
        self.skew: timedelta | None = None

    def vendor_now(self) -> datetime:
        """Return the best estimate of the vendor's present time, never ahead of it."""
        return self.now() + (self.skew or timedelta())

    def note(self, date_header: str | None) -> None:
        """Learn from the Date header of an answer that has just come in.

        A server writes the header last, in whole seconds, cut off. So the estimate is
        behind by the way back and by less than a second: the safe side, because an OTP
        is good for minutes afterwards, but perhaps not a moment before.
        """
        try:
            date = parsedate_to_datetime(date_header or "")
        except (TypeError, ValueError):
            return
        if date.tzinfo is None:
            date = date.replace(tzinfo=timezone.utc)
        self.skew = date - self.now()
