"""The Connect API's door: token, version, ids, rights.

Handlers are functions of the call and of the things that the path names, already found:
``/sites/{site}/locks/{lock}`` calls ``handler(call, site, lock)``.
"""

import uuid
from collections.abc import Callable

from .call import Call
from .identity import authenticate
from .odata import list_response
from .routing import NoSuchMethod, NoSuchPath, Routes
from .things import SiteUser
from .web import (
    Refused,
    Response,
    empty_response,
    forbidden,
    malformed,
    not_found,
)

ROUTES = Routes()
BOTH = ("v1.1", "v1.2")
ADMIN_ROLES = ("site_admin", "site_owner")


def endpoint(
    method: str, path: str, versions: tuple[str, ...] = BOTH, admin: bool = False
) -> Callable:
    """Decorator: this function answers ``method path`` of the Connect API.

    :param versions: where it lives; elsewhere the answer is 405
    :param admin: whether the caller must be an admin of the site
    """

    def register(handler: Callable) -> Callable:
        for version in BOTH:
            lives_here = version in versions
            ROUTES.add(
                method,
                f"/{version}{path}",
                (handler, admin) if lives_here else (_wrong_version, False),
            )
        return handler

    return register


def _wrong_version(call: Call, **_things) -> Response:
    return empty_response(405)


def answer(call: Call) -> Response:
    """
    :raises Refused: the token, the path, an id or a right is missing
    """
    call.caller = authenticate(call)
    try:
        (handler, admin), ids = ROUTES.match(call.request.method, call.request.path)
    except NoSuchMethod:
        raise Refused(empty_response(405)) from None
    except NoSuchPath:
        raise Refused(empty_response(404)) from None
    ids = {name: _as_uuid(text) for name, text in ids.items()}
    things = {}
    for name, wanted in ids.items():
        things[name] = _FINDERS[name](call, things, wanted)
    if admin and not caller_on(call, things["site"]).has_role(*ADMIN_ROLES):
        raise forbidden()
    return handler(call, **things)


def caller_on(call: Call, site) -> SiteUser:
    """The caller as a user of the site.

    :raises Refused: 403/2203 when the caller is no (unblocked) user there
    """
    user = call.world.site_user(site.id, call.caller.id)
    if user is None or user.blocked or not user.is_ready(call.world.now()):
        raise forbidden()
    return user


def listing(call: Call, items: list[dict], fields: tuple[str, ...]) -> Response:
    settings = call.world.settings
    return list_response(
        call.request, items, fields, settings.page_size, settings.bare_arrays
    )


def _as_uuid(text: str) -> str:
    try:
        value = str(uuid.UUID(text))
    except ValueError:
        value = ""
    if value != text.lower():
        raise malformed(f"The value '{text}' is not valid.")
    return value


def _find_site(call, things, wanted):
    site = call.world.sites.get(wanted)
    if site is None:
        raise not_found("Site")
    caller_on(call, site)
    return site


def _on_site(collection: str, label: str) -> Callable:
    def find(call, things, wanted):
        thing = getattr(call.world, collection).get(wanted)
        if thing is None or thing.site_id != things["site"].id:
            raise not_found(label)
        return thing

    return find


def _find_schedule(call, things, wanted):
    schedule = things["group"].schedules.get(wanted)
    if schedule is None:
        raise not_found("Time schedule")
    return schedule


def _find_member(call, things, wanted):
    """A site user by platform id: a site-user id finds nobody."""
    user = call.world.site_user(things["site"].id, wanted)
    if user is None:
        raise not_found("User")
    return user


_FINDERS = {
    "site": _find_site,
    "iq": _on_site("iqs", "Iq"),
    "lock": _on_site("locks", "Lock"),
    "user": _on_site("users", "User"),
    "group": _on_site("groups", "Access group"),
    "schedule": _find_schedule,
    "member": _find_member,
}
