"""The other side of the stage: look at everything, and make things happen.

The package's docstring lists the paths.
"""

import ipaddress
from dataclasses import fields as dataclass_fields
from datetime import timedelta

from . import views
from .call import Call
from .faults import KINDS, Fault, Faults
from .populate import build_on
from .routing import NoSuchMethod, NoSuchPath, Routes
from .things import CHOICES, Settings
from .times import iso, parse_iso
from .web import Request, Response, control_error, json_response

ROUTES = Routes()
NUMBER = (int, float)


def answer(call: Call, faults: Faults) -> Response:
    """
    :raises Refused: not from this machine, unknown path, or a body that says nothing
    """
    if not is_this_machine(call.request.peer):
        raise control_error("Control is for this machine only.", 403)
    try:
        handler, names = ROUTES.match(call.request.method, call.request.path)
    except NoSuchMethod:
        raise control_error("No such method here.", 405) from None
    except NoSuchPath:
        raise control_error("No such path.", 404) from None
    return handler(call, faults, **names)


def is_this_machine(peer: str) -> bool:
    return ipaddress.ip_address(peer).is_loopback


# looking ------------------------------------------------------------------------------


@ROUTES.on("GET", "/_sim/state")
def state(call: Call, faults: Faults) -> Response:
    return json_response(views.state(call.world))


@ROUTES.on("GET", "/_sim/building")
def building(call: Call, faults: Faults) -> Response:
    return json_response(views.building(call.world, faults))


@ROUTES.on("GET", "/_sim/outbox")
def outbox(call: Call, faults: Faults) -> Response:
    return json_response(call.world.outbox)


@ROUTES.on("GET", "/_sim/settings")
def settings(call: Call, faults: Faults) -> Response:
    return json_response(vars(call.world.settings))


@ROUTES.on("GET", "/_sim/faults")
def list_faults(call: Call, faults: Faults) -> Response:
    return json_response(faults.as_list())


# acting -------------------------------------------------------------------------------


@ROUTES.on("POST", "/_sim/reset")
def reset(call: Call, faults: Faults) -> Response:
    faults.clear()
    call.world.reset()
    return _done()


@ROUTES.on("POST", "/_sim/clock")
def clock(call: Call, faults: Faults) -> Response:
    body = _body(call.request, offset_s=NUMBER)
    call.world.offset = timedelta(seconds=body.get("offset_s", 0))
    return json_response({"now": iso(call.world.now())})


@ROUTES.on("POST", "/_sim/faults")
def add_fault(call: Call, faults: Faults) -> Response:
    body = _body(
        call.request,
        fault=str,
        method=str,
        path=str,
        status=int,
        seconds=NUMBER,
        headers=dict,
        body=object,
        times=int,
    )
    if body.get("fault") not in KINDS:
        raise control_error(f"fault must be one of {', '.join(KINDS)}")
    faults.add(Fault(**body))
    return _done()


@ROUTES.on("DELETE", "/_sim/faults")
def clear_faults(call: Call, faults: Faults) -> Response:
    faults.clear()
    return _done()


@ROUTES.on("POST", "/_sim/settings")
def change_settings(call: Call, faults: Faults) -> Response:
    kinds = {field.name: _setting_kind(field) for field in dataclass_fields(Settings)}
    body = _body(call.request, **kinds)
    for name, choices in CHOICES.items():
        if name in body and body[name] not in choices:
            raise control_error(f"{name} must be one of {', '.join(choices)}")
    for name, value in body.items():
        setattr(call.world.settings, name, value)
    return settings(call, faults)


def _setting_kind(field) -> type | tuple:
    kind = type(field.default)
    return NUMBER if kind is float else kind


@ROUTES.on("POST", "/_sim/tokens")
def change_tokens(call: Call, faults: Faults) -> Response:
    body = _body(call.request, expire_all=bool, revoke_refresh=bool, lifetime_s=int)
    if body.get("expire_all"):
        call.world.tokens.access.clear()
    if body.get("revoke_refresh"):
        call.world.tokens.refresh.clear()
    if "lifetime_s" in body:
        call.world.settings.token_lifetime_s = body["lifetime_s"]
    return _done()


@ROUTES.on("POST", "/_sim/sites/{site_id}")
def change_site(call: Call, faults: Faults, site_id: str) -> Response:
    site = _find(call.world.sites, site_id)
    body = _body(
        call.request,
        subscribed_user_amount=int,
        remote_opening=bool,
        iqs=int,
        locks=int,
    )
    try:
        build_on(call.world, site, body.get("iqs", 0), body.get("locks", 0))
    except ValueError as error:
        raise control_error(str(error)) from None
    site.seats = body.get("subscribed_user_amount", site.seats)
    site.remote_opening = body.get("remote_opening", site.remote_opening)
    return _done()


@ROUTES.on("POST", "/_sim/iqs/{iq_id}")
def change_iq(call: Call, faults: Faults, iq_id: str) -> Response:
    world = call.world
    iq = _find(world.iqs, iq_id)
    body = _body(
        call.request,
        online=bool,
        rotate_secret=bool,
        restore_required=bool,
        reset_pins=bool,
    )
    iq.online = body.get("online", iq.online)
    if body.get("rotate_secret"):
        for (_, other_id), activation in world.activations.items():
            if other_id == iq.id:
                activation.rotate_secret()
    if body.get("restore_required"):
        iq.reset_at = world.now()
    iq.restore_required = body.get("restore_required", iq.restore_required)
    ended = body.get("restore_required") and world.settings.reset_ends_activations
    if body.get("reset_pins") or ended:
        world.forget_activations(iq.id)
    return json_response(views.iq_state(call.world, iq))


@ROUTES.on("POST", "/_sim/locks/{lock_id}")
def change_lock(call: Call, faults: Faults, lock_id: str) -> Response:
    lock = _find(call.world.locks, lock_id)
    body = _body(
        call.request,
        online=bool,
        battery_level=str,
        privacy_mode=bool,
        left_open_alarm=bool,
        intrusion_alarm=bool,
        customer_reference=str,
        iq_id=(str, type(None)),
    )
    if body.get("iq_id") is not None:
        _find(call.world.iqs, body["iq_id"])
    if "customer_reference" in body:
        body["name"] = body.pop("customer_reference")
    for name, value in body.items():
        setattr(lock, name, value)
    return json_response(views.lock_state(call.world, lock))


@ROUTES.on("POST", "/_sim/users/{user_id}")
def change_user(call: Call, faults: Faults, user_id: str) -> Response:
    user = _find(call.world.users, user_id)
    body = _body(
        call.request,
        blocked=bool,
        remote_access=bool,
        subscription_state=str,
        role=str,
        password=str,
    )
    if "role" in body:
        user.roles = [_role(call, user.site_id, body["role"])]
    user.person.password = body.get("password", user.person.password)
    for name in ("blocked", "remote_access", "subscription_state"):
        setattr(user, name, body.get(name, getattr(user, name)))
    return json_response(views.user_state(user))


def _role(call: Call, site_id: str, code: str):
    for role in call.world.roles.values():
        if role.site_id == site_id and role.code == code:
            return role
    raise control_error(f"No role {code}.", 404)


@ROUTES.on("POST", "/_sim/entries")
def add_entry(call: Call, faults: Faults) -> Response:
    world = call.world
    text = (str, type(None))
    body = _body(
        call.request,
        lock_id=str,
        event_category=str,
        event_detail=text,
        utc_date_time=str,
        user_id=text,
        user_first_name=text,
        user_last_name=text,
        user_alias=text,
        access_by=str,
        access_detail=text,
        exit_requested=bool,
    )
    lock = _find(world.locks, body.pop("lock_id", ""))
    body["utc_date_time"] = _moment(call, body)
    user = world.site_user(lock.site_id, body.get("user_id") or "")
    entry = world.add_entry(lock, **(user.entry_fields if user else {}) | body)
    if entry["event_category"] == "lock_opened":
        who = user.name if user else entry["access_detail"] or ""
        world.swing_open(lock, who, entry["access_by"])
    return json_response(entry, 201)


def _moment(call: Call, body: dict) -> str:
    try:
        return iso(parse_iso(body.get("utc_date_time") or iso(call.world.now())))
    except ValueError:
        raise control_error("utc_date_time must be a moment with a zone.") from None


def _find(things: dict, wanted: str):
    if wanted not in things:
        raise control_error("Nothing here has this id.", 404)
    return things[wanted]


def _body(request: Request, **kinds) -> dict:
    """The body, checked: only known keys, each of its kind."""
    try:
        body = request.json()
    except ValueError:
        raise control_error("The body must be a JSON object.") from None
    for name, value in body.items():
        if name not in kinds:
            raise control_error(f"Unknown key {name}; known: {', '.join(kinds)}")
        is_flag = isinstance(value, bool) and kinds[name] not in (bool, object)
        if is_flag or not isinstance(value, kinds[name]):
            raise control_error(f"{name} is not of the right type")
    return body


def _done() -> Response:
    return json_response({"ok": True})
