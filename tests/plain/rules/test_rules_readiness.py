from dataclasses import replace

import pytest

from rules.site.readiness import Level, Setup, SetupStep, missing_steps, review

READY = Setup(
    platform=True,
    account=True,
    site=True,
    contacted=True,
    refused=False,
    failing=False,
    iqs=3,
    iqs_activated=3,
    iqs_offline=0,
    iqs_to_restore=0,
    locks=40,
    stages=2,
    rows=5,
    rows_stuck=0,
)
NOTHING = Setup(*([False] * 6), *([0] * 8))


def test_an_account_without_the_role_is_no_access():
    assert review(replace(READY, refused=True))[SetupStep.ACCESS] is Level.MISSING


def test_ready():
    assert set(review(READY).values()) == {Level.OK}
    assert missing_steps(READY) == []


@pytest.mark.parametrize(
    ("step", "change"),
    [
        (SetupStep.PLATFORM, {"platform": False}),
        (SetupStep.ACCOUNT, {"account": False}),
        (SetupStep.SITE, {"site": False}),
        (SetupStep.IQ, {"iqs_activated": 0}),
        (SetupStep.LOCKS, {"locks": 0}),
        (SetupStep.DETAILS, {"stages": 0}),
        (SetupStep.MAPPING, {"rows": 0}),
    ],
)
def test_each_step_that_is_missing_is_asked_for(step, change):
    setup = replace(READY, **change)
    assert review(setup)[step] is Level.MISSING
    assert missing_steps(setup) == [step]


@pytest.mark.parametrize(
    ("step", "change"),
    [
        (SetupStep.ACCESS, {"failing": True}),
        (SetupStep.IQ, {"iqs_activated": 2}),
        (SetupStep.IQ, {"iqs_offline": 1}),
        (SetupStep.IQ, {"iqs_to_restore": 1}),
        (SetupStep.MAPPING, {"rows_stuck": 1}),
    ],
)
def test_doubts_are_amber_and_do_not_stop_anybody(step, change):
    setup = replace(READY, **change)
    assert review(setup)[step] is Level.WARN
    assert missing_steps(setup) == []


def test_missing_steps_come_in_the_order_of_going_live():
    assert missing_steps(NOTHING) == [
        step for step in SetupStep if step is not SetupStep.ACCESS
    ]
    assert review(NOTHING)[SetupStep.ACCESS] is Level.MISSING
