from datetime import datetime, timedelta, timezone

import pytest

from rules.site.activation import (
    BLOCK,
    TRIES,
    ActivationOutcome,
    Change,
    Pin,
    Problem,
    Progress,
    Severity,
    Tries,
    WizardStep,
    after_refusal,
    is_open,
    next_step,
    offers_new_pin,
    outcome_of,
    pin_by_digits,
    pin_to_check,
    severity_of,
)

NOW = datetime(2026, 6, 1, 14, 0, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("activated", "requested", "at_hand", "change", "step"),
    [
        (False, False, False, None, WizardStep.GET_PIN),
        (False, True, False, None, WizardStep.SET_PIN),
        (False, False, True, None, WizardStep.SET_PIN),
        (True, False, False, None, WizardStep.DONE),
        (True, False, False, Change.UNPROVEN, WizardStep.DONE),
        (True, False, True, None, WizardStep.SET_PIN),
        (False, True, False, Change.SENT, WizardStep.FIND_OUT),
        (False, True, True, Change.NEW_REFUSED, WizardStep.FIND_OUT),
        (True, False, False, Change.OLD_REFUSED, WizardStep.FIND_OUT),
    ],
)
def test_next_step(activated, requested, at_hand, change, step):
    assert next_step(Progress(activated, requested, at_hand, change)) is step


@pytest.mark.parametrize("change", [None, Change.SENT])
def test_an_iq_that_was_reset_is_restored_first(change):
    progress = Progress(True, True, True, change, restore_required=True)
    assert next_step(progress) is WizardStep.RESTORE


@pytest.mark.parametrize(
    ("problem", "severity"),
    [
        (Problem.OFFLINE, Severity.WARNING),
        (Problem.OUTCOME_UNKNOWN, Severity.WARNING),
        (Problem.ALREADY_ACTIVATED, Severity.WARNING),
        (Problem.PIN_WRONG, Severity.DANGER),
        (Problem.UNKNOWN_IQ, Severity.DANGER),
        (Problem.OTHER, Severity.DANGER),
    ],
)
def test_what_passes_is_a_warning_and_all_else_a_danger(problem, severity):
    assert severity_of(problem) is severity


@pytest.mark.parametrize(
    ("problem", "step", "offered"),
    [
        (Problem.PIN_WRONG, WizardStep.SET_PIN, True),
        (Problem.PIN_REFUSED, WizardStep.DONE, True),
        (Problem.NO_PIN_HOLDS, WizardStep.FIND_OUT, True),
        (Problem.PIN_WRONG, WizardStep.GET_PIN, False),
        (Problem.PIN_RESET, WizardStep.RESTORE, False),
        (Problem.OFFLINE, WizardStep.SET_PIN, False),
        (None, WizardStep.SET_PIN, False),
    ],
)
def test_a_new_pin_is_offered_where_it_may_help(problem, step, offered):
    assert offers_new_pin(problem, step) is offered


def walk(held):
    """The PINs that are checked until one holds, and what was found."""
    change, checked = Change.SENT, []
    while pin_to_check(change) not in checked:
        pin = pin_to_check(change)
        checked.append(pin)
        if pin is held:
            return checked, outcome_of(pin)
        change = after_refusal(change)
    return checked, None


@pytest.mark.parametrize(
    ("held", "checked", "outcome"),
    [
        (Pin.NEW, [Pin.NEW], ActivationOutcome.CHANGED),
        (Pin.OLD, [Pin.NEW, Pin.OLD], ActivationOutcome.CHANGE_LOST),
        (Pin.BY_DIGITS, list(Pin), ActivationOutcome.CHANGED_BY_DIGITS),
        (None, list(Pin), None),
    ],
)
def test_the_new_pin_is_checked_first_and_none_twice(held, checked, outcome):
    assert walk(held) == (checked, outcome)


def test_a_change_without_an_answer_is_open_until_a_pin_holds():
    assert is_open(Change.SENT)
    assert not is_open(Change.UNPROVEN)
    assert not is_open(None)


@pytest.mark.parametrize(
    ("old", "delta", "made"),
    [("4711", "0000", "4711"), ("4711", "1234", "3587"), ("0042", "0051", "0091")],
)
def test_pin_by_digits(old, delta, made):
    assert pin_by_digits(old, delta) == made


def test_tries_are_counted_down_to_a_block_of_our_own():
    tries = Tries()
    assert tries.left(NOW) == TRIES
    for left in (2, 1):
        tries = tries.after_wrong(NOW)
        assert tries.left(NOW) == left
        assert not tries.is_blocked(NOW)
    tries = tries.after_wrong(NOW)
    assert tries.left(NOW) == 0
    assert tries.blocked_until == NOW + BLOCK


def test_after_a_block_all_tries_are_back():
    tries = Tries(1).after_block(NOW)
    assert tries.is_blocked(NOW + BLOCK - timedelta(seconds=1))
    later = NOW + BLOCK
    assert not tries.is_blocked(later)
    assert tries.left(later) == TRIES
    assert tries.after_wrong(later) == Tries(1)
