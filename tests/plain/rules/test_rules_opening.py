from dataclasses import replace
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from rules.opening.opening import (
    STRANGER,
    Booking,
    Caller,
    Code,
    Door,
    OpeningPolicy,
    Role,
    may_open,
    opening_window,
)
from rules.times.moments import Neighbour, window_around

UTC = timezone.utc
CONFIRMED, CHECKED_IN, PENDING = 3, 4, 1
OURS, THEIRS = 1, 2
STAFF = Caller(Role.STAFF, frozenset({OURS}))
GUEST = Caller(Role.GUEST, frozenset({OURS}))
START = datetime(2026, 6, 1, 14, 0, tzinfo=UTC)
STOP = datetime(2026, 6, 1, 16, 0, tzinfo=UTC)

BOOKING = Booking(
    alive=True, start=START, stop=STOP, stage_id=CONFIRMED, company_id=OURS
)
POLICY = OpeningPolicy(
    active=True,
    open_stage_ids=frozenset({CONFIRMED, CHECKED_IN}),
    minutes_before=15,
    minutes_after=10,
    company_id=OURS,
)
DOOR = Door(active=True, has_iq=True, iq_activated=True, iq_stopped=False)


def ask(now=START, booking=BOOKING, policy=POLICY, door=DOOR, caller=STAFF):
    return may_open(now, booking, policy, door, caller)


def test_all_is_well():
    verdict = ask()
    assert verdict.allowed
    assert verdict.code is Code.OK


@pytest.mark.parametrize(
    ("code", "facts"),
    [
        (Code.INTEGRATION_INACTIVE, {"policy": replace(POLICY, active=False)}),
        (Code.DATABASE_COPIED, {"policy": replace(POLICY, copied=True)}),
        (Code.BOOKING_CANCELED, {"booking": replace(BOOKING, alive=False)}),
        (Code.NOT_SCHEDULED, {"booking": replace(BOOKING, start=None, stop=None)}),
        (Code.STAGE_NOT_ALLOWED, {"booking": replace(BOOKING, stage_id=PENDING)}),
        (Code.STAGE_NOT_ALLOWED, {"booking": replace(BOOKING, stage_id=None)}),
        (Code.NO_LOCK, {"door": None, "policy": None}),
        (Code.LOCK_REMOVED, {"door": replace(DOOR, active=False)}),
        (Code.LOCK_WITHOUT_IQ, {"door": replace(DOOR, has_iq=False)}),
        (Code.IQ_NOT_ACTIVATED, {"door": replace(DOOR, iq_activated=False)}),
        (
            Code.IQ_STOPPED,
            {"door": replace(DOOR, iq_activated=False, iq_stopped=True)},
        ),
        (
            Code.IQ_BLOCKED,
            {"door": replace(DOOR, iq_blocked_until=START + timedelta(minutes=1))},
        ),
        (Code.IQ_TO_RESTORE, {"door": replace(DOOR, iq_to_restore=True)}),
        (Code.IQ_OFFLINE, {"door": replace(DOOR, iq_offline=True)}),
        (
            Code.SITE_PAUSED,
            {"policy": replace(POLICY, paused_until=START + timedelta(seconds=5))},
        ),
        (Code.CALLER_NOT_ALLOWED, {"caller": STRANGER}),
        (Code.GUESTS_NOT_ALLOWED, {"caller": GUEST}),
        (Code.OTHER_COMPANY, {"booking": replace(BOOKING, company_id=THEIRS)}),
        (Code.OTHER_COMPANY, {"policy": replace(POLICY, company_id=THEIRS)}),
    ],
)
def test_each_refusal_has_its_code(code, facts):
    verdict = ask(**facts)
    assert not verdict.allowed
    assert verdict.code is code


def test_a_block_that_is_over_is_forgotten():
    assert ask(door=replace(DOOR, iq_blocked_until=START)).allowed


def test_a_pause_that_is_over_is_forgotten():
    assert ask(policy=replace(POLICY, paused_until=START)).allowed


def test_guests_open_where_the_site_lets_them():
    policy = replace(POLICY, guests_allowed=True)
    assert ask(policy=policy, caller=GUEST).allowed
    early = ask(START - timedelta(hours=1), policy=policy, caller=GUEST)
    assert early.code is Code.TOO_EARLY


def test_guests_learn_nothing_about_a_site_that_is_not_for_them():
    policy = replace(POLICY, active=False)
    assert ask(policy=policy, caller=GUEST).code is Code.GUESTS_NOT_ALLOWED
    no_door = ask(policy=None, door=None, caller=GUEST)
    assert no_door.code is Code.GUESTS_NOT_ALLOWED


def test_other_companies_learn_nothing_about_a_booking():
    booking = replace(BOOKING, company_id=THEIRS, alive=False)
    assert ask(booking=booking, door=None, policy=None).code is Code.OTHER_COMPANY


def test_strangers_learn_nothing():
    """Neither about a booking nor about a site."""
    for facts in ({"booking": replace(BOOKING, alive=False)}, {"door": None}):
        assert ask(**facts, caller=STRANGER).code is Code.CALLER_NOT_ALLOWED


def test_a_door_of_another_company_than_the_bookings_opens_to_nobody():
    """Not even to somebody who works in both, nor to Odoo itself."""
    policy = replace(POLICY, company_id=THEIRS)
    for companies in (frozenset({OURS, THEIRS}), None):
        caller = Caller(Role.STAFF, companies)
        assert ask(policy=policy, caller=caller).code is Code.OTHER_COMPANY


def test_a_booking_of_no_company_opens_doors_of_the_callers_companies():
    booking = replace(BOOKING, company_id=None)
    assert ask(booking=booking).allowed
    caller = Caller(Role.STAFF, frozenset({THEIRS}))
    assert ask(booking=booking, caller=caller).code is Code.OTHER_COMPANY


# -- links end when the booking ended for which they were made


def by_link(now, end=STOP, **booking):
    caller = replace(GUEST, until=end)
    policy = replace(POLICY, guests_allowed=True)
    return ask(now, replace(BOOKING, **booking), policy, caller=caller)


def test_a_link_opens_until_the_end_and_the_minutes_after_it():
    assert by_link(START).allowed
    assert by_link(STOP + timedelta(minutes=10)).allowed
    assert by_link(STOP + timedelta(minutes=11)).code is Code.TOO_LATE


def test_a_link_does_not_follow_a_booking_that_is_extended():
    longer = STOP + timedelta(hours=2)
    assert by_link(STOP + timedelta(minutes=10), stop=longer).allowed
    late = by_link(STOP + timedelta(minutes=11), stop=longer)
    assert late.code is Code.LINK_ENDED
    assert late.at == STOP


def test_a_link_does_not_follow_a_booking_that_is_moved():
    """It says so at once, and not when the guest is at the door."""
    day = timedelta(days=1)
    for now in (START, START + day):
        verdict = by_link(now, start=START + day, stop=STOP + day)
        assert verdict.code is Code.LINK_ENDED


def test_a_link_to_a_booking_that_became_shorter_ends_with_it():
    assert by_link(STOP, stop=STOP - timedelta(hours=1)).code is Code.TOO_LATE


@pytest.mark.parametrize(
    ("now", "code"),
    [
        (START - timedelta(minutes=15, seconds=1), Code.TOO_EARLY),
        (START - timedelta(minutes=15), Code.OK),
        (STOP + timedelta(minutes=10, seconds=59), Code.OK),
        (STOP + timedelta(minutes=11), Code.TOO_LATE),
    ],
)
def test_first_and_last_minute_are_included(now, code):
    assert ask(now).code is code


def test_verdict_tells_when_it_opens_and_when_it_closed():
    assert ask(START - timedelta(hours=2)).at == START - timedelta(minutes=15)
    assert ask(STOP + timedelta(hours=2)).at == STOP + timedelta(minutes=10)


def test_seconds_of_a_start_do_not_cost_its_first_minute():
    booking = replace(BOOKING, start=START + timedelta(seconds=30))
    assert ask(START - timedelta(minutes=15), booking).allowed


def test_no_end_closes_after_the_start():
    booking = replace(BOOKING, stop=None)
    assert ask(START + timedelta(minutes=10), booking).allowed
    assert ask(START + timedelta(minutes=11), booking).code is Code.TOO_LATE


@pytest.mark.parametrize(
    "start",
    [
        # In Amsterdam clocks go forward at 02:00 and back at 03:00 on these nights.
        datetime(2026, 3, 29, 3, 5, tzinfo=ZoneInfo("Europe/Amsterdam")),
        datetime(2026, 10, 25, 2, 5, tzinfo=ZoneInfo("Europe/Amsterdam"), fold=1),
    ],
)
def test_minutes_are_real_minutes_across_clock_changes(start):
    start = start.astimezone(UTC)
    booking = replace(BOOKING, start=start, stop=start + timedelta(hours=2))
    assert ask(start - timedelta(minutes=15), booking).allowed
    assert ask(start - timedelta(minutes=16), booking).code is Code.TOO_EARLY


def test_window_of_an_unscheduled_booking():
    with pytest.raises(ValueError, match="start"):
        opening_window(replace(BOOKING, start=None), POLICY)


# -- a room's own door never opens into somebody else's time


def at(minutes):
    return START + timedelta(minutes=minutes)


def next_to(*spans):
    """The booking, from 0 to 120, with others from and to these minutes."""
    others = [Neighbour(key, at(one), at(two)) for key, (one, two) in enumerate(spans)]
    return replace(BOOKING, neighbours=tuple(others))


COMMON = replace(DOOR, is_common=True)


@pytest.mark.parametrize(
    ("others", "opens", "closes"),
    [
        ([], -15, 131),
        ([(-60, 0)], 0, 131),
        ([(-60, -5)], -5, 131),
        ([(-60, -15)], -15, 131),
        ([(120, 180)], -15, 120),
        ([(125, 180)], -15, 125),
        # The last minute of the grace is somebody else's.
        ([(130, 180)], -15, 130),
        ([(131, 180)], -15, 131),
        ([(-60, -3), (123, 180), (121, 122)], -3, 121),
        # A room that is shared: everybody has all of their own time.
        ([(-30, 30)], -15, 131),
        ([(60, 240)], -15, 131),
        ([(0, 120)], -15, 131),
        ([(30, 60)], -15, 131),
    ],
)
def test_own_doors_keep_out_of_the_time_of_others(others, opens, closes):
    booking, second = next_to(*others), timedelta(seconds=1)
    assert ask(at(opens) - second, booking).code is Code.TOO_EARLY
    assert ask(at(opens), booking).allowed
    assert ask(at(closes) - second, booking).allowed
    assert ask(at(closes), booking).code is Code.TOO_LATE
    assert ask(at(-15), booking, door=COMMON).allowed
    assert ask(at(131) - second, booking, door=COMMON).allowed
    assert ask(at(131), booking, door=COMMON).code is Code.TOO_LATE


def test_without_any_minutes_it_closes_when_the_next_one_begins():
    policy = replace(POLICY, minutes_before=0, minutes_after=0)
    booking = next_to((-60, 0), (120, 180))
    assert ask(at(120), policy=policy).allowed
    assert ask(at(120), booking, policy).code is Code.TOO_LATE
    assert ask(at(0), booking, policy).allowed


def test_verdict_tells_that_another_booking_is_the_reason():
    booking = next_to((-60, 0), (120, 180))
    early, late = ask(at(-10), booking), ask(at(125), booking)
    assert (early.at, early.is_cut) == (START, True)
    assert (late.at, late.is_cut) == (STOP, True)
    early, late = ask(at(-20), booking, door=COMMON), ask(at(135))
    assert not early.is_cut and not late.is_cut


def test_whoever_opens_anyway_is_not_bound_by_it():
    caller = replace(STAFF, overrides=True)
    assert ask(at(-10), next_to((-60, 0)), caller=caller).allowed


def test_a_link_is_bound_by_it():
    booking = next_to((-60, 0), (120, 180))
    policy = replace(POLICY, guests_allowed=True)
    for minutes, code in ((-5, Code.TOO_EARLY), (0, Code.OK), (120, Code.TOO_LATE)):
        caller = replace(GUEST, until=STOP)
        assert ask(at(minutes), booking, policy, caller=caller).code is code


def test_clicks_and_access_use_one_rule():
    """Seconds are all that differs: a click has the whole of its last minute."""
    booking = next_to((-60, -5), (122, 180))
    window = opening_window(booking, POLICY)
    grace = timedelta(minutes=15), timedelta(minutes=10)
    assert window == window_around(START, STOP, *grace, booking.neighbours)
    assert window.is_cut
    common = opening_window(booking, POLICY, is_common=True)
    assert common == window_around(START, STOP, *grace, booking.neighbours, True)
    assert not common.is_cut
