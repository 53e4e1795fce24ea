"""Where Salto and Odoo disagree about access, both ways."""

from collections.abc import Collection, Mapping
from enum import Enum

from .access import COMMON, Applied


class Kind(str, Enum):
    """``MISSING``: Salto does not have a group that is recorded. ``DIFFERS``: it holds
    something else. ``LEFTOVER``: Odoo made a group for which nothing is recorded.
    ``FOREIGN``: a group is named like Odoo's, which never made it. ``PERSON``: a user
    who is recorded is not at Salto any more.
    """

    MISSING = "missing"
    DIFFERS = "differs"
    LEFTOVER = "leftover"
    FOREIGN = "foreign"
    PERSON = "person"


def find_strangers(
    prefix: str, recorded: Collection[str], listed: Mapping[str, str]
) -> dict[str, str]:
    """Groups that are named as Odoo's are, and are not recorded.

    :param listed: {group id: name}
    """
    start = f"{prefix}_"
    return {
        group_id: name
        for group_id, name in listed.items()
        if group_id not in recorded
        and name.startswith(start)
        and name[len(start) :].removesuffix(COMMON).isdigit()
    }


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
