"""What a Date header says about our clock."""

from datetime import datetime, timedelta, timezone

import pytest

from connect.transport import Clock

NOON = datetime(2026, 11, 21, 12, 0, 0, tzinfo=timezone.utc)


@pytest.fixture
def clock():
    return Clock(now=lambda: NOON)


def test_nothing_is_known_at_first(clock):
    assert clock.skew is None
    assert clock.vendor_now() == NOON


@pytest.mark.parametrize(
    ("date_header", "skew"),
    [
        ("Sat, 21 Nov 2026 12:10:00 GMT", timedelta(minutes=10)),
        ("Sat, 21 Nov 2026 11:59:58 GMT", timedelta(seconds=-2)),
        ("Sat, 21 Nov 2026 13:00:00 +0100", timedelta()),
        ("Sat, 21 Nov 2026 12:00:01 -0000", timedelta(seconds=1)),
    ],
)
def test_skew_is_the_vendor_s_time_minus_ours(clock, date_header, skew):
    clock.note(date_header)
    assert clock.skew == skew
    assert clock.vendor_now() == NOON + skew


@pytest.mark.parametrize("date_header", [None, "", "yesterday", "Sat, 99 Nov 2026"])
def test_unreadable_date_changes_nothing(clock, date_header):
    clock.note("Sat, 21 Nov 2026 12:10:00 GMT")
    clock.note(date_header)
    assert clock.skew == timedelta(minutes=10)
