"""The one-time code that signs a command to an IQ (Connect API sheet, section 5)."""

import hashlib
import re
from datetime import datetime, timezone

OTP_VALID_SECONDS = 180

_PIN = re.compile(r"[0-9]{4}")


def compute_otp(secret: str, pin: str, at: datetime) -> str:
    """Return the OTP of an IQ: the first 5 hex digits of MD5(UTC time + secret + PIN).

    It is valid for :data:`OTP_VALID_SECONDS` from ``at``.

    :param at: the vendor's present time, aware; fractions of a second are dropped
    :raises ValueError: for a naive ``at`` or a PIN that is not four digits
    """
    if at.utcoffset() is None:
        raise ValueError("an OTP needs an aware datetime")
    moment = at.astimezone(timezone.utc).strftime("%Y%m%d%H%M%S")
    # MD5 is the vendor's choice, not a choice for security
    digest = hashlib.md5(
        (moment + secret + _checked(pin)).encode(), usedforsecurity=False
    )
    return digest.hexdigest()[:5]


def compute_delta(old_pin: str, new_pin: str) -> str:
    """Return the ``delta`` that changes a PIN: (new - old) mod 10000, four digits.

    This is the rule of a production client. Another source saw the digits subtracted
    one by one; should that hold, this function is the only place to change.

    :raises ValueError: when one of the PINs is not four digits
    """
    difference = int(_checked(new_pin)) - int(_checked(old_pin))
    return f"{difference % 10000:04d}"


def _checked(pin: str) -> str:
    if not _PIN.fullmatch(pin):
        raise ValueError("a PIN has four digits")
    return pin
