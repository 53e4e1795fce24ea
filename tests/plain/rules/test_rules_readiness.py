from dataclasses import replace

import pytest

from rules.site.readiness import Level, Setup, Step, missing_steps, review

READY = Setup(
    platform=True,
    account=True,
    site=True,
    contacted=True,
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
NOTHING = Setup(*([False] * 5), *([0] * 8))


def test_ready():
    assert set(review(READY).values()) == {Level.OK}
    assert missing_steps(READY) == []


@pytest.mark.parametrize(
    ("step", "change"),
    [
        (Step.PLATFORM, {"platform": False}),
        (Step.ACCOUNT, {"account": False}),
        (Step.SITE, {"site": False}),
        (Step.IQ, {"iqs_activated": 0}),
        (Step.LOCKS, {"locks": 0}),
        (Step.DETAILS, {"stages": 0}),
        (Step.MAPPING, {"rows": 0}),
    ],
)
def test_each_step_that_is_missing_is_asked_for(step, change):
    setup = replace(READY, **change)
    assert review(setup)[step] is Level.MISSING
    assert missing_steps(setup) == [step]


@pytest.mark.parametrize(
    ("step", "change"),
    [
        (Step.ACCESS, {"failing": True}),
        (Step.IQ, {"iqs_activated": 2}),
        (Step.IQ, {"iqs_offline": 1}),
        (Step.IQ, {"iqs_to_restore": 1}),
        (Step.MAPPING, {"rows_stuck": 1}),
    ],
)
def test_doubts_are_amber_and_do_not_stop_anybody(step, change):
    setup = replace(READY, **change)
    assert review(setup)[step] is Level.WARN
    assert missing_steps(setup) == []


def test_missing_steps_come_in_the_order_of_going_live():
    assert missing_steps(NOTHING) == [step for step in Step if step is not Step.ACCESS]
    assert review(NOTHING)[Step.ACCESS] is Level.MISSING
