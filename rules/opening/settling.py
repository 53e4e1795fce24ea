"""Which doors did open, although the answer to the command was lost.

A lock that opened leaves an entry at Salto; a command that was refused or never came
leaves none. So what is unknown can be settled by reading the entries, never by
sending again.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

# Our times and Salto's are whole seconds, and clocks are never quite equal.
EARLY = timedelta(seconds=2)
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

    @property
    def last(self) -> datetime:
        """When the door can have opened at the latest."""
        return self.answered_at + EARLY if self.answered_at else self.at + LATE


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
    complete_until: datetime,
) -> dict[int, Entry | None]:
    """Find out what became of unknown attempts.

    Attempts that are known to have opened take their entries first. Each further entry
    belongs to the last attempt before it: whoever tries again does so because the try
    before did nothing.

    :param now: aware, as all times here
    :param entries: those of the attempts' locks that explain no other opening yet
    :param complete_until: no entry of before that time is missing
    :returns: per attempt that is settled its entry, or None where the door stayed
        closed; attempts that have to wait are left out
    """
    free = sorted(entries, key=lambda entry: entry.at)
    in_order = sorted(attempts, key=lambda attempt: attempt.at)
    for attempt in in_order:
        entry = next((one for one in free if _explains(one, attempt)), None)
        if attempt.answered_at and entry:
            free.remove(entry)
    unknown = [attempt for attempt in in_order if not attempt.answered_at]
    settled: dict[int, Entry | None] = {}
    for entry in free:
        fitting = [
            attempt
            for attempt in unknown
            if attempt.id not in settled and _explains(entry, attempt)
        ]
        if fitting:
            settled[fitting[-1].id] = entry
    for attempt in unknown:
        told = now - attempt.at > PATIENCE and attempt.last <= complete_until
        if told and attempt.id not in settled:
            settled[attempt.id] = None
    return settled


def _explains(entry: Entry, attempt: Attempt) -> bool:
    return (
        entry.lock_id == attempt.lock_id
        and attempt.at - EARLY <= entry.at <= attempt.last
    )
