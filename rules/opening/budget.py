"""How often a person may open doors, and how often a door may be opened.

Nobody who means well notices these limits. They are for a script that runs wild and
for the phone in a pocket: each attempt moves hardware and counts at Salto.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class Limit:
    """So many attempts in any stretch of time of that length."""

    attempts: int
    within: timedelta


PER_PERSON = Limit(20, timedelta(minutes=1))
# A busy entrance: one guest after the other opens it from a phone.
PER_DOOR = Limit(40, timedelta(minutes=1))


def next_try(
    now: datetime, attempts: Iterable[datetime], limit: Limit
) -> datetime | None:
    """When the next attempt is allowed; None means now.

    :param attempts: when earlier ones were made, in any order
    """
    counted = sorted(at for at in attempts if now - at < limit.within)
    if len(counted) < limit.attempts:
        return None
    return counted[-limit.attempts] + limit.within
