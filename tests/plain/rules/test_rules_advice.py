from dataclasses import replace

import pytest

from rules.opening.advice import Advice, Reader, find_advice
from rules.opening.opening import Code

DESK = Reader(
    may_change=False,
    may_extend=False,
    may_override=False,
    waits=False,
    is_today=True,
)


@pytest.mark.parametrize(
    ("code", "changed", "advice"),
    [
        (Code.TOO_EARLY, {}, Advice.ASK_MANAGER),
        (Code.TOO_EARLY, {"may_override": True}, Advice.OPEN_ANYWAY),
        (Code.TOO_EARLY, {"may_change": True, "may_override": True}, Advice.MOVE),
        (Code.TOO_LATE, {}, Advice.WALK_IN),
        (Code.TOO_LATE, {"is_today": False}, Advice.ASK_MANAGER),
        (Code.TOO_LATE, {"may_extend": True}, Advice.EXTEND_AT_DESK),
        (Code.TOO_LATE, {"may_change": True}, Advice.EXTEND),
        (Code.STAGE_NOT_ALLOWED, {}, None),
        (Code.STAGE_NOT_ALLOWED, {"waits": True}, Advice.CHECK_IN),
        (
            Code.STAGE_NOT_ALLOWED,
            {"waits": True, "is_today": False},
            Advice.ASK_MANAGER,
        ),
        (Code.STAGE_NOT_ALLOWED, {"waits": True, "may_change": True}, Advice.CONFIRM),
        (Code.IQ_OFFLINE, {"may_change": True}, None),
    ],
)
def test_nobody_is_told_what_they_cannot_do(code, changed, advice):
    assert find_advice(code, replace(DESK, **changed)) is advice
