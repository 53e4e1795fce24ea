"""What the Connect API can do, method by method (Connect API sheet, section 4)."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from itertools import chain, islice, takewhile
from typing import Any

from .access_groups import AccessGroupCalls
from .api import ConnectApi
from .auth import TokenSource
from .clock import utc_now
from .credentials import Account, Platform
from .errors import LostAnswer, NotFound
from .people import PeopleCalls
from .tokens import MemoryTokenStore, Token, TokenStore
from .transport import Http

# Signs a command: takes the vendor's present time, returns the OTP of the lock's IQ.
Signer = Callable[[datetime], str]


class KsClient(PeopleCalls, AccessGroupCalls):
    """Speaks to one environment of Salto KS as one user. Safe to share by threads.

    Vendor objects are returned as they come, as dicts. Ids are UUID strings.

    Every method raises :class:`.errors.KsError`. Readings are repeated a little where
    that can help; what has an effect is sent once, see :meth:`unlock`.

    :param store: where the token is kept; by default in this process's memory
    :param timeout: seconds, for connecting and for each wait for the server
    :param now: returns our own time, aware, in UTC
    """

    def __init__(
        self,
        platform: Platform,
        account: Account,
        store: TokenStore | None = None,
        *,
        timeout: float = 15.0,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        if store is None:
            store = MemoryTokenStore()
        http = Http(timeout=timeout, now=now)
        self._clock = http.clock
        self._tokens = TokenSource(platform, account, store, http)
        self._api = ConnectApi(platform.api_url, self._tokens, http)

    @property
    def skew(self) -> timedelta | None:
        """Vendor's clock minus ours, from the last answer; None before the first."""
        return self._clock.skew

    def login(self) -> Token:
        """Log in with the password: proves that client and account are accepted."""
        return self._tokens.login()

    # Sites

    def resolve_site(self, site_uid: str) -> dict[str, Any]:
        """Return the site with a human site code such as ``NL6254340082``.

        :raises NotFound: when this account sees no such site
        """
        uid = "".join(site_uid.split()).upper()
        literal = uid.replace("'", "''")
        for site in self._api.items("v1.1", "sites", filter=f"site_uid eq '{literal}'"):
            if site.get("site_uid") == uid:
                return site
        raise NotFound("This account sees no site with that code")

    def site(self, site_id: str) -> dict[str, Any]:
        return self._api.get("v1.2", "sites", site_id)

    def me(self, site_id: str) -> dict[str, Any]:
        """Return this account as a user of the site, with its roles."""
        return self._api.get("v1.2", "sites", site_id, "me")

    # IQs

    def iqs(self, site_id: str) -> list[dict[str, Any]]:
        return list(self._api.items("v1.2", "sites", site_id, "iqs"))

    def iq(self, site_id: str, iq_id: str) -> dict[str, Any]:
        return self._api.get("v1.2", "sites", site_id, "iqs", iq_id)

    def iq_now(self, site_id: str, iq_id: str) -> dict[str, Any]:
        """As :meth:`iq`, asked once: for somebody who waits at a door."""
        return self._api.once("GET", "v1.2", "sites", site_id, "iqs", iq_id)

    def activated_iqs(self, site_id: str) -> list[dict[str, Any]]:
        """Return ``{iq_id, activated, activation_date}`` per IQ of this account."""
        return list(self._api.items("v1.2", "me", site_id, "activated_iqs"))

    def iq_secret(self, site_id: str, iq_id: str) -> str:
        """Return this account's secret of an IQ. Store it at once.

        :raises Forbidden: when this account has activated the IQ before; the platform
            then never tells the secret again
        """
        answer = self._api.get("v1.2", "sites", site_id, "iqs", iq_id, "secret")
        secret = answer.get("secret")
        if not secret or not isinstance(secret, str):
            raise LostAnswer("The platform's answer holds no secret")
        return secret

    def request_pin(
        self, site_id: str, iq_id: str, by_email: bool = False
    ) -> str | None:
        """Have the platform send this account's PIN of an IQ, by SMS or e-mail.

        Each call is a message to a person: sent once.

        :return: the PIN where the platform tells it in its answer, usually None
        :raises CommandForbidden: when this account has activated the IQ already
        """
        path = ("v1.2", "sites", site_id, "iqs", iq_id, "pin")
        delivery = {"send_email": "true"} if by_email else {}
        return _pin_in(self._api.once("GET", *path, **delivery))

    def put_pin(
        self, site_id: str, iq_id: str, *, sign: Signer, delta: str = "0000"
    ) -> None:
        """Activate an IQ for this account, and change its PIN by ``delta``.

        Sent once, like :meth:`unlock`.

        :param delta: of :func:`.otp.compute_delta`; ``0000`` keeps the PIN, and on an
            activated IQ only tests the OTP
        :raises OtpInvalid: wrong PIN or rotated secret; counts towards a block
        :raises OtpBlocked: too many wrong OTPs
        """
        path = ("v1.2", "sites", site_id, "iqs", iq_id, "pin")
        self._api.command(
            "PUT", *path, body=lambda at: {"otp": sign(at), "delta": delta}
        )

    def restore_iq(self, site_id: str, iq_id: str) -> None:
        """Restore an IQ that was reset at the device (``restore_required``).

        Sent once; what came of it, :meth:`iq` tells. The reset ends the activations of
        the IQ (inferred): :meth:`activated_iqs` tells.

        :raises InvalidRequest: the IQ does not wait for it, perhaps no longer
        """
        self._api.once("POST", "v1.2", "sites", site_id, "iqs", iq_id, "restore")

    # Locks

    def locks(self, site_id: str) -> list[dict[str, Any]]:
        return list(self._api.items("v1.2", "sites", site_id, "locks"))

    def lock(self, site_id: str, lock_id: str) -> dict[str, Any]:
        return self._api.get("v1.2", "sites", site_id, "locks", lock_id)

    def unlock(
        self, site_id: str, lock_id: str, *, sign: Signer
    ) -> dict[str, Any] | None:
        """Open a door; it locks itself again after seconds.

        The command is sent once. Only when the token is refused (401: before anything
        is done) it is signed and sent again with a new token, once. Whether the door
        may have opened is what ``left`` and ``answered`` of the error say.

        :param sign: called at the last moment, with the token already at hand
        :return: what the platform says about the lock, None when it says nothing
        :raises HardwareRefused: what the IQ says, e.g. :class:`.errors.OtpInvalid`
        :raises Forbidden: remote opening is not allowed to this account
        """
        answer = self._api.command(
            "PATCH",
            *("v1.2", "sites", site_id, "locks", lock_id, "locking"),
            body=lambda at: {"locked_state": "unlocked", "otp": sign(at)},
        )
        return answer if isinstance(answer, dict) else None

    # Entries

    def entries(
        self,
        site_id: str,
        since: datetime | None = None,
        until: datetime | None = None,
        lock_id: str | None = None,
        limit: int = 200,
    ) -> Iterator[dict[str, Any]]:
        """Return what happened at the doors of a site.

        The newest come first; with ``until`` the oldest, so that the time around a
        moment long ago is read without all that came after.

        :param since: aware; older entries are left out
        :param until: aware; newer entries are left out
        :param lock_id: entries of this lock only
        :param limit: how many entries, of all locks, to look at
        :raises ValueError: for a naive ``since`` or ``until``
        """
        order = "asc" if until else "desc"
        options = {"top": "20", "orderby": f"utc_date_time {order}"}
        if since is not None:
            options["filter"] = f"utc_date_time ge DateTime'{_odata(since)}'"
        # v1.2 has no entries (405)
        entries = self._api.items("v1.1", "sites", site_id, "entries", **options)
        if until is not None:
            entries = _up_to(until, entries)
        looked_at = islice(entries, limit)
        return (entry for entry in looked_at if lock_id in (None, entry.get("lock_id")))


def entry_time(entry: dict[str, Any]) -> datetime:
    """Return when an entry happened by the vendor's clock: aware, in UTC."""
    text = entry["utc_date_time"].replace("Z", "+00:00")
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)


def _up_to(
    until: datetime, entries: Iterator[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Leave out what is later. It need not even be read, if the oldest come first; but
    only the other order is confirmed by the vendor's own examples."""
    first = list(islice(entries, 20))
    entries = chain(first, entries)
    if [*first] == sorted(first, key=entry_time):
        return takewhile(lambda entry: entry_time(entry) <= until, entries)
    return (entry for entry in [*entries] if entry_time(entry) <= until)


def _odata(moment: datetime) -> str:
    if moment.utcoffset() is None:
        raise ValueError("entries need an aware datetime")
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def _pin_in(answer: Any) -> str | None:
    """Return the PIN of an answer that may hold one: in an object, or bare."""
    pin = answer.get("pin") if isinstance(answer, dict) else answer
    return pin if isinstance(pin, str) and re.fullmatch("[0-9]{4}", pin) else None
