"""When, whether, and in which steps access is given."""

from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from rules.access.access import (
    Action,
    Applied,
    Booking,
    Contents,
    Desired,
    Given,
    Neighbour,
    Policy,
    Step,
    Verdict,
    Window,
    arrange_groups,
    choose_verdict,
    decide,
    decide_where_switched_off,
    due_at,
    ends_itself,
    fingerprint,
    group_name,
    leftover,
    plan,
    window_of,
)
from rules.access.drift import find_strangers
from rules.times.wall_clock import wall_clock_window

NOON = datetime(2026, 7, 1, 12, tzinfo=timezone.utc)
POLICY = Policy(
    stage_ids=frozenset({3}),
    lead=timedelta(days=7),
    grace_before=timedelta(minutes=15),
    grace_after=timedelta(minutes=15),
)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def booking(**values):
    standard = {"alive": True, "stage_id": 3, "start": at(0), "stop": at(60)}
    return Booking(**{**standard, **values})


@pytest.mark.parametrize("moment", [datetime.min, datetime.max])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_any_clock_shows_the_first_and_the_last_window(moment, zone):
    moment = moment.replace(tzinfo=timezone.utc)
    window = window_of(booking(start=moment, stop=moment), POLICY, [])
    assert due_at(window, POLICY) <= window.start <= window.end
    start, end = wall_clock_window(window.start, window.end, ZoneInfo(zone))
    assert start <= end


@pytest.mark.parametrize(
    ("neighbours", "start", "end", "cut_for"),
    [
        ([], -15, 75, (None, None)),
        ([(60, 120)], -15, 60, (None, 1)),
        ([(70, 120)], -15, 70, (None, 1)),
        ([(75, 120)], -15, 75, (None, None)),
        ([(65, 80), (62, 64)], -15, 62, (None, 2)),
        ([(-60, 0)], 0, 75, (1, None)),
        ([(-60, -10), (65, 70)], -10, 65, (1, 2)),
        # double booked: the booking's own time is never cut
        ([(30, 90)], -15, 75, (None, None)),
    ],
)
def test_window(neighbours, start, end, cut_for):
    others = [
        Neighbour(key, at(one), at(other))
        for key, (one, other) in enumerate(neighbours, start=1)
    ]
    found = window_of(booking(), POLICY, others)
    assert found == Window(at(start), at(end), *cut_for)


def test_window_needs_a_time():
    with pytest.raises(ValueError, match="without a time"):
        window_of(booking(start=None, stop=None), POLICY)


@pytest.mark.parametrize(
    ("now", "values", "locks", "verdict"),
    [
        (0, {}, True, Verdict.GRANT),
        (-20, {}, True, Verdict.GRANT),
        # written a week ahead, to the minute
        (-15 - 7 * 24 * 60, {}, True, Verdict.GRANT),
        (-16 - 7 * 24 * 60, {}, True, Verdict.LATER),
        # a walk-in that began long ago
        (59, {}, True, Verdict.GRANT),
        (74, {}, True, Verdict.GRANT),
        (75, {}, True, Verdict.NONE),
        (0, {"alive": False}, True, Verdict.NONE),
        (0, {"stage_id": 4}, True, Verdict.NONE),
        (0, {"stage_id": None}, True, Verdict.NONE),
        (0, {}, False, Verdict.NONE),
    ],
)
def test_verdict(now, values, locks, verdict):
    one = booking(**values)
    lock_ids = {"room"} if locks else ()
    desired = decide(at(now), one, POLICY, window_of(one, POLICY), lock_ids, [7])
    assert choose_verdict(at(now), desired) is verdict


def test_time_passes_after_it_was_decided():
    one = booking()
    window = window_of(one, POLICY)
    long_before = at(-15 - 8 * 24 * 60)
    desired = decide(long_before, one, POLICY, window, {"room"}, [7])
    assert choose_verdict(long_before, desired) is Verdict.LATER
    assert choose_verdict(desired.due, desired) is Verdict.GRANT
    assert choose_verdict(window.end, desired) is Verdict.NONE


def test_what_a_person_took_away_stays_away():
    one = booking()
    desired = decide(NOON, one, POLICY, window_of(one, POLICY), {"room"}, [7])
    assert desired == Desired(
        Window(at(-15), at(75)), at(-15 - 7 * 24 * 60), frozenset({"room"}), (7,)
    )
    for is_off in (False, True):
        found = choose_verdict(NOON, desired, withheld=True, is_off=is_off)
        assert found is Verdict.NONE


def test_booking_without_a_time_has_no_access():
    desired = decide(NOON, booking(start=None), POLICY, None, {"room"}, [7])
    assert desired == Desired()
    assert choose_verdict(NOON, desired) is Verdict.NONE


def test_due_a_week_before_the_window():
    assert due_at(window_of(booking(), POLICY), POLICY) == at(-15 - 7 * 24 * 60)


SCHEDULE = ("2026-07-01T13:45:00", "2026-07-01T15:15:00")
DESIRED = Contents(SCHEDULE, frozenset({"room", "gate"}), frozenset({"maya"}))


def applied(**values):
    standard = {
        "group_id": "group",
        "schedule_id": "schedule",
        "schedule": SCHEDULE,
        "lock_ids": DESIRED.lock_ids,
        "user_ids": DESIRED.user_ids,
    }
    return Applied(**{**standard, **values})


@pytest.mark.parametrize(
    ("there", "steps"),
    [
        (applied(), []),
        (
            Applied(),
            [
                Step(Action.ADD_GROUP),
                Step(Action.ADD_SCHEDULE),
                Step(Action.CHANGE_LOCKS, add=("gate", "room")),
                Step(Action.CHANGE_USERS, add=("maya",)),
            ],
        ),
        (
            applied(schedule=("2026-07-01T13:45:00", "2026-07-01T14:15:00")),
            [Step(Action.CHANGE_SCHEDULE)],
        ),
        # another room: first the new lock, then the old one
        (
            applied(lock_ids=frozenset({"old", "gate"})),
            [
                Step(Action.CHANGE_LOCKS, add=("room",)),
                Step(Action.CHANGE_LOCKS, remove=("old",)),
            ],
        ),
        (
            applied(user_ids=frozenset({"noor"})),
            [Step(Action.CHANGE_USERS, add=("maya",), remove=("noor",))],
        ),
        # broken off half-way
        (
            applied(schedule_id=None, schedule=None, user_ids=frozenset()),
            [Step(Action.ADD_SCHEDULE), Step(Action.CHANGE_USERS, add=("maya",))],
        ),
    ],
)
def test_fewest_steps(there, steps):
    assert plan(DESIRED, there) == steps


def test_fingerprint_follows_the_facts():
    assert fingerprint(1, [2], "a") == fingerprint(1, [2], "a")
    assert fingerprint(1, [2], "a") != fingerprint(1, [3], "a")


# -- the booking's own doing, and sites that are switched off

WINDOW = Window(at(-15), at(75))
GIVEN = Given(stage_id=3, place=7)


@pytest.mark.parametrize(
    ("now", "values", "given", "itself"),
    [
        (0, {}, GIVEN, False),
        (0, {"alive": False}, GIVEN, True),
        (0, {"has_people": False}, GIVEN, True),
        (0, {"place": 8}, GIVEN, True),
        (0, {"place": None}, GIVEN, True),
        (75, {}, GIVEN, True),
        # moved by hand to a stage without access, or the stage lost it
        (0, {"stage_id": 4}, GIVEN, True),
        (0, {"stage_id": 4}, Given(stage_id=4, place=7), False),
        (0, {"stage_id": 3}, Given(stage_id=4, place=7), False),
        # nobody knows what it was
        (0, {"stage_id": 4, "place": 8}, Given(), False),
    ],
)
def test_booking_that_ends_its_access_itself(now, values, given, itself):
    one = booking(**{"place": 7, **values})
    assert ends_itself(at(now), one, POLICY, WINDOW, given) is itself


def test_booking_without_a_time_ends_its_access_itself():
    one = booking(start=None, stop=None, place=7)
    assert ends_itself(NOON, one, POLICY, None, GIVEN)


@pytest.mark.parametrize(
    ("values", "given_window", "left"),
    [
        ({}, WINDOW, WINDOW),
        ({"alive": False}, WINDOW, None),
        ({"place": 8}, WINDOW, None),
        ({"start": None}, WINDOW, None),
        ({}, Window(at(70), at(200)), Window(at(70), at(75))),
        ({}, Window(at(75), at(200)), None),
        ({}, None, None),
    ],
)
def test_what_stays_where_the_site_is_switched_off(values, given_window, left):
    one = booking(**{"place": 7, **values})
    before = Desired(given_window, at(-99), frozenset({"room"}), (7, 8))
    window = window_of(one, POLICY) if one.has_time else None
    found = decide_where_switched_off(NOON, one, POLICY, window, GIVEN, before, [7, 9])
    assert found.window == left
    verdict = choose_verdict(NOON, found, is_off=True)
    assert verdict is (Verdict.LESS if left else Verdict.NONE)
    if left:
        assert (found.lock_ids, found.partner_ids) == (before.lock_ids, (7, 9))


SPAN = ("2026-07-01T12:00:00", "2026-07-01T13:00:00")
TWO = Applied("g", "s", SPAN, frozenset({"door"}), frozenset({"maya", "omar"}))


@pytest.mark.parametrize(
    ("schedule", "user_ids", "left"),
    [
        (SPAN, {"maya", "omar", "new"}, (SPAN, {"maya", "omar"})),
        (SPAN, {"maya"}, (SPAN, {"maya"})),
        (None, {"maya"}, (SPAN, {"maya"})),
        # never more than there was
        (("2026-07-01T11:00:00", "2026-07-01T14:00:00"), {"maya"}, (SPAN, {"maya"})),
        (
            ("2026-07-01T12:30:00", "2026-07-01T14:00:00"),
            {"maya"},
            (("2026-07-01T12:30:00", "2026-07-01T13:00:00"), {"maya"}),
        ),
        # nobody gets in any more
        (SPAN, {"new"}, None),
        (("2026-07-01T13:00:00", "2026-07-01T14:00:00"), {"maya"}, None),
    ],
)
def test_leftover(schedule, user_ids, left):
    found = leftover(TWO, schedule, user_ids)
    if left is None:
        assert found is None
    else:
        span, users = left
        assert found == Contents(span, TWO.lock_ids, frozenset(users))
        assert not any(step.add for step in plan(found, TWO))


def test_group_without_a_schedule_lets_nobody_in():
    assert leftover(Applied("g", user_ids=frozenset({"maya"})), SPAN, {"maya"}) is None


# -- common doors


OWN, FULL = Window(at(0), at(75), cut_before=1), Window(at(-15), at(75))


@pytest.mark.parametrize(
    ("own", "locks", "common", "first", "second"),
    [
        # nothing is cut
        (FULL, {"room", "gate"}, {"gate"}, (FULL, {"room", "gate"}), ()),
        # no common door
        (OWN, {"room"}, (), (OWN, {"room"}), ()),
        (OWN, {"room", "gate"}, {"gate"}, (OWN, {"room", "gate"}), {"gate"}),
        # common doors only
        (OWN, {"gate"}, {"gate"}, (FULL, {"gate"}), ()),
        (OWN, (), (), (FULL, ()), ()),
    ],
)
def test_common_doors_have_a_group_of_their_own_where_grace_is_cut(
    own, locks, common, first, second
):
    groups = arrange_groups(own, FULL, locks, common)
    assert groups == {False: first, True: (FULL, second)}


def test_a_booking_without_a_time_needs_one_group():
    assert arrange_groups(None, None, {"room", "gate"}, {"gate"})[True] == (None, ())


def test_groups_are_named_after_their_booking():
    assert group_name("Odoo", 42) == "Odoo_42"
    assert group_name("Odoo", 42, is_common=True) == "Odoo_42_common"
    listed = {
        "a": "Odoo_42",
        "b": "Odoo_42_common",
        "c": "Odoo_42_other",
        "d": "Odoo_common",
        "e": "Odoo_42_common_common",
    }
    assert {*find_strangers("Odoo", (), listed)} == {"a", "b"}
