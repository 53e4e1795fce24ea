"""What a guest may change about a booking, from its page or by an invitation.

Whoever can confirm or move a booking can make its doors open. So guests do that only
as long as the house expects it of them, and never to a booking that has begun.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum


class Refusal(Enum):
    """Why a guest may not change a booking. Each is a sentence in the guest's words."""

    CANCELED = "canceled"
    CONFIRMED = "confirmed"
    OVER = "over"
    BEGUN = "begun"
    PAST_DEADLINE = "past_deadline"
    TOO_SOON = "too_soon"


@dataclass(frozen=True)
class Booking:
    """Times are aware datetimes, or None while there is no time.

    :param deadline: how long before the start the last change is possible
    """

    alive: bool
    confirmed: bool
    start: datetime | None
    stop: datetime | None
    deadline: timedelta


def why_not(
    now: datetime, booking: Booking, new_start: datetime | None = None
) -> Refusal | None:
    """Why a guest may not confirm the booking, or move it to ``new_start``; None: they
    may.

    :param new_start: aware datetime; None to leave it where it is
    """
    if not booking.alive:
        return Refusal.CANCELED
    if booking.stop and booking.stop <= now:
        return Refusal.OVER
    if booking.start and booking.start <= now:
        return Refusal.BEGUN
    if booking.confirmed:
        return Refusal.CONFIRMED
    if booking.start and booking.start - booking.deadline < now:
        return Refusal.PAST_DEADLINE
    if new_start and (new_start <= now or new_start - booking.deadline < now):
        return Refusal.TOO_SOON
    return None
