"""Which locks a booking means: the mapping table, read from specific to general."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One line of the mapping table.

    :param key: whatever identifies the row to the caller
    :param type_id: the object it is for, or None for any object
    :param resource_id: the sub-object it is for, or None for any sub-object
    :param lock_ids: the locks it opens, in the order people should see them
    """

    key: int
    type_id: int | None
    resource_id: int | None
    lock_ids: tuple[int, ...]


@dataclass(frozen=True)
class Resource:
    """A sub-object of the booking; ``is_person`` tells staff from rooms."""

    id: int
    is_person: bool = False


@dataclass(frozen=True)
class Match:
    """A row that applies to a booking.

    :param resource: the sub-object that it applies to; None if none is booked
    """

    row: Row
    resource: Resource | None


def find_lock_ids(
    rows: Sequence[Row], type_id: int, resources: Iterable[Resource]
) -> list[int]:
    """The locks of a booking, each once, in the order of the mapping.

    :param rows: the mapping, in its order
    :param type_id: the booking's object
    :param resources: the booking's sub-objects; may be empty
    """
    matches = find_matches(rows, type_id, resources)
    return list(dict.fromkeys(id_ for one in matches for id_ in one.row.lock_ids))


def find_matches(
    rows: Sequence[Row], type_id: int, resources: Iterable[Resource]
) -> list[Match]:
    """The rows that apply to a booking, sub-object by sub-object.

    The most specific rows win: sub-object of the object, then sub-object, then
    object, then the wildcard. Every sub-object is looked up by itself and the
    results are joined. A person that is booked along with a room (the host of a
    studio, say) only adds the doors that are mapped to that person: otherwise
    each room would also open what the wildcard opens.

    The parameters are those of :func:`find_lock_ids`.
    """
    resources = list(resources)
    if not resources:
        return [Match(row, None) for row in _rows_for(rows, type_id)]
    rooms_booked = any(not resource.is_person for resource in resources)
    matches = []
    for resource in resources:
        own = _rows_for(rows, type_id, resource.id)
        if not own and not (resource.is_person and rooms_booked):
            own = _rows_for(rows, type_id)
        matches += [Match(row, resource) for row in own]
    return matches


def _rows_for(rows, type_id, resource_id=None):
    """Those of the object, or else those of any, for a sub-object, or for any."""
    fitting = [row for row in rows if row.resource_id == resource_id]
    exact = [row for row in fitting if row.type_id == type_id]
    return exact or [row for row in fitting if row.type_id is None]
