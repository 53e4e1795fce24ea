"""One user on one IQ: from the first secret to an activated PIN.

::

    not_activated -- secret --> secret_given -- PIN --> pin_sent -- put --> activated

The secret is given once, whatever follows. There is no way back through the API without
an OTP: the site's owner resets the IQ's PINs, and everybody starts from nothing.
"""

import random
import secrets
import string
from dataclasses import dataclass, field
from datetime import datetime

from .web import forbidden, refused_by_hardware

_SECRET_ALPHABET = string.ascii_letters + string.digits


def _new_secret() -> str:
    return "".join(secrets.choice(_SECRET_ALPHABET) for _ in range(16))


def _new_pin() -> str:
    return f"{random.SystemRandom().randrange(10_000):04d}"


@dataclass
class Activation:
    """
    ``pin`` is what the cloud believes, ``door_pin`` what the IQ checks at the door.
    They differ only under the delta rule ``disagree``, and only after a real change.
    """

    secret: str = field(default_factory=_new_secret, repr=False)
    pin: str = field(default_factory=_new_pin, repr=False)
    door_pin: str = field(default="", repr=False)
    secret_given: bool = False
    pin_sent: bool = False
    activated_at: datetime | None = None

    def __post_init__(self):
        self.door_pin = self.door_pin or self.pin

    @property
    def state(self) -> str:
        if self.activated_at:
            return "activated"
        if self.pin_sent:
            return "pin_sent"
        return "secret_given" if self.secret_given else "not_activated"

    def give_secret(self) -> str:
        if self.secret_given:
            raise forbidden("Cannot get first secret for an already activated Iq.")
        self.secret_given = True
        return self.secret

    def send_pin(self) -> str:
        """The PIN for the message: the same one until it is put."""
        if self.activated_at:
            raise refused_by_hardware("command_forbidden", 403)
        self.pin_sent = True
        return self.pin

    def put_pin(self, delta: str, rule: str, now: datetime) -> None:
        """Change the PIN by ``delta``, and activate.

        :param delta: four digits
        :param rule: ``numeric``, ``digits`` or ``disagree``
        """
        self.pin = _changed_pin(self.pin, delta, rule)
        if rule != "disagree":
            self.door_pin = self.pin
        self.activated_at = self.activated_at or now

    def rotate_secret(self) -> None:
        """The user activated in the phone app: the app alone knows the new secret."""
        self.secret = _new_secret()


def _changed_pin(pin: str, delta: str, rule: str) -> str:
    if rule == "digits":
        # as measured once on an IQ: each digit on its own, new = old - delta
        pairs = zip(pin, delta, strict=True)
        return "".join(str((int(old) - int(step)) % 10) for old, step in pairs)
    return f"{(int(pin) + int(delta)) % 10_000:04d}"
