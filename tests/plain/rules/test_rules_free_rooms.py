"""Which rooms are free now, and until when."""

from datetime import datetime, timedelta, timezone

from rules.reception.free_rooms import free_until

NOW = datetime(2026, 3, 2, 20, 0, tzinfo=timezone.utc)
HORIZON = NOW + timedelta(hours=24)


def at(hour, day=2):
    return datetime(2026, 3, day, hour, tzinfo=timezone.utc)


def test_free_as_long_as_the_house_is_open():
    assert free_until(NOW, HORIZON, [[(at(8), at(22))]], []) == at(22)


def test_house_that_is_open_day_and_night_does_not_close_at_midnight():
    moment = timedelta(microseconds=1)
    days = [(at(0), at(0, 3) - moment), (at(0, 3), at(0, 4) - moment)]
    assert free_until(NOW, HORIZON, [days], []) == HORIZON


def test_free_until_the_next_booking():
    busy = [(at(21), at(23))]
    assert free_until(NOW, HORIZON, [[(at(8), at(22))]], busy) == at(21)


def test_not_free_while_booked_or_closed():
    assert free_until(NOW, HORIZON, [[(at(8), at(22))]], [(at(19), at(21))]) is None
    assert free_until(NOW, HORIZON, [[(at(8), at(19))]], []) is None
