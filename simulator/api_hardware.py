"""IQs and locks: activation, and opening a door."""

import re

from . import shapes
from .activation import Activation
from .api import ADMIN_ROLES, caller_on, endpoint, listing
from .call import Call
from .otp_check import otp_holds
from .things import Iq, Lock, SiteUser
from .web import (
    Response,
    api_error,
    empty_response,
    forbidden,
    json_response,
    missing_field,
    not_found,
    not_sensible,
    refused_by_hardware,
)

LOCKING, PUT_PIN, DELETE_PIN = "locking", "put_pin", "delete_pin"


# IQs ----------------------------------------------------------------------------------


@endpoint("GET", "/sites/{site}/iqs")
def list_iqs(call: Call, site) -> Response:
    world = call.world
    iqs = [shapes.iq(world, i) for i in world.iqs.values() if i.site_id == site.id]
    return listing(call, iqs, shapes.IQ_FIELDS)


@endpoint("GET", "/sites/{site}/iqs/{iq}")
def get_iq(call: Call, site, iq) -> Response:
    return json_response(shapes.iq(call.world, iq))


@endpoint("GET", "/sites/{site}/iqs/{iq}/secret")
def get_secret(call: Call, site, iq) -> Response:
    activation = call.world.activation(call.caller.id, iq.id)
    return json_response({"secret": activation.give_secret()})


@endpoint("GET", "/sites/{site}/iqs/{iq}/pin")
def get_pin(call: Call, site, iq) -> Response:
    """Sends the caller's PIN by text message or e-mail, until it is put."""
    _check_reachable(iq)
    pin = call.world.activation(call.caller.id, iq.id).send_pin()
    delivery = call.world.settings.pin_delivery
    if delivery == "response":
        return json_response({"pin": pin})
    by_email = call.request.params.get("send_email", "").lower() == "true"
    _send_pin(call, iq, pin, "email" if by_email else delivery)
    return empty_response()


def _send_pin(call: Call, iq: Iq, pin: str, channel: str) -> None:
    person = call.caller
    call.world.send(
        channel,
        person.email if channel == "email" else person.phone,
        f"Your PIN code for {iq.name} is {pin}. Do not share it with anyone.",
        subject="Your Salto KS PIN code",
        kind="iq_pin",
        pin=pin,
        iq_id=iq.id,
        iq=iq.name,
        site=call.world.sites[iq.site_id].name,
        user_id=person.id,
    )


@endpoint("PUT", "/sites/{site}/iqs/{iq}/pin")
def put_pin(call: Call, site, iq) -> Response:
    """Activates; changes the PIN when ``delta`` is not "0000"."""
    otp = _otp_field(call)
    delta = call.text("delta")
    if not re.fullmatch(r"[0-9]{4}", delta):
        raise not_sensible("The delta must have four digits.")
    _check_reachable(iq)
    activation = _check_otp(call, iq, otp, PUT_PIN)
    activation.put_pin(delta, call.world.settings.delta_rule, call.world.now())
    return empty_response()


@endpoint("DELETE", "/sites/{site}/iqs/{iq}/pin/{member}")
def delete_pin(call: Call, site, iq, member: SiteUser) -> Response:
    """Resets somebody's activation; signed by the caller's own."""
    caller = caller_on(call, site)
    if member is not caller and not caller.has_role(*ADMIN_ROLES):
        raise forbidden()
    otp = _otp_field(call)
    _check_reachable(iq)
    _check_otp(call, iq, otp, DELETE_PIN)
    call.world.activations.pop((member.person.id, iq.id), None)
    return empty_response()


@endpoint("POST", "/sites/{site}/iqs/{iq}/restore", admin=True)
def restore_iq(call: Call, site, iq) -> Response:
    """After a reset at the device, which may have ended all activations."""
    if not iq.restore_required:
        raise not_sensible("The Iq does not need to be restored.")
    iq.restore_required = False
    return empty_response()


def _otp_field(call: Call) -> str:
    otp = call.body().get("otp")
    if not isinstance(otp, str) or not otp:
        raise missing_field("otp")
    return otp


def _check_reachable(iq: Iq) -> None:
    """What an unreachable IQ answers was never measured: both codes are inferred."""
    if not iq.online:
        raise refused_by_hardware("iq_offline")
    if iq.restore_required:
        raise refused_by_hardware("restore_required")


def _check_otp(call: Call, iq: Iq, otp: str, command: str) -> Activation:
    """The caller's activation of the IQ, when the OTP holds.

    :raises Refused: 3102 otp_blocked or otp_invalid
    """
    guard, settings = call.world.otp_guard, call.world.settings
    user_id, now = call.caller.id, call.world.now()
    if guard.is_blocked(user_id, command, now):
        raise refused_by_hardware("otp_blocked", 403)
    activation = call.world.activations.get((user_id, iq.id))
    window = (settings.otp_window_s, settings.otp_ahead_s)
    if activation:
        # at the door the IQ's own memory counts
        pin = activation.door_pin if command == LOCKING else activation.pin
        if otp_holds(otp, activation.secret, pin, now, *window):
            guard.count_right(user_id, command)
            return activation
    guard.count_wrong(
        user_id, command, now, settings.otp_wrong_limit, settings.otp_block_s
    )
    raise refused_by_hardware("otp_invalid")


# locks --------------------------------------------------------------------------------


@endpoint("GET", "/sites/{site}/locks")
def list_locks(call: Call, site) -> Response:
    world = call.world
    locks = [x for x in world.locks.values() if x.site_id == site.id]
    return listing(call, [shapes.lock(world, x) for x in locks], shapes.LOCK_FIELDS)


@endpoint("GET", "/sites/{site}/locks/{lock}")
def get_lock(call: Call, site, lock) -> Response:
    return json_response(shapes.lock(call.world, lock))


@endpoint("PATCH", "/sites/{site}/locks/{lock}/locking")
def change_locking(call: Call, site, lock) -> Response:
    """Opens the door, or switches office mode on (office_mode) and off (locked)."""
    command = call.text("locked_state")
    if command not in _COMMANDS:
        raise not_sensible(f"Unknown locked_state '{command}'.")
    user = caller_on(call, site)
    _check_may_lock(site, user)
    otp = call.body().get("otp")
    if not isinstance(otp, str) or not otp:
        raise api_error(404, "2202", "Otp is invalid")
    _check_hardware_accepts(call, lock, otp)
    _COMMANDS[command](call, lock, user)
    return json_response({"id": lock.id, "locked_state": lock.state(call.world.now())})


def _check_may_lock(site, user: SiteUser) -> None:
    allowed = (
        site.remote_opening
        and user.remote_access
        and user.subscription_state == "subscribed"
        and any(role.remote_locking for role in user.roles)
    )
    if not allowed:
        raise forbidden()


def _check_hardware_accepts(call: Call, lock: Lock, otp: str) -> None:
    if lock.iq_id is None:
        raise not_found("Iq")  # inferred
    iq = call.world.iqs[lock.iq_id]
    _check_reachable(iq)
    if not lock.online:
        raise refused_by_hardware("lock_offline")  # inferred
    activation = call.world.activations.get((call.caller.id, iq.id))
    if activation and activation.state == "pin_sent":
        raise refused_by_hardware("pin_not_changed")
    _check_otp(call, iq, otp, LOCKING)


def _unlock(call: Call, lock: Lock, user: SiteUser) -> None:
    lock.unlocks += 1
    call.world.swing_open(lock, user.name, "remote")
    call.world.add_entry(lock, access_by="remote", **user.entry_fields)


def _start_office_mode(call: Call, lock: Lock, user: SiteUser) -> None:
    lock.office_mode = True
    _add_office_mode_entry(call, lock, user, "start")


def _lock(call: Call, lock: Lock, user: SiteUser) -> None:
    lock.open_until = None
    if lock.office_mode:
        lock.office_mode = False
        _add_office_mode_entry(call, lock, user, "end")


def _add_office_mode_entry(call, lock, user, detail: str) -> None:
    call.world.add_entry(
        lock,
        event_category="office_mode",
        event_detail=detail,
        access_by="remote",
        **user.entry_fields,
    )


_COMMANDS = {
    "unlocked": _unlock,
    "office_mode": _start_office_mode,
    "locked": _lock,
}
