"""Activating an IQ with its PIN: what comes next, how many tries are left, and which
PIN holds after a change whose outcome nobody saw.

A PIN is checked by a signed command that changes nothing. A wrong one counts towards
a block, so there is never more than one check for one question.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

# Salto blocks an account after 3 to 8 wrong codes, for some 20 minutes (vendor guides;
# both vary). The least counts.
TRIES = 3
BLOCK = timedelta(minutes=20)


class WizardStep(str, Enum):
    """Where a person stands."""

    RESTORE = "restore"
    GET_PIN = "get_pin"
    SET_PIN = "set_pin"
    FIND_OUT = "find_out"
    DONE = "done"


class Problem(str, Enum):
    """What can go wrong. The sentence for each is the model's, translated."""

    SECRET_TAKEN = "secret_taken"
    ALREADY_ACTIVATED = "already_activated"
    PIN_RESET = "pin_reset"
    PIN_WRONG = "pin_wrong"
    PIN_REFUSED = "pin_refused"
    NO_PIN_HOLDS = "no_pin_holds"
    BLOCKED = "blocked"
    RESTORE_REQUIRED = "restore_required"
    RESTORE_GOES_ON = "restore_goes_on"
    OFFLINE = "offline"
    UNKNOWN_IQ = "unknown_iq"
    NO_ANSWER = "no_answer"
    OUTCOME_UNKNOWN = "outcome_unknown"
    OTHER = "other"


class Severity(str, Enum):
    """How a problem is shown."""

    WARNING = "warning"
    DANGER = "danger"


class Change(str, Enum):
    """How far a change of the PIN has come.

    ``SENT`` to ``OLD_REFUSED``: nobody knows which PIN holds, and these were refused so
    far. ``UNPROVEN``: Salto's cloud accepts the PIN, but only a door that opens proves
    that the IQ does, too.
    """

    SENT = "sent"
    NEW_REFUSED = "new_refused"
    OLD_REFUSED = "old_refused"
    UNPROVEN = "unproven"


class Pin(str, Enum):
    """The PINs that may hold after a change.

    ``BY_DIGITS``: what the change made of the old PIN if Salto counts digit by digit.
    """

    NEW = "new"
    OLD = "old"
    BY_DIGITS = "by_digits"


class ActivationOutcome(str, Enum):
    """What a successful activation found."""

    KEPT = "kept"
    CHANGED = "changed"
    CHANGE_LOST = "change_lost"
    CHANGED_BY_DIGITS = "changed_by_digits"


# Nothing is wrong with what was entered: it passes, or the dialog leads on.
_PASSING = {
    Problem.ALREADY_ACTIVATED,
    Problem.PIN_RESET,
    Problem.BLOCKED,
    Problem.RESTORE_REQUIRED,
    Problem.RESTORE_GOES_ON,
    Problem.OFFLINE,
    Problem.NO_ANSWER,
    Problem.OUTCOME_UNKNOWN,
}
# A new PIN may be the way out.
_ABOUT_THE_PIN = {
    Problem.ALREADY_ACTIVATED,
    Problem.PIN_RESET,
    Problem.PIN_WRONG,
    Problem.PIN_REFUSED,
    Problem.NO_PIN_HOLDS,
}
_CHECKS = {
    Change.SENT: (Pin.NEW, Change.NEW_REFUSED),
    Change.NEW_REFUSED: (Pin.OLD, Change.OLD_REFUSED),
    Change.OLD_REFUSED: (Pin.BY_DIGITS, Change.SENT),
}
_OUTCOMES = {
    Pin.NEW: ActivationOutcome.CHANGED,
    Pin.OLD: ActivationOutcome.CHANGE_LOST,
    Pin.BY_DIGITS: ActivationOutcome.CHANGED_BY_DIGITS,
}


def severity_of(problem: Problem) -> Severity:
    return Severity.WARNING if problem in _PASSING else Severity.DANGER


def offers_new_pin(problem: Problem | None, step: WizardStep) -> bool:
    """Whether a person may ask for another PIN, in a step that is not about that."""
    return problem in _ABOUT_THE_PIN and step not in (
        WizardStep.GET_PIN,
        WizardStep.RESTORE,
    )


def is_open(change: Change | None) -> bool:
    """Whether it is not known which PIN holds."""
    return change in _CHECKS


def pin_to_check(change: Change) -> Pin:
    """The PIN that is the likeliest to hold, of those not refused so far.

    :raises KeyError: the change is not open
    """
    return _CHECKS[change][0]


def after_refusal(change: Change) -> Change:
    """The change, once the PIN to check was refused.

    ``SENT`` again means that all were: something else is wrong.
    """
    return _CHECKS[change][1]


def outcome_of(held: Pin) -> ActivationOutcome:
    return _OUTCOMES[held]


def pin_by_digits(old_pin: str, delta: str) -> str:
    """What ``delta`` makes of a PIN, each digit on its own: new = old - delta.

    :param old_pin: four digits
    :param delta: four digits, as sent
    """
    pairs = zip(old_pin, delta, strict=True)
    return "".join(str((int(old) - int(step)) % 10) for old, step in pairs)


@dataclass(frozen=True)
class Progress:
    """How far an activation has come.

    :param activated: the IQ is activated and not stopped
    :param pin_requested: Salto was asked to send a PIN
    :param pin_at_hand: somebody has typed a PIN, or wants to
    :param restore_required: the IQ was reset at the device; until it is restored, it
        takes no command
    """

    activated: bool
    pin_requested: bool
    pin_at_hand: bool
    change: Change | None = None
    restore_required: bool = False


def next_step(progress: Progress) -> WizardStep:
    if progress.restore_required:
        return WizardStep.RESTORE
    if is_open(progress.change):
        return WizardStep.FIND_OUT
    if progress.pin_at_hand:
        return WizardStep.SET_PIN
    if progress.activated:
        return WizardStep.DONE
    return WizardStep.SET_PIN if progress.pin_requested else WizardStep.GET_PIN


@dataclass(frozen=True)
class Tries:
    """Wrong PINs for one IQ, and the block that they lead to.

    :param blocked_until: no PIN is sent before
    """

    wrong: int = 0
    blocked_until: datetime | None = None

    def is_blocked(self, now: datetime) -> bool:
        return self.blocked_until is not None and now < self.blocked_until

    def left(self, now: datetime) -> int:
        """How many wrong PINs Salto may still bear."""
        return 0 if self.is_blocked(now) else TRIES - self._count(now)

    def after_wrong(self, now: datetime) -> "Tries":
        """One more wrong PIN; with the last try we stop by ourselves."""
        wrong = self._count(now) + 1
        return Tries(wrong, now + BLOCK if wrong >= TRIES else None)

    def after_block(self, now: datetime) -> "Tries":
        """Salto says that it has blocked the account."""
        return Tries(TRIES, now + BLOCK)

    def _count(self, now):
        over = self.blocked_until and now >= self.blocked_until
        return 0 if over else self.wrong
