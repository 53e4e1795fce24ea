"""Site users, their roles and tags (Connect API sheet, section 4).

A site user has two ids: ``id`` is the site-user id, for everything here, and
``user.id`` is the platform id, by which an access group knows its members.

For about a minute after a user was added, Salto may answer 403/2203 or 404/2202
although all is well: repeat, before believing :class:`.errors.NotFound` or
:class:`.errors.Forbidden`.
"""

from typing import Any

from .api import ConnectApi, literal
from .errors import LostAnswer


class PeopleCalls(ConnectApi):
    """The part of :class:`.client.KsClient` that keeps the users of a site."""

    def roles(self, site_uuid: str) -> list[dict[str, Any]]:
        """Return ``{id, customer_reference, code}`` per role; ids differ per site."""
        return list(self._items("v1.2", "sites", site_uuid, "roles"))

    def users(self, site_uuid: str) -> list[dict[str, Any]]:
        return list(self._items(*_users(site_uuid)))

    def find_users(
        self, site_uuid: str, *, email: str = "", tag_number: str = ""
    ) -> list[dict[str, Any]]:
        """Return the site users with an e-mail address or a tag.

        The answer is looked through: what a filter let pass by mistake is left out.
        """
        field, value = ("email", email) if email else ("tag_number", tag_number)
        wanted = f"user/{field} eq {literal(value)}"
        users = self._items(*_users(site_uuid), filter=wanted)
        return [one for one in users if _same(one["user"].get(field), value)]

    def user(self, site_uuid: str, user_id: str) -> dict[str, Any]:
        return self._get(*_users(site_uuid), user_id)

    def add_user(self, site_uuid: str, **values: Any) -> dict[str, Any]:
        """Add a site user and return it. With an e-mail address Salto invites them.

        Look at ``subscription_state`` in the answer: on a site without a free seat the
        user is made all the same, but ``suspended``.

        :param values: ``first_name, last_name, role_ids``, and if wanted ``email,
            tag_id, toggle_manual_office_mode``
        """
        answer = self._change("POST", *_users(site_uuid), body=values)
        if not isinstance(answer, dict) or not answer.get("user", {}).get("id"):
            raise LostAnswer("The platform's answer does not say whom it added")
        return answer

    def change_user(self, site_uuid: str, user_id: str, **values: Any) -> None:
        self._change("PATCH", *_users(site_uuid), user_id, body=values)

    def set_subscription(self, site_uuid: str, user_id: str, subscribed: bool) -> None:
        """Give a user a seat, or take it away.

        :raises InvalidRequest: no seat is free
        """
        body = {"state": "subscribed" if subscribed else "suspended"}
        path = (*_users(site_uuid), user_id, "subscription")
        self._change("PATCH", *path, body=body)

    def delete_user(self, site_uuid: str, user_id: str) -> None:
        """Remove a user from the site; the seat is free at once."""
        self._change("DELETE", *_users(site_uuid), user_id)

    def find_tag(self, site_uuid: str, number: str) -> dict[str, Any] | None:
        """Return ``{id, tag_number}``, or None if Salto does not know the tag.

        Tags are physical: only Salto's dashboard can register one.
        """
        wanted = f"tag_number eq {literal(number)}"
        tags = self._items("v1.2", "sites", site_uuid, "tags", filter=wanted)
        return next((one for one in tags if one.get("tag_number") == number), None)


def _same(found: str | None, wanted: str) -> bool:
    return (found or "").casefold() == wanted.casefold()


def _users(site_uuid: str) -> tuple[str, ...]:
    return ("v1.2", "sites", site_uuid, "users")
