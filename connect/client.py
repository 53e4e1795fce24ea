"""What the Connect API can do, method by method (Connect API sheet, section 4)."""

import re
from collections.abc import Iterator
from datetime import datetime, timezone
from itertools import chain, islice, takewhile
from typing import Any

from .access_groups import AccessGroupCalls
from .api import literal
from .errors import LostAnswer, NotFound
from .people import PeopleCalls


class KsClient(PeopleCalls, AccessGroupCalls):
    """A client, with all that can be asked; it is made, and opens doors, as
    :class:`.api.ConnectApi` says.

    Vendor objects are returned as they come, as dicts. Ids are UUID strings.

    Every method raises :class:`.errors.KsError`. Readings are repeated a little where
    that can help; what has an effect is sent once, see :meth:`unlock`.
    """

    # Sites

    def resolve_site(self, site_uid: str) -> dict[str, Any]:
        """Return the site with a human site code such as ``NL6254340082``.

        :raises NotFound: when this account sees no such site
        """
        uid = "".join(site_uid.split()).upper()
        wanted = f"site_uid eq {literal(uid)}"
        for site in self._items("v1.1", "sites", filter=wanted):
            if site.get("site_uid") == uid:
                return site
        raise NotFound("This account sees no site with that code")

    def site(self, site_uuid: str) -> dict[str, Any]:
        return self._get("v1.2", "sites", site_uuid)

    def me(self, site_uuid: str) -> dict[str, Any]:
        """Return this account as a user of the site, with its roles."""
        return self._get("v1.2", "sites", site_uuid, "me")

    # IQs

    def iqs(self, site_uuid: str) -> list[dict[str, Any]]:
        return list(self._items("v1.2", "sites", site_uuid, "iqs"))

    def iq(self, site_uuid: str, iq_id: str) -> dict[str, Any]:
        return self._get("v1.2", "sites", site_uuid, "iqs", iq_id)

    def iq_now(self, site_uuid: str, iq_id: str) -> dict[str, Any]:
        """As :meth:`iq`, asked once: for somebody who waits at a door."""
        return self._once("GET", "v1.2", "sites", site_uuid, "iqs", iq_id)

    def activated_iqs(self, site_uuid: str) -> list[dict[str, Any]]:
        """Return ``{iq_id, activated, activation_date}`` per IQ of this account."""
        return list(self._items("v1.2", "me", site_uuid, "activated_iqs"))

    def iq_secret(self, site_uuid: str, iq_id: str) -> str:
        """Return this account's secret of an IQ. Store it at once.

        :raises Forbidden: when this account has activated the IQ before; the platform
            then never tells the secret again
        """
        answer = self._get("v1.2", "sites", site_uuid, "iqs", iq_id, "secret")
        secret = answer.get("secret")
        if not secret or not isinstance(secret, str):
            raise LostAnswer("The platform's answer holds no secret")
        return secret

    def request_pin(
        self, site_uuid: str, iq_id: str, by_email: bool = False
    ) -> str | None:
        """Have the platform send this account's PIN of an IQ, by SMS or e-mail.

        Each call is a message to a person: sent once.

        :return: the PIN where the platform tells it in its answer, usually None
        :raises CommandForbidden: when this account has activated the IQ already
        """
        path = ("v1.2", "sites", site_uuid, "iqs", iq_id, "pin")
        delivery = {"send_email": "true"} if by_email else {}
        return _pin_in(self._once("GET", *path, **delivery))

    def restore_iq(self, site_uuid: str, iq_id: str) -> None:
        """Restore an IQ that was reset at the device (``restore_required``).

        Sent once; what came of it, :meth:`iq` tells. The reset ends the activations of
        the IQ (inferred): :meth:`activated_iqs` tells.

        :raises InvalidRequest: the IQ does not wait for it, perhaps no longer
        """
        self._once("POST", "v1.2", "sites", site_uuid, "iqs", iq_id, "restore")

    # Locks

    def locks(self, site_uuid: str) -> list[dict[str, Any]]:
        return list(self._items("v1.2", "sites", site_uuid, "locks"))

    def lock(self, site_uuid: str, lock_id: str) -> dict[str, Any]:
        return self._get("v1.2", "sites", site_uuid, "locks", lock_id)

    # Entries

    def entries(
        self,
        site_uuid: str,
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
        entries = self._items("v1.1", "sites", site_uuid, "entries", **options)
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
