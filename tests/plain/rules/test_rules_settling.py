from datetime import datetime, timedelta, timezone

import pytest

from rules.opening.settling import EARLY, LATE, PATIENCE, Attempt, Entry, settle

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=timezone.utc)
MUCH_LATER = NOON + timedelta(hours=1)


def at(seconds):
    return NOON + timedelta(seconds=seconds)


def attempt(id_, seconds=0, answered=None, lock="studio"):
    return Attempt(id_, lock, at(seconds), answered and at(answered))


def entry(id_, seconds=0, lock="studio"):
    return Entry(id_, lock, at(seconds))


def ids(now, attempts, entries, complete_until=None):
    settled = settle(now, attempts, entries, complete_until or now)
    return {id_: found and found.id for id_, found in settled.items()}


@pytest.mark.parametrize("seconds", [-2, 0, 2, 120])
def test_an_entry_at_that_time_means_it_opened(seconds):
    assert ids(at(130), [attempt(1)], [entry("a", seconds)]) == {1: "a"}


@pytest.mark.parametrize("seconds", [-3, 121, 300])
def test_an_entry_at_another_time_does_not_count(seconds):
    assert ids(MUCH_LATER, [attempt(1)], [entry("a", seconds)]) == {1: None}


def test_entries_of_other_doors_do_not_count():
    assert ids(MUCH_LATER, [attempt(1)], [entry("a", 2, "gate")]) == {1: None}


def test_no_entry_means_it_stayed_closed_once_it_would_have_appeared():
    assert ids(NOON + PATIENCE, [attempt(1)], []) == {}
    just_after = NOON + PATIENCE + timedelta(seconds=1)
    assert ids(just_after, [attempt(1)], []) == {1: None}


def test_entries_that_do_not_reach_far_enough_prove_no_absence():
    last = NOON + LATE
    assert ids(MUCH_LATER, [attempt(1)], [], last - timedelta(seconds=1)) == {}
    assert ids(MUCH_LATER, [attempt(1)], [], last) == {1: None}


def test_a_known_opening_keeps_its_entry():
    attempts = [attempt(1), attempt(2, 20, answered=21)]
    assert ids(MUCH_LATER, attempts, [entry("a", 20)]) == {1: None}


def test_a_known_opening_takes_no_entry_from_long_after_its_answer():
    attempts = [attempt(1, 60), attempt(2, 20, answered=21)]
    assert ids(at(120), attempts, [entry("a", 62)]) == {1: "a"}


def test_an_entry_up_to_the_tolerance_after_the_answer_is_the_known_ones():
    late = 21 + EARLY.total_seconds()
    attempts = [attempt(1), attempt(2, 20, answered=21)]
    assert ids(MUCH_LATER, attempts, [entry("a", late)]) == {1: None}


def test_an_entry_belongs_to_the_last_try_before_it():
    attempts = [attempt(1), attempt(2, 30)]
    assert ids(MUCH_LATER, attempts, [entry("a", 31)]) == {1: None, 2: "a"}
    assert ids(MUCH_LATER, attempts, [entry("a", 1)]) == {1: "a", 2: None}


def test_each_entry_explains_one_attempt_in_whatever_order_they_come():
    attempts = [attempt(2, 5), attempt(1)]
    both = [entry("b", 6), entry("a", 1)]
    assert ids(at(60), attempts, both) == {1: "a", 2: "b"}


def test_a_known_opening_between_two_unknown_ones():
    attempts = [attempt(1), attempt(2, 40, answered=41), attempt(3, 58)]
    entries = [entry("a", 40), entry("b", 59)]
    assert ids(MUCH_LATER, attempts, entries) == {1: None, 3: "b"}
