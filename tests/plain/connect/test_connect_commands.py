"""Opening a door and putting a PIN: one request, and the truth about it."""

from contextlib import suppress
from datetime import datetime, timedelta, timezone

import pytest

from connect import KsClient
from connect.credentials import Account, Platform
from connect.errors import (
    CommandForbidden,
    Forbidden,
    HardwareRefused,
    InvalidRequest,
    IqOffline,
    LoginRefused,
    LostAnswer,
    NotFound,
    NotSent,
    OtpBlocked,
    OtpInvalid,
    PinNotChanged,
    RateLimited,
    Refused,
    TokenRefused,
    Unavailable,
)
from connect.identity import Token
from connect.otp import compute_delta, compute_otp
from connect.tokens import MemoryTokenStore
from connect.transport import utc_now

TOKEN = "/connect/token"
LOCKING = "*/locking"


def commands(simulator):
    return len(simulator.requests("PATCH", LOCKING))


def unlock(client, door, **changes):
    sign = changes.get("sign", door.sign)
    return client.unlock(door.site_id, changes.get("lock_id", door.lock_id), sign=sign)


# One request, whatever happens


def test_door_opens_once(client, simulator, door):
    unlock(client, door)
    assert simulator.unlocks(door.lock_id) == 1
    assert commands(simulator) == 1


@pytest.mark.parametrize(
    ("fault", "settings", "kind", "unlocks"),
    [
        ("reset_before", {}, LostAnswer, 0),
        ("reset_after", {}, LostAnswer, 1),
        ("timeout_before", {"seconds": 9}, LostAnswer, 0),
        ("timeout_after", {"seconds": 9}, LostAnswer, 1),
        ("html", {}, LostAnswer, 0),
        ("status", {"status": 502}, LostAnswer, 0),
        ("status", {"status": 504}, LostAnswer, 0),
        ("status", {"status": 302, "headers": {"Location": "/"}}, LostAnswer, 0),
        ("status", {"status": 302}, LostAnswer, 0),
        ("status", {"status": 302, "headers": {"Location": "//["}}, LostAnswer, 0),
        ("status", {"status": 304}, LostAnswer, 0),
        ("status", {"status": 400}, Refused, 0),
        ("status", {"status": 403}, Forbidden, 0),
        ("status", {"status": 404}, NotFound, 0),
        ("status", {"status": 409}, Refused, 0),
        ("status", {"status": 429, "headers": {"Retry-After": "0"}}, RateLimited, 0),
        ("status", {"status": 500}, Unavailable, 0),
        ("status", {"status": 503}, Unavailable, 0),
    ],
)
def test_failed_command_is_never_repeated(
    platform, account, simulator, door, fault, settings, kind, unlocks
):
    client = KsClient(platform, account, timeout=0.5)
    client.login()
    simulator.fault("PATCH", LOCKING, fault, times=1, **settings)
    with pytest.raises(kind) as caught:
        unlock(client, door)
    assert caught.value.left
    assert caught.value.answered is not (kind is LostAnswer)
    assert commands(simulator) == 1
    assert simulator.unlocks(door.lock_id) == unlocks


def test_slow_answer_is_waited_for(client, simulator, door):
    simulator.fault("PATCH", LOCKING, "delay", seconds=0.3, times=1)
    unlock(client, door)
    assert simulator.unlocks(door.lock_id) == commands(simulator) == 1


@pytest.mark.parametrize("fault", ["reset_after", "html", "timeout_after"])
def test_pin_is_put_once(platform, account, simulator, door, fault):
    client = KsClient(platform, account, timeout=0.5)
    client.login()
    simulator.fault("PUT", "*/pin", fault, seconds=9, times=1)
    with pytest.raises(LostAnswer) as caught:
        client.put_pin(door.site_id, door.iq_id, sign=door.sign)
    assert caught.value.left and not caught.value.answered
    assert len(simulator.requests("PUT", "*/pin")) == 1


@pytest.mark.parametrize("fault", ["reset_after", "html", "timeout_after"])
def test_restore_is_sent_once(platform, account, simulator, door, fault):
    client = KsClient(platform, account, timeout=0.5)
    client.login()
    simulator.iq(door.iq_id, restore_required=True)
    simulator.fault("POST", "*/restore", fault, seconds=9, times=1)
    with pytest.raises(LostAnswer):
        client.restore_iq(door.site_id, door.iq_id)
    assert len(simulator.requests("POST", "*/restore")) == 1


def test_restore_of_an_iq_that_works_is_refused(client, simulator, door):
    simulator.iq(door.iq_id, restore_required=True)
    client.restore_iq(door.site_id, door.iq_id)
    assert not client.iq(door.site_id, door.iq_id)["restore_required"]
    with pytest.raises(InvalidRequest):
        client.restore_iq(door.site_id, door.iq_id)


@pytest.mark.parametrize(
    ("body", "result"),
    [("", None), ({"id": "b"}, {"id": "b"}), ([], None), ("true", None)],
)
def test_any_readable_200_means_opened(stub, stub_client, body, result):
    stub.answer = lambda request: (200, body)
    assert stub_client.unlock("a", "b", sign=lambda at: "00000") == result


# What fails before the command has not left


@pytest.mark.parametrize(
    ("fault", "settings", "kind"),
    [
        ("reset_before", {}, NotSent),
        ("reset_after", {}, NotSent),
        ("timeout_before", {"seconds": 9}, NotSent),
        ("html", {}, NotSent),
        ("status", {"status": 502}, NotSent),
        ("status", {"status": 503}, Unavailable),
        (
            "status",
            {"status": 400, "body": {"error": "invalid_grant"}},
            LoginRefused,
        ),
    ],
)
def test_failed_login_leaves_the_door_alone(
    platform, account, simulator, door, fault, settings, kind
):
    client = KsClient(platform, account, timeout=0.5)
    simulator.fault("POST", TOKEN, fault, **settings)
    with pytest.raises(kind) as caught:
        unlock(client, door)
    assert not caught.value.left
    assert commands(simulator) == 0


def test_dead_server_leaves_the_door_alone(account, door):
    platform = Platform("id", "hush", "http://127.0.0.1:9", "http://127.0.0.1:9")
    with pytest.raises(NotSent) as caught:
        unlock(KsClient(platform, account), door)
    assert not caught.value.left


def test_dead_api_leaves_the_door_alone(simulator, account, door):
    platform = Platform(
        "demo-client", "demo-secret", simulator.url, "http://127.0.0.1:9"
    )
    with pytest.raises(NotSent) as caught:
        unlock(KsClient(platform, account), door)
    assert not caught.value.left


# 401: refused before it is executed, the one reason to send again


def test_expired_token_is_renewed_and_the_command_signed_again(
    client, store, simulator, door
):
    client.login()
    store.save(Token("long-dead", utc_now() + timedelta(hours=1)))
    client.forget_token()
    signed = []

    def sign(at):
        signed.append(at)
        return door.sign(at)

    unlock(client, door, sign=sign)
    statuses = [r["status"] for r in simulator.requests("PATCH", LOCKING)]
    assert statuses == [401, 200]
    assert len(signed) == 2
    assert simulator.unlocks(door.lock_id) == 1


def test_token_refused_twice_is_an_answer(client, simulator, door):
    simulator.fault("PATCH", LOCKING, "status", status=401)
    with pytest.raises(TokenRefused) as caught:
        unlock(client, door)
    assert caught.value.answered
    assert commands(simulator) == 2
    assert simulator.unlocks(door.lock_id) == 0


def test_renewal_lost_after_a_401_is_not_a_doubt_about_the_door(
    client, simulator, door
):
    client.login()
    simulator.fault("PATCH", LOCKING, "status", status=401)
    simulator.fault("POST", TOKEN, "reset_before")
    with pytest.raises(NotSent) as caught:
        unlock(client, door)
    assert not caught.value.left
    assert commands(simulator) == 1


def test_signing_is_the_last_thing_before_sending(stub, stub_client):
    order = []
    stub.answer_login = lambda request: (
        order.append("login") or (200, {"access_token": "a", "expires_in": 3600})
    )
    stub.answer = lambda request: order.append(request.method) or (200, {})
    stub_client.unlock("a", "b", sign=lambda at: order.append("sign") or "00000")
    assert order[-2:] == ["sign", "PATCH"]
    assert order[0] == "login"


def test_signer_that_fails_sends_nothing(client, simulator, door):
    def sign(_at):
        raise LookupError("no PIN")

    with pytest.raises(LookupError):
        unlock(client, door, sign=sign)
    assert commands(simulator) == 0


# Clocks


@pytest.mark.parametrize("offset_s", [-600, 4, 600, 86400])
def test_clocks_that_differ_open_all_the_same(client, simulator, door, offset_s):
    simulator.clock(offset_s)
    unlock(client, door)
    assert simulator.unlocks(door.lock_id) == 1
    assert abs(client.skew - timedelta(seconds=offset_s)) < timedelta(seconds=2)


@pytest.mark.parametrize("minutes", [-10, 10])
def test_our_own_clock_may_be_wrong(platform, account, simulator, door, minutes):
    def now():
        return utc_now() + timedelta(minutes=minutes)

    client = KsClient(platform, account, now=now)
    unlock(client, door)
    assert simulator.unlocks(door.lock_id) == 1


def test_client_that_finds_a_token_still_learns_the_time_before_it_signs(
    platform, account, store, simulator, door
):
    simulator.clock(600)
    KsClient(platform, account, store).login()
    client = KsClient(platform, account, store)
    assert client.skew is None
    unlock(client, door)
    assert simulator.unlocks(door.lock_id) == commands(simulator) == 1


def test_clock_of_a_server_without_date_is_taken_to_be_ours(stub, account):
    moments = []
    headers = {"Date": "yesterday"}
    stub.answer_login = lambda request: (
        200,
        {"access_token": "a", "expires_in": 3600},
        headers,
    )
    stub.answer = lambda request: (200, {}, headers)
    client = KsClient(Platform("id", "hush", stub.url, stub.url), account)
    client.unlock("a", "b", sign=lambda at: moments.append(at) or "00000")
    assert client.skew is None
    assert abs(utc_now() - moments[0]) < timedelta(seconds=5)
    assert moments[0].utcoffset() == timedelta()


def test_signer_gets_a_time_that_is_not_ahead_of_the_vendor_s(client, simulator, door):
    """A Date header has whole seconds, and the IQ may accept no OTP of the future."""
    simulator.settings(otp_ahead_s=0)
    for _ in range(5):
        unlock(client, door)
    assert simulator.unlocks(door.lock_id) == 5


# What the hardware says


def test_wrong_pin_and_then_a_block(client, simulator, door):
    def sign(at):
        return compute_otp(door.secret, "0000", at)

    with pytest.raises(OtpInvalid) as caught:
        unlock(client, door, sign=sign)
    error = caught.value
    assert (error.left, error.answered) == (True, True)
    assert (error.status, error.code) == (400, "3102")
    assert "otp_invalid" in error.vendor_text
    with pytest.raises(OtpBlocked):
        for _ in range(10):
            with suppress(OtpInvalid):
                unlock(client, door, sign=sign)
    with pytest.raises(OtpBlocked):
        unlock(client, door)
    assert simulator.unlocks(door.lock_id) == 0


def test_missing_otp_is_an_invalid_otp(client, door):
    with pytest.raises(OtpInvalid) as caught:
        unlock(client, door, sign=lambda at: "")
    assert (caught.value.status, caught.value.code) == (404, "2202")


def test_rotated_secret_is_an_invalid_otp(client, simulator, door):
    simulator.iq(door.iq_id, rotate_secret=True)
    with pytest.raises(OtpInvalid):
        unlock(client, door)


def test_offline_iq_is_a_refusal(client, simulator, door):
    simulator.iq(door.iq_id, online=False)
    with pytest.raises(HardwareRefused) as caught:
        unlock(client, door)
    assert type(caught.value) is IqOffline
    assert "offline" in caught.value.vendor_text


def test_account_without_remote_access(platform, door):
    client = KsClient(platform, Account("plain@studio.example", "demo-password"))
    with pytest.raises(Forbidden):
        unlock(client, door)


# Activation, from nothing to an opened door


class Harbour:
    """An IQ of the standing set that nobody has activated."""

    site_id = "aeef75dd-3e62-52f7-a047-8cf5e68d7f51"
    iq_id = "2c7758b0-ffc5-50f1-9347-69569fec8181"
    lock_id = "22b5dbd6-a3ae-5d35-9399-6bc786ff766b"
    path = (site_id, iq_id)


def signer(secret, pin):
    return lambda at: compute_otp(secret, pin, at)


@pytest.mark.parametrize("by_email", [False, True])
def test_activation_keeping_the_pin(client, simulator, by_email):
    secret = client.iq_secret(*Harbour.path)
    assert len(secret) == 16
    assert client.request_pin(*Harbour.path, by_email=by_email) is None
    (message,) = simulator.outbox()
    assert ("@" in message["to"]) is by_email
    sign = signer(secret, message["pin"])
    with pytest.raises(PinNotChanged):
        client.unlock(Harbour.site_id, Harbour.lock_id, sign=sign)
    assert client.put_pin(*Harbour.path, sign=sign) is None
    client.unlock(Harbour.site_id, Harbour.lock_id, sign=sign)
    assert simulator.unlocks(Harbour.lock_id) == 1


def test_activation_with_a_new_pin(client, simulator):
    secret = client.iq_secret(*Harbour.path)
    client.request_pin(*Harbour.path)
    old_pin = simulator.outbox()[0]["pin"]
    delta = compute_delta(old_pin, "0042")
    client.put_pin(*Harbour.path, sign=signer(secret, old_pin), delta=delta)
    sign = signer(secret, "0042")
    client.unlock(Harbour.site_id, Harbour.lock_id, sign=sign)
    assert simulator.unlocks(Harbour.lock_id) == 1


def test_activated_iq_tells_neither_secret_nor_pin(client, door):
    with pytest.raises(Forbidden):
        client.iq_secret(door.site_id, door.iq_id)
    with pytest.raises(CommandForbidden):
        client.request_pin(door.site_id, door.iq_id)


def test_keeping_the_pin_of_an_activated_iq_tests_the_otp(client, door):
    path = (door.site_id, door.iq_id)
    client.put_pin(*path, sign=door.sign)
    with pytest.raises(OtpInvalid):
        client.put_pin(*path, sign=signer(door.secret, "0000"))


def test_pin_that_the_platform_tells_at_once(client, simulator):
    simulator.settings(pin_delivery="response")
    pin = client.request_pin(*Harbour.path)
    sign = signer(client.iq_secret(*Harbour.path), pin)
    client.put_pin(*Harbour.path, sign=sign)


@pytest.mark.parametrize(
    ("body", "pin"),
    [
        ({"pin": "0427"}, "0427"),
        ('"0427"', "0427"),
        ("", None),
        ({}, None),
        ({"pin": "123456"}, None),
        ({"pin": 427}, None),
        ([], None),
    ],
)
def test_pin_in_an_answer(stub, stub_client, body, pin):
    stub.answer = lambda request: (200, body)
    assert stub_client.request_pin("a", "b") == pin


def test_message_with_the_pin_is_asked_for_once(client, simulator):
    simulator.fault("GET", "*/pin", "reset_after", times=1)
    with pytest.raises(LostAnswer):
        client.request_pin(*Harbour.path)
    assert len(simulator.outbox()) == 1


@pytest.mark.parametrize("answer", [{}, {"secret": ""}, {"secret": None}])
def test_answer_without_the_secret(stub, stub_client, answer):
    stub.answer = lambda request: (200, answer)
    with pytest.raises(LostAnswer):
        stub_client.iq_secret("a", "b")


def test_ids_cannot_lead_elsewhere(stub, stub_client):
    stub_client.lock("a/../../b?c#d", "e f")
    assert stub.seen("GET")[0].path == "/v1.2/sites/a%2F..%2F..%2Fb%3Fc%23d/locks/e%20f"


def test_token_of_the_store_is_used(stub, account):
    store = MemoryTokenStore()
    store.save(Token("kept", datetime.now(timezone.utc) + timedelta(minutes=5)))
    KsClient(Platform("id", "hush", stub.url, stub.url), account, store).site("a")
    assert not stub.seen("POST")
    assert stub.seen("GET")[0].headers["Authorization"] == "Bearer kept"
