"""Who gets a seat when a site has fewer seats than people.

Salto counts each subscribed user as a paid seat; whoever comes when all are taken is
made, but suspended: no door opens for them.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Sitter:
    """A person whom Odoo gave access to.

    :param key: whatever identifies the person to the caller
    :param needed_at: when the next access begins; None: there is none
    :param seated: has a seat now
    :param ours: Odoo made this user, so it may take the seat away
    """

    key: int
    needed_at: datetime | None
    seated: bool
    ours: bool


def move_seats(sitters: list[Sitter], free: int) -> tuple[list[int], list[int]]:
    """The nearest start first; nobody gets up without need. Whom Odoo did not make
    keeps what they have: somebody else decided about them.

    :param free: seats that nobody has
    :returns: keys of who gets up, and of who sits down after that, in this order
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
    return give_up, take
