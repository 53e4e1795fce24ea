"""What exists, and the time. Nothing here speaks HTTP.

Whoever calls holds the simulator's lock.
"""

import uuid
from collections import deque
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from .activation import Activation
from .otp_check import OtpGuard
from .populate import populate
from .things import (
    AccessGroup,
    Iq,
    Lock,
    Person,
    Role,
    Settings,
    Site,
    SiteUser,
    Tag,
    Tokens,
)
from .times import iso, parse_iso

LOG_LENGTH = 10_000


class World:
    def __init__(self, settings: Settings):
        self._initial_settings = settings
        self.reset()

    def reset(self) -> None:
        """Everything as after a start."""
        self.settings = Settings(**vars(self._initial_settings))
        self.offset = timedelta()
        self.tokens = Tokens()
        self.otp_guard = OtpGuard()
        self.sites: dict[str, Site] = {}
        self.iqs: dict[str, Iq] = {}
        self.locks: dict[str, Lock] = {}
        self.people: dict[str, Person] = {}
        self.roles: dict[str, Role] = {}
        self.tags: dict[str, Tag] = {}
        self.users: dict[str, SiteUser] = {}
        self.groups: dict[str, AccessGroup] = {}
        self.activations: dict[tuple[str, str], Activation] = {}
        self.entries: dict[str, list[dict]] = {}
        self.outbox: list[dict] = []
        self.requests: deque[dict] = deque(maxlen=LOG_LENGTH)
        populate(self)

    # time -----------------------------------------------------------------------------

    def now(self) -> datetime:
        return datetime.now(timezone.utc) + self.offset

    # people ---------------------------------------------------------------------------

    def person_by_email(self, email: str) -> Person | None:
        wanted = email.casefold()
        for person in self.people.values():
            if person.email and person.email.casefold() == wanted:
                return person
        return None

    def site_user(self, site_id: str, person_id: str) -> SiteUser | None:
        for user in self.users.values():
            if user.site_id == site_id and user.person.id == person_id:
                return user
        return None

    def users_of(self, site_id: str) -> list[SiteUser]:
        return [u for u in self.users.values() if u.site_id == site_id]

    def taken_seats(self, site: Site) -> int:
        users = self.users_of(site.id)
        return sum(u.subscription_state == "subscribed" for u in users)

    def add_user(self, user: SiteUser) -> None:
        """A full site takes the user all the same: suspended."""
        site = self.sites[user.site_id]
        if self.taken_seats(site) >= site.seats:
            user.subscription_state = "suspended"
        self.people.setdefault(user.person.id, user.person)
        self.users[user.id] = user

    def remove_user(self, user: SiteUser) -> None:
        del self.users[user.id]
        for tag in self.tags.values():
            if tag.holder_id == user.id:
                tag.holder_id = None
        for group in self.groups.values():
            if group.site_id == user.site_id and user.person.id in group.user_ids:
                group.user_ids.remove(user.person.id)

    def tag_of(self, user: SiteUser) -> Tag | None:
        for tag in self.tags.values():
            if tag.holder_id == user.id:
                return tag
        return None

    # hardware -------------------------------------------------------------------------

    def activation(self, person_id: str, iq_id: str) -> Activation:
        return self.activations.setdefault((person_id, iq_id), Activation())

    def forget_activations(self, iq_id: str) -> None:
        for key in [key for key in self.activations if key[1] == iq_id]:
            del self.activations[key]

    def swing_open(self, lock: Lock, who: str, how: str) -> None:
        """The door opens, and locks itself again after some seconds."""
        now = self.now()
        lock.open_until = now + timedelta(seconds=self.settings.relock_s)
        lock.last_opened = {"at": iso(now), "by": who, "how": how}

    # the audit trail ------------------------------------------------------------------

    def add_entry(self, lock: Lock, **values) -> dict:
        """
        :param values: fields of the entry that differ from a door opened just now by
            nobody known; ``utc_date_time`` as the API shows it
        """
        site = self.sites[lock.site_id]
        moment = values.pop("utc_date_time", None) or iso(self.now())
        local = parse_iso(moment).astimezone(ZoneInfo(site.time_zone))
        entry = {
            "id": str(uuid.uuid4()),
            "event_category": "lock_opened",
            "event_detail": None,
            "utc_date_time": moment,
            "local_date_time": local.strftime("%Y-%m-%dT%H:%M:%S"),
            "lock_id": lock.id,
            "lock_customer_reference": lock.name,
            "user_id": None,
            "user_first_name": None,
            "user_last_name": None,
            "user_alias": None,
            "iq_id": lock.iq_id,
            "access_by": "tag",
            "access_detail": None,
            "exit_requested": False,
        } | values
        self.entries[site.id].append(entry)
        return entry

    def send(self, channel: str, to: str, text: str, **details) -> None:
        """Put a message into the outbox instead of sending it."""
        message = {"at": iso(self.now()), "channel": channel, "to": to, "text": text}
        self.outbox.append(message | details)
