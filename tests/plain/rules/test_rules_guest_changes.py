from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest

from rules.guest.changes import Booking, Refusal, why_not

NOW = datetime(2026, 6, 1, 12, tzinfo=timezone.utc)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SCHEDULED = Booking(
    alive=True,
    confirmed=False,
    start=NOW + 2 * DAY,
    stop=NOW + 2 * DAY + HOUR,
    deadline=DAY,
)
PENDING = replace(SCHEDULED, start=None, stop=None)


def test_a_guest_confirms_and_moves_what_is_still_open():
    assert why_not(NOW, SCHEDULED) is None
    assert why_not(NOW, SCHEDULED, NOW + 3 * DAY) is None
    assert why_not(NOW, PENDING, NOW + 3 * DAY) is None


@pytest.mark.parametrize(
    ("refusal", "change"),
    [
        (Refusal.CANCELED, {"alive": False}),
        (Refusal.CONFIRMED, {"confirmed": True}),
        (Refusal.OVER, {"start": NOW - 2 * HOUR, "stop": NOW - HOUR}),
        (Refusal.BEGUN, {"start": NOW, "stop": NOW + HOUR}),
        (Refusal.PAST_DEADLINE, {"start": NOW + HOUR, "stop": NOW + 2 * HOUR}),
    ],
)
@pytest.mark.parametrize("new_start", [None, NOW + 3 * DAY])
def test_what_is_no_longer_the_guests_to_change(refusal, change, new_start):
    assert why_not(NOW, replace(SCHEDULED, **change), new_start) is refusal


def test_what_is_over_stays_over_even_if_it_was_confirmed():
    over = replace(SCHEDULED, confirmed=True, start=NOW - DAY, stop=NOW - HOUR)
    assert why_not(NOW, over) is Refusal.OVER


@pytest.mark.parametrize("booking", [SCHEDULED, PENDING])
@pytest.mark.parametrize("new_start", [NOW - HOUR, NOW, NOW + HOUR])
def test_no_booking_is_moved_closer_than_the_deadline(booking, new_start):
    assert why_not(NOW, booking, new_start) is Refusal.TOO_SOON
    no_deadline = replace(booking, deadline=timedelta(0))
    moved = why_not(NOW, no_deadline, new_start)
    assert moved is (None if new_start > NOW else Refusal.TOO_SOON)


def test_the_last_moment_of_the_deadline_is_in_time():
    booking = replace(SCHEDULED, start=NOW + DAY, stop=NOW + DAY + HOUR)
    assert why_not(NOW, booking) is None
    assert why_not(NOW, booking, NOW + DAY) is None
