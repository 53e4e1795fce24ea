from datetime import datetime, timedelta, timezone

from rules.settling import Attempt, Entry, settle

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=timezone.utc)
MUCH_LATER = NOON + timedelta(hours=1)
LONG_BEFORE = NOON - timedelta(hours=1)


def at(seconds):
    return NOON + timedelta(seconds=seconds)


def attempt(id_, seconds=0, answered=None, lock="studio"):
    return Attempt(id_, lock, at(seconds), answered and at(answered))


def entry(id_, seconds=0, lock="studio"):
    return Entry(id_, lock, at(seconds))


def ids(settled):
    return {id_: found and found.id for id_, found in settled.items()}


def test_an_entry_at_that_time_means_it_opened():
    settled = settle(at(30), [attempt(1)], [entry("a", 2)], LONG_BEFORE)
    assert ids(settled) == {1: "a"}


def test_no_entry_means_it_stayed_closed_once_it_would_have_appeared():
    assert settle(at(30), [attempt(1)], [], LONG_BEFORE) == {}
    assert settle(MUCH_LATER, [attempt(1)], [], LONG_BEFORE) == {1: None}


def test_entries_that_do_not_reach_back_prove_no_absence():
    assert settle(MUCH_LATER, [attempt(1)], [], at(1)) == {}


def test_entries_of_other_doors_and_other_times_do_not_count():
    others = [entry("a", 2, lock="gate"), entry("b", -60), entry("c", 300)]
    assert ids(settle(MUCH_LATER, [attempt(1)], others, LONG_BEFORE)) == {1: None}


def test_a_known_opening_keeps_its_entry():
    attempts = [attempt(1), attempt(2, 20, answered=21)]
    settled = settle(MUCH_LATER, attempts, [entry("a", 20)], LONG_BEFORE)
    assert ids(settled) == {1: None}


def test_each_entry_explains_one_attempt():
    attempts = [attempt(1), attempt(2, 5)]
    settled = settle(MUCH_LATER, attempts, [entry("a", 6)], LONG_BEFORE)
    assert sorted(map(str, ids(settled).values())) == ["None", "a"]
    both = settle(at(60), attempts, [entry("a", 1), entry("b", 6)], LONG_BEFORE)
    assert ids(both) == {1: "a", 2: "b"}


def test_a_known_opening_takes_no_entry_from_long_after_its_answer():
    attempts = [attempt(1, 60), attempt(2, 20, answered=21)]
    settled = settle(at(120), attempts, [entry("a", 62)], LONG_BEFORE)
    assert ids(settled) == {1: "a"}
