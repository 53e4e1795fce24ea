"""Does an OTP hold now, and who has tried too often.

Written from the vendor's description, on its own: a mistake in a client's OTP must not
find the same mistake here.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import md5

OTP_LENGTH = 5


def otp_holds(
    otp: str, secret: str, pin: str, now: datetime, back_s: int, ahead_s: int
) -> bool:
    """Whether ``otp`` was made with this secret and PIN, at most ``back_s`` seconds ago
    or ``ahead_s`` seconds from now.

    :param now: aware, UTC
    """
    return any(
        otp == _otp_of(now - timedelta(seconds=age), secret, pin)
        for age in range(-ahead_s, back_s + 1)
    )


def _otp_of(moment: datetime, secret: str, pin: str) -> str:
    text = f"{moment:%Y%m%d%H%M%S}{secret}{pin}"
    return md5(text.encode(), usedforsecurity=False).hexdigest()[:OTP_LENGTH]


@dataclass
class OtpGuard:
    """Counts wrong OTPs, per user and command, and blocks for a while.

    A right OTP starts the count anew (inferred).
    """

    wrong: dict[tuple[str, str], int] = field(default_factory=dict)
    until: dict[tuple[str, str], datetime] = field(default_factory=dict)

    def is_blocked(self, user_id: str, command: str, now: datetime) -> bool:
        end = self.until.get((user_id, command))
        return end is not None and now < end

    def count_wrong(
        self, user_id: str, command: str, now: datetime, limit: int, block_s: int
    ) -> None:
        key = (user_id, command)
        self.wrong[key] = self.wrong.get(key, 0) + 1
        if self.wrong[key] >= limit:
            self.until[key] = now + timedelta(seconds=block_s)
            self.wrong[key] = 0

    def count_right(self, user_id: str, command: str) -> None:
        self.wrong.pop((user_id, command), None)
