"""Site users, guests, roles, tags, and the PINs of doors."""

import secrets
import uuid
from datetime import timedelta

from . import shapes
from .api import endpoint, listing
from .call import Call
from .things import Person, Role, SiteUser
from .times import iso, parse_iso
from .web import (
    Response,
    empty_response,
    forbidden,
    json_response,
    malformed,
    missing_field,
    not_found,
    not_sensible,
)

_TEXTS = ("first_name", "last_name")
_FLAGS = (
    "blocked",
    "use_pin",
    "override_privacy_mode",
    "toggle_easy_office_mode",
    "toggle_manual_office_mode",
)


@endpoint("GET", "/sites/{site}/users", admin=True)
def list_users(call: Call, site) -> Response:
    world = call.world
    users = [shapes.site_user(world, user) for user in world.users_of(site.id)]
    return listing(call, users, shapes.USER_FIELDS)


@endpoint("GET", "/sites/{site}/users/{user}", admin=True)
def get_user(call: Call, site, user) -> Response:
    return _user_response(call, user)


@endpoint("POST", "/sites/{site}/users", admin=True)
def add_user(call: Call, site) -> Response:
    """With an e-mail address Salto sends an invitation; without, tag and PIN only."""
    body = call.body()
    if not body.get("alias"):
        for name in _TEXTS:
            call.text(name)
    if "role_ids" not in body:
        raise missing_field("role_ids")
    email = _email(body)
    person = call.world.person_by_email(email) if email else None
    if person and call.world.site_user(site.id, person.id):
        raise not_sensible("The user is on the site already.")
    user = _new_user(call, site, person or Person(str(uuid.uuid4()), email=email))
    _change(call, user, body)
    call.world.add_user(user)
    _hold_tag(call, user, body)
    if email:
        call.world.send(
            "email",
            email,
            f"You are invited to open doors of {site.name}. Get the Salto KS app.",
            subject=f"Welcome to {site.name}",
            kind="invitation",
            site=site.name,
        )
    return _user_response(call, user, 201)


@endpoint("POST", "/sites/{site}/guests", admin=True)
def add_guest(call: Call, site) -> Response:
    """No e-mail, no personal data, no PIN until ``use_pin`` is switched on."""
    alias = call.text("alias")
    expires_at = _moment(call.text("expires_at"), "expires_at")
    user = _new_user(call, site, Person(str(uuid.uuid4())))
    user.roles = [r for r in _roles_of(call, site.id) if r.code == "site_guest"]
    user.alias = alias
    user.expires_at = expires_at
    call.world.add_user(user)
    return _user_response(call, user, 201)


@endpoint("PATCH", "/sites/{site}/users/{user}", admin=True)
def change_user(call: Call, site, user) -> Response:
    _check_ready(call, user)
    body = call.body()
    _change(call, user, body)
    _hold_tag(call, user, body)
    return _user_response(call, user)


@endpoint("PATCH", "/sites/{site}/users/{user}/subscription", admin=True)
def change_subscription(call: Call, site, user) -> Response:
    state = call.body().get("state")
    if state not in ("subscribed", "suspended"):
        raise not_sensible("The state must be subscribed or suspended.")
    needs_seat = state == "subscribed" and user.subscription_state == "suspended"
    if needs_seat and call.world.taken_seats(site) >= site.seats:
        raise not_sensible("No subscription is left on the site.")  # inferred
    user.subscription_state = state
    return _user_response(call, user)


@endpoint("DELETE", "/sites/{site}/users/{user}", admin=True)
def delete_user(call: Call, site, user) -> Response:
    """The seat is free at once. 202 and 204 were both seen: both are played."""
    if user.has_role("site_owner"):
        raise forbidden()
    call.world.remove_user(user)
    return empty_response(202 if user.person.email else 204)


@endpoint("PUT", "/sites/{site}/users/{user}/pin", admin=True)
def renew_door_pin(call: Call, site, user) -> Response:
    """Every call makes a new PIN for keypads, shown this once. A suspended user gets
    one, too: it opens nothing."""
    if not user.is_ready(call.world.now()):
        raise forbidden("User does not have permission for this operation on this user")
    expiry_date = call.body().get("expiry_date")
    if expiry_date is not None:
        _moment(expiry_date, "expiry_date")
    if not user.use_pin:
        raise forbidden("The user may not use a PIN")  # inferred
    user.pin = f"{secrets.randbelow(1_000_000):06d}"
    return json_response(user.pin)


@endpoint("GET", "/sites/{site}/roles")
def list_roles(call: Call, site) -> Response:
    roles = [shapes.role(role) for role in _roles_of(call, site.id)]
    return listing(call, roles, shapes.ROLE_FIELDS)


@endpoint("GET", "/sites/{site}/tags", admin=True)
def list_tags(call: Call, site) -> Response:
    tags = [shapes.tag(t) for t in call.world.tags.values() if t.site_id == site.id]
    return listing(call, tags, shapes.TAG_FIELDS)


def _new_user(call: Call, site, person: Person) -> SiteUser:
    delay = timedelta(seconds=call.world.settings.roles_delay_s)
    return SiteUser(
        id=str(uuid.uuid4()),
        site_id=site.id,
        person=person,
        roles=[],
        ready_at=call.world.now() + delay,
    )


def _change(call: Call, user: SiteUser, body: dict) -> None:
    """Checks everything first: a refused request changes nothing."""
    texts = {name: _optional_text(body, name) for name in _TEXTS if name in body}
    flags = {name: _flag(body, name) for name in _FLAGS if name in body}
    roles = _roles(call, user.site_id, body) if "role_ids" in body else user.roles
    expires_at = user.expires_at
    if body.get("expires_at") is not None:
        expires_at = _moment(body["expires_at"], "expires_at")
    if body.get("tag_id") is not None:
        _free_tag(call, user, body["tag_id"])
    if "alias" in body:
        user.alias = _optional_text(body, "alias")
    for name, value in texts.items():
        setattr(user.person, name, value or "")
    for name, value in flags.items():
        setattr(user, name, value)
    user.roles = roles
    user.expires_at = expires_at


def _hold_tag(call: Call, user: SiteUser, body: dict) -> None:
    if "tag_id" not in body:
        return
    current = call.world.tag_of(user)
    if current:
        current.holder_id = None
    if body["tag_id"] is not None:
        call.world.tags[body["tag_id"]].holder_id = user.id


def _free_tag(call: Call, user: SiteUser, tag_id) -> None:
    tag = call.world.tags.get(tag_id) if isinstance(tag_id, str) else None
    if tag is None or tag.site_id != user.site_id:
        raise not_found("Tag")
    if tag.holder_id not in (None, user.id):
        raise not_sensible("The tag is in use.")


def _roles(call: Call, site_id: str, body: dict) -> list[Role]:
    if not isinstance(body["role_ids"], list) or not body["role_ids"]:
        raise missing_field("role_ids")
    known = {role.id: role for role in _roles_of(call, site_id)}
    if not all(isinstance(i, str) and i in known for i in body["role_ids"]):
        raise not_found("Role")
    return [known[role_id] for role_id in body["role_ids"]]


def _roles_of(call: Call, site_id: str) -> list[Role]:
    return [role for role in call.world.roles.values() if role.site_id == site_id]


def _check_ready(call: Call, user: SiteUser) -> None:
    if not user.is_ready(call.world.now()):
        raise not_found("User")


def _email(body: dict) -> str | None:
    if "email" not in body:
        return None
    email = body["email"]
    if not isinstance(email, str) or "@" not in email:
        raise malformed("The email field is not a valid e-mail address.")
    return email


def _optional_text(body: dict, name: str) -> str | None:
    if body[name] is not None and not isinstance(body[name], str):
        raise malformed(f"The {name} field is not valid.")
    return body[name]


def _flag(body: dict, name: str) -> bool:
    if not isinstance(body[name], bool):
        raise malformed(f"The {name} field is not valid.")
    return body[name]


def _moment(text, name: str) -> str:
    try:
        return iso(parse_iso(text))
    except (AttributeError, TypeError, ValueError):
        raise malformed(f"The {name} field is not a valid date.") from None


def _user_response(call: Call, user: SiteUser, status: int = 200) -> Response:
    return json_response(shapes.site_user(call.world, user), status)
