"""When a stay ends by the clock: a guest has left, or never came.

A stay begins when the guest arrives (a door opened, or the desk checked them in) and
ends when they leave, whatever the booking's times say.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

# How much longer a stay may be made in one press, in minutes.
EXTENSIONS = (15, 30, 60)


@dataclass(frozen=True)
class Stay:
    """What is known of one booking that is confirmed; times are aware datetimes.

    :ivar next_start: when the next booking of the same room begins; None: none today
    """

    start: datetime
    stop: datetime
    arrived: bool
    left: bool
    next_start: datetime | None = None


def is_over(now: datetime, stay: Stay, checkout_after: timedelta) -> bool:
    """Has a guest who arrived left by now, as far as the clock can tell?"""
    if not stay.arrived or stay.left or now < stay.stop:
        return False
    next_came = stay.next_start is not None and stay.stop <= stay.next_start <= now
    return next_came or now >= stay.stop + checkout_after


def is_no_show(now: datetime, stay: Stay, no_show_after: timedelta) -> bool:
    """Has a guest not come?

    :param no_show_after: how long they are waited for; 0: for ever
    """
    if not no_show_after or stay.arrived or stay.left:
        return False
    return now >= stay.start + no_show_after
