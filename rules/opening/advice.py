"""What the one who reads that a door stays closed can do about it: nobody is told to
press what they cannot press."""

from dataclasses import dataclass
from enum import Enum

from .opening import Code

# The refusals about which a reader may do something, or not.
ADVISED = {Code.TOO_EARLY, Code.TOO_LATE, Code.STAGE_NOT_ALLOWED}


class Advice(Enum):
    """What to do. Each is a sentence."""

    MOVE = "move"
    EXTEND = "extend"
    EXTEND_AT_DESK = "extend_at_desk"
    WALK_IN = "walk_in"
    OPEN_ANYWAY = "open_anyway"
    CONFIRM = "confirm"
    CHECK_IN = "check_in"
    ASK_MANAGER = "ask_manager"


@dataclass(frozen=True)
class Reader:
    """Who reads it, and of what booking.

    :param may_change: the host lets this person move and confirm the booking
    :param may_extend: the desk can make the stay longer, and its doors open again
    :param may_override: has the right to open anyway
    :param waits: the booking is scheduled, and nobody has confirmed it
    :param is_today: the desk works with it
    """

    may_change: bool
    may_extend: bool
    may_override: bool
    waits: bool
    is_today: bool


def find_advice(code: Code, reader: Reader) -> Advice | None:
    """What to do about a refusal; None where its own sentence says it."""
    match code:
        case Code.TOO_EARLY:
            return Advice.MOVE if reader.may_change else _past_the_desk(reader)
        case Code.TOO_LATE if reader.may_extend:
            return Advice.EXTEND_AT_DESK
        case Code.TOO_LATE if reader.may_change:
            return Advice.EXTEND
        case Code.TOO_LATE:
            return Advice.WALK_IN if reader.is_today else _past_the_desk(reader)
        case Code.STAGE_NOT_ALLOWED if reader.waits and reader.may_change:
            return Advice.CONFIRM
        case Code.STAGE_NOT_ALLOWED if reader.waits:
            return Advice.CHECK_IN if reader.is_today else Advice.ASK_MANAGER
    return None


def _past_the_desk(reader):
    return Advice.OPEN_ANYWAY if reader.may_override else Advice.ASK_MANAGER
