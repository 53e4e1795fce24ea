"""The things of a Salto KS: settings, sites, IQs, locks, people, groups.

Plain records; what they do together is in ``world``.
"""

from dataclasses import dataclass, field
from datetime import datetime

CHOICES = {
    "delta_rule": ("numeric", "digits", "disagree"),
    "pin_delivery": ("sms", "email", "response"),
}


@dataclass
class Settings:
    """How this Salto behaves, where behaviour varies or was only guessed at."""

    latency_ms: float = 0.0
    otp_window_s: int = 180
    otp_ahead_s: int = 5
    otp_wrong_limit: int = 5
    otp_block_s: int = 20 * 60
    delta_rule: str = "numeric"
    # sms: as asked; email: always by e-mail; response: also in the answer's body
    pin_delivery: str = "sms"
    token_lifetime_s: int = 3600
    page_size: int = 20
    bare_arrays: bool = False
    # a new user has no role, and a new group member is unknown, for so long
    roles_delay_s: int = 0
    relock_s: float = 5.0
    # whether a reset of an IQ at the device ends its activations (inferred)
    reset_ends_activations: bool = True
    # an idle connection is closed after so long
    keep_alive_s: float = 60.0


@dataclass
class Site:
    id: str
    uid: str
    name: str
    time_zone: str
    seats: int
    remote_opening: bool = True


@dataclass
class Iq:
    """A gateway: at most 16 locks behind it."""

    id: str
    site_id: str
    name: str
    online: bool = True
    restore_required: bool = False
    reset_at: datetime | None = None


@dataclass
class Lock:
    id: str
    site_id: str
    name: str
    iq_id: str | None
    online: bool = True
    battery_level: str = "fresh"
    privacy_mode: bool = False
    left_open_alarm: bool = False
    intrusion_alarm: bool = False
    office_mode: bool = False
    unlocks: int = 0
    open_until: datetime | None = None
    last_opened: dict | None = None

    def state(self, now: datetime) -> str:
        if self.open_until and now < self.open_until:
            return "unlocked"
        return "office_mode" if self.office_mode else "locked"


@dataclass
class Person:
    """Somebody on the platform, on whatever sites."""

    id: str
    first_name: str = ""
    last_name: str = ""
    email: str | None = None
    phone: str = ""
    password: str = field(default="", repr=False)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass
class Role:
    id: str
    site_id: str
    code: str
    name: str
    remote_locking: bool


@dataclass
class Tag:
    id: str
    site_id: str
    number: str
    holder_id: str | None = None  # a site-user id


@dataclass
class SiteUser:
    """A person on one site."""

    id: str
    site_id: str
    person: Person
    roles: list[Role]
    alias: str | None = None
    remote_access: bool = False
    blocked: bool = False
    use_pin: bool = False
    override_privacy_mode: bool = False
    toggle_easy_office_mode: bool = False
    toggle_manual_office_mode: bool = False
    subscription_state: str = "subscribed"
    expires_at: str | None = None
    pin: str | None = field(default=None, repr=False)
    ready_at: datetime | None = None  # from when on the roles work

    @property
    def name(self) -> str:
        return self.person.name or self.alias or ""

    @property
    def entry_fields(self) -> dict:
        """How an entry of the audit trail names this user."""
        return {
            "user_id": self.person.id,
            "user_first_name": self.person.first_name or None,
            "user_last_name": self.person.last_name or None,
            "user_alias": self.alias,
        }

    def has_role(self, *codes: str) -> bool:
        return any(role.code in codes for role in self.roles)

    def is_ready(self, now: datetime) -> bool:
        """A new user's roles may take a minute to work."""
        return self.ready_at is None or now >= self.ready_at


@dataclass
class AccessGroup:
    id: str
    site_id: str
    name: str
    user_ids: list[str] = field(default_factory=list)  # platform ids
    lock_ids: list[str] = field(default_factory=list)
    schedules: dict[str, dict] = field(default_factory=dict)


@dataclass
class Tokens:
    """What the identity server has handed out, by the token itself."""

    access: dict = field(default_factory=dict, repr=False)
    refresh: dict = field(default_factory=dict, repr=False)
    codes: dict = field(default_factory=dict, repr=False)
