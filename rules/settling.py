"""Which doors did open, although the answer to the command was lost.

A lock that opened leaves an entry at Salto; a command that was refused or never came
leaves none. So what is unknown can be settled by reading the entries, never by
sending again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# Salto's entries carry whole seconds, and clocks are never quite equal.
EARLY = timedelta(seconds=10)
# A command may lie on its way for as long as we wait for its answer, and some.
LATE = timedelta(seconds=120)
# How long an entry may take to appear: only then its absence proves something.
PATIENCE = timedelta(minutes=10)


@dataclass(frozen=True)
class Attempt:
    """One opening.

    ``answered_at`` is set if Salto answered that it opened, else it is unknown.
    """

    id: int
    lock_id: str
    at: datetime
    answered_at: datetime | None = None


@dataclass(frozen=True)
class Entry:
    """A remote opening by our own account, ``at`` by our own clock."""

    id: str
    lock_id: str
    at: datetime


def settle(
    now: datetime,
    attempts: Iterable[Attempt],
    entries: Iterable[Entry],
    read_from: datetime,
) -> dict[int, Entry | None]:
    """Find out what became of unknown attempts.

    Attempts that are known to have opened take their entries first, so that no
    other attempt is taken for them.

    :param now: aware, as all times here
    :param entries: all there are of the attempts' locks since ``read_from``
    :returns: per attempt that is settled its entry, or None where the door stayed
        closed; attempts that have to wait are left out
    """
    free = sorted(entries, key=lambda entry: entry.at)
    settled: dict[int, Entry | None] = {}
    in_order = sorted(attempts, key=lambda one: (one.answered_at is None, one.at))
    for attempt in in_order:
        entry = next((one for one in free if _explains(one, attempt)), None)
        if entry:
            free.remove(entry)
        if attempt.answered_at:
            continue
        if entry:
            settled[attempt.id] = entry
        elif now - attempt.at > PATIENCE and read_from <= attempt.at - EARLY:
            settled[attempt.id] = None
    return settled


def _explains(entry: Entry, attempt: Attempt) -> bool:
    last = attempt.at + LATE
    if attempt.answered_at:
        last = attempt.answered_at + EARLY
    return entry.lock_id == attempt.lock_id and attempt.at - EARLY <= entry.at <= last
