"""Access groups: who may open which locks, and when (Connect API sheet, section 4).

A group without a schedule lets nobody in. Everything here may be repeated, except that
a group or a schedule added twice is there twice: look for it before adding it again.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from .api import ConnectApi, literal
from .errors import LostAnswer

_DAYS = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
)


class AccessGroupCalls(ConnectApi):
    """The part of :class:`.client.KsClient` that keeps access groups."""

    def access_groups(
        self, site_uuid: str, name: str | None = None
    ) -> list[dict[str, Any]]:
        """Return ``{id, customer_reference}`` of each group, or of those so named."""
        if name is None:
            return list(self._items(*_groups(site_uuid)))
        wanted = f"customer_reference eq {literal(name)}"
        groups = self._items(*_groups(site_uuid), filter=wanted)
        # What a filter lets pass by mistake is none of ours.
        return [one for one in groups if one.get("customer_reference") == name]

    def access_group(self, site_uuid: str, group_id: str) -> dict[str, Any]:
        return self._get(*_groups(site_uuid), group_id)

    def add_access_group(self, site_uuid: str, name: str) -> str:
        """Add a group and return its id. Names need not be unique at Salto."""
        body = {"customer_reference": name}
        return _id_in(self._change("POST", *_groups(site_uuid), body=body))

    def delete_access_group(self, site_uuid: str, group_id: str) -> None:
        """Delete a group, and with it what it allowed."""
        self._change("DELETE", *_groups(site_uuid), group_id)

    # Members, by platform id

    def group_users(self, site_uuid: str, group_id: str) -> list[str]:
        """Return the platform ids of a group's members."""
        return self._ids(*_groups(site_uuid), group_id, "users")

    def change_group_users(
        self,
        site_uuid: str,
        group_id: str,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
    ) -> None:
        """NotFound means: the group, or one of those to add, is not known (yet)."""
        self._edit(add, remove, *_groups(site_uuid), group_id, "users")

    # Locks

    def group_locks(self, site_uuid: str, group_id: str) -> list[str]:
        """Return the ids of a group's locks."""
        return self._ids(*_groups(site_uuid), group_id, "locks")

    def change_group_locks(
        self,
        site_uuid: str,
        group_id: str,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
    ) -> None:
        self._edit(add, remove, *_groups(site_uuid), group_id, "locks")

    # Time schedules; v1.1 is where they live

    def group_schedules(self, site_uuid: str, group_id: str) -> list[dict[str, Any]]:
        """Return a group's schedules; times are naive wall clock of the site."""
        return list(self._items(*_schedules(site_uuid, group_id)))

    def add_schedule(
        self, site_uuid: str, group_id: str, start: datetime, end: datetime
    ) -> str:
        """Add one continuous window and return its id.

        :param start: naive wall clock of the site's time zone, as ``end``
        :raises ValueError: an aware datetime: Salto would drop its zone without a word
        """
        path, body = _schedules(site_uuid, group_id), _window(start, end)
        return _id_in(self._change("POST", *path, body=body))

    def change_schedule(
        self,
        site_uuid: str,
        group_id: str,
        schedule_id: str,
        start: datetime,
        end: datetime,
    ) -> None:
        """Change a window in place: people keep their PINs. Parameters as above."""
        path, body = _schedules(site_uuid, group_id), _window(start, end)
        self._change("PATCH", *path, schedule_id, body=body)

    def delete_schedule(self, site_uuid: str, group_id: str, schedule_id: str) -> None:
        self._change("DELETE", *_schedules(site_uuid, group_id), schedule_id)

    def _ids(self, *path: str) -> list[str]:
        return [item["id"] for item in self._items(*path)]

    def _edit(self, add: Iterable[str], remove: Iterable[str], *path: str) -> None:
        body = {"add_ids": list(add), "remove_ids": list(remove)}
        self._change("PATCH", *path, body=body)


def _groups(site_uuid: str) -> tuple[str, ...]:
    return ("v1.2", "sites", site_uuid, "access_groups")


def _schedules(site_uuid: str, group_id: str) -> tuple[str, ...]:
    return ("v1.1", "sites", site_uuid, "access_groups", group_id, "time_schedules")


def _window(start: datetime, end: datetime) -> dict[str, Any]:
    """A stay: exact moments in the dates, and whole days of all days in the times."""
    if start.tzinfo or end.tzinfo:
        raise ValueError("schedules are naive wall clock of the site")
    return {
        **dict.fromkeys(_DAYS, True),
        "start_time": "00:00:00",
        "end_time": "23:59:59",
        "start_date": start.isoformat(timespec="seconds"),
        "end_date": end.isoformat(timespec="seconds"),
    }


def window_in(schedule: dict[str, Any]) -> tuple[str, str] | None:
    """Return start and end of a schedule as Salto writes them, naive wall clock of the
    site; None if it is no continuous window: hours, days or dates are otherwise."""
    days = all(schedule.get(day) for day in _DAYS)
    start_time, end_time = (schedule.get(f"{edge}_time") for edge in ("start", "end"))
    whole = (start_time or "")[:5] == "00:00" and (end_time or "")[:5] == "23:59"
    start, end = (schedule.get(f"{edge}_date") for edge in ("start", "end"))
    return (start, end) if days and whole and start and end else None


def _id_in(answer: Any) -> str:
    new_id = answer.get("id") if isinstance(answer, dict) else None
    if not new_id:
        raise LostAnswer("The platform's answer does not say which id it gave")
    return str(new_id)
