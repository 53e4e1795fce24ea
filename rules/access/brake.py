"""The brake on mass removal: when a pass would take away an unusual share of access.

Bookings that end their access themselves (cancelled, over, moved, nobody left, another
stage) are told from bookings that still stand and lose it to something else: a row of
the mapping, a setting, a lock that is gone. The former are ordinary on a
small site, be it the only booking of the day; that the latter take all of it is not.
"""

from enum import Enum

ALWAYS_ALLOWED = 10
# So much of little is as good as all of it. Per cent.
NEARLY_ALL = 75
# One booking that loses its last door does not wait: whoever took the door away meant
# that booking, and a list of one tells them nothing new. With two, it may be a slip.
FEWEST = 2


class Brake(Enum):
    """How far a pass may go.

    ``OFF``: all the way. ``SPARES_BOOKINGS``: only what bookings ended themselves is
    taken away. ``ON``: nothing is, before a person has looked.
    """

    OFF = "off"
    SPARES_BOOKINGS = "spares_bookings"
    ON = "on"


def choose_brake(by_bookings: int, by_others: int, live: int, share: int) -> Brake:
    """How far to go with what would be taken away.

    :param by_bookings: live accesses that their own bookings ended
    :param by_others: live accesses that go although their bookings still stand
    :param live: how many live accesses there are, with all of these
    :param share: per cent of them that may go at once; 100 switches the brake off
    """
    if must_stop(by_bookings + by_others, live, share):
        return Brake.ON
    if _is_nearly_all(by_others, live - by_bookings, share):
        return Brake.SPARES_BOOKINGS
    return Brake.OFF


def allowed_removals(live: int, share: int) -> int:
    """How many live accesses one pass may remove, whyever.

    :param live: how many there are
    :param share: per cent of them; a few may always be removed
    """
    return max(ALWAYS_ALLOWED, live * share // 100)


def must_stop(removals: int, live: int, share: int) -> bool:
    """Would ``removals`` be too many? Parameters as in :func:`allowed_removals`."""
    return removals > allowed_removals(live, share)


def _is_nearly_all(removals: int, standing: int, share: int) -> bool:
    return removals >= FEWEST and removals * 100 > standing * max(NEARLY_ALL, share)
