"""Patience, the brake, seats, and drift."""

from datetime import datetime, timedelta, timezone
from random import Random

import pytest

from rules.access.access import Applied
from rules.access.brake import Brake, choose_brake, must_stop
from rules.access.drift import differs, find_strangers
from rules.access.patience import backoff, is_settling
from rules.access.seats import Sitter, move_seats

NOON = datetime(2026, 7, 1, 12, tzinfo=timezone.utc)


@pytest.mark.parametrize(
    ("failures", "shortest", "longest"),
    [(1, 15, 30), (2, 30, 60), (4, 120, 240), (8, 1800, 3600), (500, 1800, 3600)],
)
def test_backoff_doubles_up_to_an_hour(failures, shortest, longest):
    for seed in range(50):
        seconds = backoff(failures, Random(seed)).total_seconds()
        assert shortest <= seconds <= longest


def test_backoff_scatters():
    assert len({backoff(3, Random(seed)) for seed in range(20)}) == 20


@pytest.mark.parametrize(
    ("age", "settling"), [(None, False), (0, True), (119, True), (120, False)]
)
def test_settling(age, settling):
    made_at = None if age is None else NOON - timedelta(seconds=age)
    assert is_settling(made_at, NOON) is settling


@pytest.mark.parametrize(
    ("removals", "live", "share", "stops"),
    [
        (10, 10, 20, False),
        (11, 11, 20, True),
        (11, 50, 20, True),
        (20, 100, 20, False),
        (21, 100, 20, True),
        (100, 100, 100, False),
        (1, 1, 0, False),
    ],
)
def test_brake(removals, live, share, stops):
    assert must_stop(removals, live, share) is stops


@pytest.mark.parametrize(
    ("by_bookings", "by_others", "live", "share", "brake"),
    [
        # nearly all of a small site, although the bookings stand
        (0, 2, 2, 20, Brake.SPARES_BOOKINGS),
        (0, 3, 3, 20, Brake.SPARES_BOOKINGS),
        (0, 4, 5, 20, Brake.SPARES_BOOKINGS),
        (0, 8, 10, 20, Brake.SPARES_BOOKINGS),
        (0, 10, 12, 20, Brake.SPARES_BOOKINGS),
        # some of it
        (0, 1, 2, 20, Brake.OFF),
        (0, 2, 3, 20, Brake.OFF),
        (0, 3, 4, 20, Brake.OFF),
        (0, 7, 10, 20, Brake.OFF),
        # one booking that loses its last door
        (0, 1, 1, 20, Brake.OFF),
        (1, 1, 2, 20, Brake.OFF),
        # what bookings end themselves is ordinary, be it all there is
        (1, 0, 1, 20, Brake.OFF),
        (2, 0, 2, 20, Brake.OFF),
        (10, 0, 10, 20, Brake.OFF),
        # what ends itself does not make the rest look small
        (8, 2, 10, 20, Brake.SPARES_BOOKINGS),
        # a large site: the reason does not matter
        (11, 0, 20, 20, Brake.ON),
        (0, 11, 20, 20, Brake.ON),
        (6, 5, 20, 20, Brake.ON),
        (0, 20, 100, 20, Brake.OFF),
        (0, 21, 100, 20, Brake.ON),
        # switched off, or less careful
        (0, 10, 10, 100, Brake.OFF),
        (0, 30, 30, 100, Brake.OFF),
        (0, 9, 10, 90, Brake.OFF),
        (0, 10, 10, 90, Brake.SPARES_BOOKINGS),
        # nothing at all
        (0, 0, 0, 20, Brake.OFF),
        (0, 0, 5, 0, Brake.OFF),
    ],
)
def test_brake_of_small_sites(by_bookings, by_others, live, share, brake):
    assert choose_brake(by_bookings, by_others, live, share) is brake


def sitter(key, hours, seated=False, ours=True):
    needed_at = None if hours is None else NOON + timedelta(hours=hours)
    return Sitter(key, needed_at, seated, ours)


@pytest.mark.parametrize(
    ("sitters", "free", "moves"),
    [
        ([], 3, ([], [])),
        ([sitter(1, 1, seated=True), sitter(2, 2, seated=True)], 0, ([], [])),
        # the nearest first
        ([sitter(1, 5), sitter(2, 1), sitter(3, 3)], 2, ([], [2, 3])),
        # whoever needs none gets up first, then whoever needs it last
        (
            [sitter(1, 1), sitter(2, None, True), sitter(3, 9, True), sitter(4, 2)],
            0,
            ([2, 3], [1, 4]),
        ),
        # not for somebody who comes later, and never somebody else's user
        ([sitter(1, 9), sitter(2, 3, seated=True)], 0, ([], [])),
        ([sitter(1, 1), sitter(2, None, True, ours=False)], 0, ([], [])),
        # whoever has no access waits for no seat
        ([sitter(1, None)], 1, ([], [])),
    ],
)
def test_seats(sitters, free, moves):
    assert move_seats(sitters, free) == moves


def test_strangers():
    listed = {"a": "Odoo_1", "b": "Odoo_2", "c": "Cleaners", "d": "Odoo_old"}
    assert find_strangers("Odoo", {"a"}, listed) == {"b": "Odoo_2"}


ROOM = frozenset({"room"})
HELD = Applied("g", "s", ("2026-07-01T12:00:00", "2026-07-01T13:00:00"), ROOM, ROOM)


@pytest.mark.parametrize(
    ("found", "different"),
    [
        (HELD, False),
        (
            Applied(
                "g", "s", ("2026-07-01T12:00:00", "2026-07-01T13:00:59"), ROOM, ROOM
            ),
            False,
        ),
        (
            Applied(
                "g", "s", ("2026-07-01T12:00:00", "2026-07-01T13:01:00"), ROOM, ROOM
            ),
            True,
        ),
        (Applied("g", None, None, ROOM, ROOM), True),
        (Applied("g", "s", HELD.schedule, frozenset(), ROOM), True),
        (Applied("g", "s", HELD.schedule, ROOM, frozenset()), True),
    ],
)
def test_differs(found, different):
    assert differs(HELD, found) is different
