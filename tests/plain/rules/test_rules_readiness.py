from dataclasses import fields, replace

import pytest

from rules.readiness import Setup, Step, missing_steps

READY = Setup(**{field.name: True for field in fields(Setup)})


def test_ready():
    assert missing_steps(READY) == []


@pytest.mark.parametrize("step", Step)
def test_each_step_is_asked_for(step):
    assert missing_steps(replace(READY, **{step.value: False})) == [step]


def test_missing_steps_come_in_the_order_of_going_live():
    nothing = Setup(**{field.name: False for field in fields(Setup)})
    assert missing_steps(nothing) == list(Step)
