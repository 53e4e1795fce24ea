"""Both clock changes of a year, and the ordinary day between them."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from rules.times.wall_clock import wall_clock_window

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def utc(text):
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("start", "end", "wall_start", "wall_end"),
    [
        # summer and winter
        ("2026-07-01T10:00", "2026-07-01T12:00", "07-01T12:00", "07-01T14:00"),
        ("2026-12-01T10:00", "2026-12-01T12:00", "12-01T11:00", "12-01T13:00"),
        # the change leaves 02:00 to 03:00 out
        ("2026-03-28T23:30", "2026-03-29T02:00", "03-29T00:30", "03-29T04:00"),
        ("2026-03-29T00:59", "2026-03-29T01:00", "03-29T01:59", "03-29T03:00"),
        # the clock shows 02:00 to 03:00 twice: all of the evening before, up to the
        # first 02:30
        ("2026-10-24T20:00", "2026-10-25T00:30", "10-24T22:00", "10-25T02:30"),
        # up to the second 02:30: it showed 02:59 before that
        ("2026-10-24T20:00", "2026-10-25T01:30", "10-24T22:00", "10-25T03:00"),
        # from the first 02:30: it shows 02:00 once more after that
        ("2026-10-25T00:30", "2026-10-25T04:00", "10-25T02:00", "10-25T05:00"),
        # from the second 02:30 on
        ("2026-10-25T01:30", "2026-10-25T04:00", "10-25T02:30", "10-25T05:00"),
        # within the first, and from the first into the second
        ("2026-10-25T00:10", "2026-10-25T00:40", "10-25T02:10", "10-25T02:40"),
        ("2026-10-25T00:30", "2026-10-25T01:15", "10-25T02:00", "10-25T03:00"),
        # a stay of weeks over the change: only its ends count
        ("2026-10-20T10:00", "2026-11-20T10:00", "10-20T12:00", "11-20T11:00"),
    ],
)
def test_window_on_the_wall(start, end, wall_start, wall_end):
    found = wall_clock_window(utc(start), utc(end), AMSTERDAM)
    year = "2026-"
    assert found == tuple(
        datetime.fromisoformat(year + text) for text in (wall_start, wall_end)
    )


@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_every_moment_of_every_window_is_covered(day):
    midnight = utc(f"{day}T00:00") - timedelta(hours=3)
    quarters = [midnight + timedelta(minutes=15 * n) for n in range(32)]
    for start in quarters:
        for end in quarters:
            if start < end:
                wall_start, wall_end = wall_clock_window(start, end, AMSTERDAM)
                shown = [
                    at.astimezone(AMSTERDAM).replace(tzinfo=None)
                    for at in quarters
                    if start <= at <= end
                ]
                assert wall_start <= min(shown)
                assert wall_end >= max(shown)
                assert wall_end - wall_start <= end - start + timedelta(hours=1)


def test_naive_moments_are_refused():
    with pytest.raises(ValueError, match="naive"):
        wall_clock_window(datetime(2026, 1, 1), datetime(2026, 1, 2), AMSTERDAM)
