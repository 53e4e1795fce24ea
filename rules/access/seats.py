"""Who gets a seat when a site has fewer seats than people.

Salto counts each subscribed user as a paid seat; whoever comes when all are taken is
made, but suspended: no door opens for them.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Sitter:
    """A person whom we gave access to.

    :param key: whatever identifies the person to the caller
    :param needed_at: when the next access begins; None: there is none
    :param seated: has a seat now
    :param ours: we made this user, so we may take the seat away
    """

    key: int
    needed_at: datetime | None
    seated: bool
    ours: bool


@dataclass(frozen=True)
class Moves:
    """Who gets up, and who sits down after that; keys, in this order."""

    give_up: tuple[int, ...]
    take: tuple[int, ...]


def move_seats(sitters: list[Sitter], free: int) -> Moves:
    """The nearest start first; nobody gets up without need. Who is not ours neither
    gets up nor sits down by us: somebody else decided about them.

    :param free: seats that nobody has
    """
    waiting = sorted(
        (one for one in sitters if not one.seated and one.needed_at and one.ours),
        key=lambda one: one.needed_at,
    )
    movable = [one for one in sitters if one.seated and one.ours]
    idle = [one for one in movable if not one.needed_at]
    later = sorted(
        (one for one in movable if one.needed_at), key=lambda one: one.needed_at
    )
    give_up, take = [], []
    for one in waiting:
        if free > 0:
            free -= 1
        elif idle:
            give_up.append(idle.pop().key)
        elif later and later[-1].needed_at > one.needed_at:
            give_up.append(later.pop().key)
        else:
            break
        take.append(one.key)
    return Moves(tuple(give_up), tuple(take))
