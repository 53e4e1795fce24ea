"""Where Salto and we disagree about access, both ways."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from .access import Applied


class Kind(str, Enum):
    """``MISSING``: we recorded a group that Salto does not have. ``DIFFERS``: it holds
    something else. ``LEFTOVER``: a group that we made, and for which nothing is
    recorded any more. ``FOREIGN``: a group with a name like ours that we never made.
    ``PERSON``: a user whom we know is not at Salto any more.
    """

    MISSING = "missing"
    DIFFERS = "differs"
    LEFTOVER = "leftover"
    FOREIGN = "foreign"
    PERSON = "person"


@dataclass(frozen=True)
class Group:
    """A group as Salto lists it."""

    id: str
    name: str


def find_strangers(
    prefix: str, recorded: Collection[str], listed: Collection[Group]
) -> list[Group]:
    """Groups that are named as ours are, and are not recorded."""
    start = f"{prefix}_"
    return [
        group
        for group in listed
        if group.id not in recorded
        and group.name.startswith(start)
        and group.name[len(start) :].isdigit()
    ]


def differs(applied: Applied, found: Applied) -> bool:
    """Does a group hold something else than what was recorded?

    Seconds are left out: a time given to the minute may come back with seconds
    (Connect API).
    """
    return (
        applied.schedule_id != found.schedule_id
        or _minutes(applied.schedule) != _minutes(found.schedule)
        or applied.lock_ids != found.lock_ids
        or applied.user_ids != found.user_ids
    )


def _minutes(schedule):
    return schedule and tuple(text[: len("2026-01-01T00:00")] for text in schedule)
