"""The OTP and the PIN's delta, against the vectors of the Connect API sheet."""

from datetime import datetime, timedelta, timezone

import pytest

from connect.otp import OTP_VALID_SECONDS, compute_delta, compute_otp

SECRET = "0123456789ABCDEF"


@pytest.mark.parametrize(
    ("at", "pin", "otp"),
    [
        (datetime(2026, 1, 2, 3, 4, 5), "1234", "f4d6f"),
        (datetime(2026, 1, 2, 3, 4, 5), "0042", "a6432"),
        (datetime(2026, 12, 31, 23, 59, 59), "0000", "7b41b"),
    ],
)
def test_vectors(at, pin, otp):
    assert compute_otp(SECRET, pin, at.replace(tzinfo=timezone.utc)) == otp


def test_time_is_taken_in_utc_and_in_whole_seconds():
    amsterdam = timezone(timedelta(hours=1))
    at = datetime(2026, 1, 2, 4, 4, 5, 999_999, tzinfo=amsterdam)
    assert compute_otp(SECRET, "1234", at) == "f4d6f"


def test_naive_datetime_is_refused():
    with pytest.raises(ValueError, match="aware"):
        compute_otp(SECRET, "1234", datetime(2026, 1, 2, 3, 4, 5))


@pytest.mark.parametrize("pin", ["", "123", "12345", "12a4", " 123", "１２３４"])
def test_pin_has_four_digits(pin):
    with pytest.raises(ValueError, match="four digits") as caught:
        compute_otp(SECRET, pin, datetime.now(timezone.utc))
    assert not pin or pin not in str(caught.value)
    with pytest.raises(ValueError, match="four digits"):
        compute_delta("1234", pin)


@pytest.mark.parametrize(
    ("old_pin", "new_pin", "delta"),
    [
        ("1234", "1234", "0000"),
        ("1234", "1235", "0001"),
        ("1235", "1234", "9999"),
        ("9999", "0000", "0001"),
        ("4711", "0042", "5331"),
    ],
)
def test_delta_leads_from_the_old_pin_to_the_new(old_pin, new_pin, delta):
    assert compute_delta(old_pin, new_pin) == delta


def test_an_otp_is_good_for_three_minutes():
    assert OTP_VALID_SECONDS == 180
