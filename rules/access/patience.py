"""When to try again, what is only young, and when a site is out of order."""

from datetime import datetime, timedelta
from random import Random

# New users, roles and members work at Salto after about a minute (vendor guides).
SETTLING = timedelta(minutes=2)
SETTLING_RETRY = timedelta(seconds=20)
_FIRST = timedelta(seconds=30)
_LONGEST = timedelta(hours=1)
# So many failures of the connection in a row are no hiccup any more.
OUTAGE_AFTER = 5


def backoff(failures: int, random: Random) -> timedelta:
    """How long to wait after so many failures in a row: 30 seconds, doubled each time,
    an hour at most, of which a random half is left out, so that not all come at once.

    :param failures: 1 after the first
    """
    wait = min(_FIRST * 2 ** min(failures - 1, 20), _LONGEST)
    return wait * random.uniform(0.5, 1.0)


def is_settling(made_at: datetime | None, now: datetime) -> bool:
    """Whether "not found" and "forbidden" may still mean "not yet"."""
    return made_at is not None and now - made_at < SETTLING
