from datetime import datetime, timedelta, timezone

from rules.opening.opening import Limit, next_try

NOW = datetime(2026, 6, 1, 14, 0, tzinfo=timezone.utc)
LIMIT = Limit(3, timedelta(minutes=1))


def ago(*seconds):
    return [NOW - timedelta(seconds=each) for each in seconds]


def test_below_the_limit_nobody_waits():
    assert next_try(NOW, ago(5, 10), LIMIT) is None


def test_at_the_limit_the_oldest_that_counts_has_to_pass():
    assert next_try(NOW, ago(5, 10, 20), LIMIT) == NOW + timedelta(seconds=40)


def test_more_than_the_limit_waits_for_as_many_to_pass():
    assert next_try(NOW, ago(5, 10, 20, 50), LIMIT) == NOW + timedelta(seconds=40)


def test_what_is_long_ago_does_not_count():
    assert next_try(NOW, ago(5, 10, 60, 3600), LIMIT) is None
