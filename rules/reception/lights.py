"""What a booking still lacks until its guest is inside, as five lights.

Green: nothing to do. Amber: it will come, or somebody should look. Red: somebody has to
act, and the light says how. Grey: it does not matter here, or not any more.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from ..opening.opening import Code, Verdict

GREEN, AMBER, RED, GREY = "green", "amber", "red", "grey"

# Somebody has to look after these doors before they open.
_BROKEN = {
    Code.NO_LOCK,
    Code.LOCK_REMOVED,
    Code.LOCK_WITHOUT_IQ,
    Code.IQ_NOT_ACTIVATED,
    Code.IQ_STOPPED,
    Code.IQ_BLOCKED,
    Code.IQ_OFFLINE,
    Code.IQ_TO_RESTORE,
    Code.INTEGRATION_INACTIVE,
    Code.DATABASE_COPIED,
}
_NOT_HERE = {Code.TOO_LATE, Code.BOOKING_CANCELED, Code.OTHER_COMPANY}


class Why(str, Enum):
    """What a light says. The sentence for each is in wording/reception."""

    NOBODY = "nobody"
    NO_ADDRESS = "no_address"
    KNOWN = "known"
    NOT_KEPT = "not_kept"
    NO_KEY_YET = "no_key_yet"
    KEY_PROBLEM = "key_problem"
    HAS_KEY = "has_key"
    NO_ACCESS = "no_access"
    ACCESS_WAITS = "access_waits"
    ACCESS_GRANTED = "access_granted"
    ACCESS_FAILED = "access_failed"
    ACCESS_REVOKED = "access_revoked"
    DOOR = "door"
    EXPECTED = "expected"
    LATE = "late"
    ARRIVED = "arrived"
    LEFT = "left"
    NOT_COME = "not_come"


@dataclass(frozen=True)
class Light:
    """
    :ivar state: green, amber, red or grey
    :ivar why: what it says
    """

    state: str
    why: Why


@dataclass(frozen=True)
class Guest:
    """One who attends, as Salto needs to know them.

    :ivar has_address: an e-mail address or a tag is on the contact
    :ivar is_known: there is a user at Salto
    :ivar has_problem: that user cannot open, for want of a seat or whatever else
    """

    has_address: bool
    is_known: bool = False
    has_problem: bool = False


def person_light(guests: list[Guest], keeps_access: bool) -> Light:
    if not guests:
        return Light(RED, Why.NOBODY)
    if keeps_access and not all(one.has_address for one in guests):
        return Light(RED, Why.NO_ADDRESS)
    return Light(GREEN, Why.KNOWN)


def key_light(guests: list[Guest], keeps_access: bool) -> Light:
    if not keeps_access:
        return Light(GREY, Why.NOT_KEPT)
    if any(one.has_problem for one in guests):
        return Light(RED, Why.KEY_PROBLEM)
    if all(one.is_known for one in guests):
        return Light(GREEN, Why.HAS_KEY)
    return Light(AMBER, Why.NO_KEY_YET)


def access_light(states: Iterable[str], keeps_access: bool) -> Light:
    """
    :param states: of salto.ks.access, one for each site
    """
    states = {*states}
    if "failed" in states:
        return Light(RED, Why.ACCESS_FAILED)
    if states & {"granting", "revoking"}:
        return Light(AMBER, Why.ACCESS_WAITS)
    if "granted" in states:
        return Light(GREEN, Why.ACCESS_GRANTED)
    if "revoked" in states:
        return Light(GREY, Why.ACCESS_REVOKED)
    if keeps_access:
        return Light(AMBER, Why.ACCESS_WAITS)
    return Light(GREY, Why.NO_ACCESS)


def door_light(verdicts: list[Verdict]) -> tuple[Light, int]:
    """The light of the door that most needs somebody, and which one it is."""
    lights = [Light(_door_state(one.code), Why.DOOR) for one in verdicts]
    order = (RED, AMBER, GREEN, GREY)
    place = min(range(len(lights)), key=lambda at: order.index(lights[at].state))
    return lights[place], place


def _door_state(code):
    if code in _BROKEN:
        return RED
    if code in _NOT_HERE:
        return GREY
    return GREEN if code in (Code.OK, Code.TOO_EARLY) else AMBER


def arrived_light(
    now: datetime,
    start: datetime | None,
    stop: datetime | None,
    arrived: bool,
    left: bool,
) -> Light:
    """All times are aware datetimes."""
    if left:
        return Light(GREY, Why.LEFT)
    if arrived:
        return Light(GREEN, Why.ARRIVED)
    if stop and now >= stop:
        return Light(GREY, Why.NOT_COME)
    if start and now > start:
        return Light(AMBER, Why.LATE)
    return Light(GREY, Why.EXPECTED)
