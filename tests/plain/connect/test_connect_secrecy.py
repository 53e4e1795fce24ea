"""No secret leaves the package in a log line, an error or a traceback."""

import base64
import logging
import traceback

import pytest

from connect import KsClient, KsError
from connect.identity import Token
from connect.redaction import redact
from connect.transport import utc_now

JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl"
UUID = "46d34efd-b0eb-5a2d-bb59-23e460c44d01"


@pytest.mark.parametrize(
    ("text", "secrets"),
    [
        ('{"otp": "f4d6f", "delta": "0000"}', ["f4d6f"]),
        ("{'otp': 'f4d6f', 'locked_state': 'unlocked'}", ["f4d6f"]),
        ('body: b\'{"locked_state":"unlocked","otp":"f4d6f"}\'', ["f4d6f"]),
        (
            r'"{\"pin\": \"1234\", \"secret\": \"0123456789ABCDEF\"}"',
            ["1234", "ABCDEF"],
        ),
        ('{"secret":"0123456789ABCDEF"}', ["0123456789ABCDEF"]),
        ('{"password": "with \\"quotes\\" and spaces"}', ["quotes", "spaces"]),
        ("grant_type=password&username=a&password=hush-hush", ["hush-hush"]),
        ("grant_type=refresh_token&refresh_token=5F3A9C&scope=x", ["5F3A9C"]),
        ("client_id=id&client_secret=hush", ["=hush"]),
        ("Authorization: Bearer abcdef123456", ["abcdef123456"]),
        ("{'Authorization': 'Basic aWQ6c2VjcmV0'}", ["aWQ6c2VjcmV0"]),
        ('{"access_token":"opaque","refresh_token":"opaque-too"}', ["opaque"]),
        (f"token was {JWT}.", [JWT, "eyJ"]),
        ("Your PIN is 1234, keep it", ["1234"]),
        ("Your PIN code: 0427", ["0427"]),
        ("otp f4d6f was wrong", ["f4d6f"]),
        (f"/v1.2/locks/{UUID}/locking", [UUID]),
        ("call x.web_save([], {'new_pin_repeated': '1234'})", ["1234"]),
        ("call x.write({'currentPin': '1234', 'OTP2': 'f4d6f'})", ["1234", "f4d6f"]),
        ("{'client_secret_production': 'hush', 'pins': ['1234']}", ["hush", "1234"]),
        ("{'password_again': b'hu\\'sh', 'token_ids': (1, 'hush')}", ["hu", "sh"]),
        ('"secret_values": {"first": "hush"}', ["hush"]),
        ('"GET /my/bookings/7?access_token=k3y&x=1 HTTP/1.1" 200', ["k3y"]),
        ('"GET /web/login?redirect=%2Fmy%3Faccess_token%3Dk3y HTTP/1.1"', ["k3y"]),
        ('"GET /my/bookings/7?x=1&door=k3-y_ HTTP/1.1" 200', ["k3-y_"]),
        ("/web/login?redirect=%2Fmy%3Fdoor%3Dk3-y_%26x%3D1", ["k3-y_"]),
    ],
)
def test_redact_hides(text, secrets):
    hidden = redact(text)
    for secret in secrets:
        assert secret not in hidden
    assert hidden != text


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Otp is invalid",
        "Request execution failed with code: otp_invalid",
        "Request execution failed with code: pin_not_changed",
        "Cannot get first secret for an already activated Iq.",
        "At least one day should be selected",
        "mapping: 1, shipping=2, opening: 3, spin: 4, topping=5",
        "the next=door is open, ?indoor=1 and ?doors=2 as well",
        "PATCH connect.my-clay.com/v1.2/sites was answered with 403/2203",
        "400/invalid_grant invalid_username_or_password",
    ],
)
def test_redact_leaves_the_vendor_s_words(text):
    assert redact(text) == text


def test_redact_leaves_enough_of_an_id_to_recognise_it():
    assert redact(UUID) == "46d34efd…"


def test_library_s_log_lines_are_redacted(caplog):
    caplog.set_level(logging.DEBUG)
    log = logging.getLogger("urllib3.connectionpool")
    try:
        raise ValueError("password=hush")
    except ValueError:
        log.debug("Retrying %s", "https://ks.example/?otp=f4d6f", exc_info=True)
    assert "Retrying" in caplog.text and "ValueError" in caplog.text
    assert "f4d6f" not in caplog.text
    assert "hush" not in caplog.text


def all_of(error):
    """Everything that could be seen of an error, with what is chained to it and, as
    some log readers show them, the local variables of the package and its libraries.
    """
    texts = []
    while error is not None:
        frames = error.__traceback__
        while frames and frames.tb_frame.f_code.co_filename == __file__:
            frames = frames.tb_next
        whole = traceback.TracebackException(
            type(error), error, frames, capture_locals=True
        )
        texts += [str(error), repr(error), repr(vars(error)), *whole.format()]
        error = error.__cause__ or error.__context__
    return texts


@pytest.mark.parametrize(
    ("method", "path", "fault", "settings"),
    [
        ("*", "/nothing", "html", {}),
        ("POST", "/connect/token", "status", {"status": 400}),
        ("POST", "/connect/token", "status", {"status": 503}),
        ("POST", "/connect/token", "html", {}),
        ("POST", "/connect/token", "reset_before", {}),
        ("POST", "/connect/token", "timeout_before", {"seconds": 9}),
        (
            "POST",
            "/connect/token",
            "status",
            {
                "status": 400,
                "body": {
                    "error": "invalid_grant",
                    "error_description": "bad password=demo-password",
                },
            },
        ),
        ("PATCH", "*", "html", {}),
        ("PATCH", "*", "reset_after", {}),
        ("PATCH", "*", "timeout_after", {"seconds": 9}),
        ("PATCH", "*", "status", {"status": 401}),
        ("PATCH", "*", "status", {"status": 500}),
        (
            "PATCH",
            "*",
            "status",
            {
                "status": 400,
                "body": {"ErrorCode": "1100", "Message": "Body was {'otp': 'f4d6f'}"},
            },
        ),
        ("PUT", "*", "reset_after", {}),
        ("PUT", "*", "status", {"status": 302, "headers": {"Location": "/?pin=4711"}}),
        ("GET", "*", "reset_before", {}),
        ("GET", "*", "html", {}),
    ],
)
def test_nothing_of_a_whole_session_shows(
    platform,
    account,
    store,
    simulator,
    door,
    caplog,
    monkeypatch,
    method,
    path,
    fault,
    settings,
):
    monkeypatch.setattr("connect.api._PAUSES", (0, 0))
    caplog.set_level(logging.DEBUG)
    seen = []
    otps = {"f4d6f"}

    def sign(at):
        otps.add(door.sign(at))
        return door.sign(at)

    client = KsClient(platform, account, store, timeout=0.15)
    simulator.fault(method, path, fault, **settings)
    harbour = "aeef75dd-3e62-52f7-a047-8cf5e68d7f51"
    quay_iq = "2c7758b0-ffc5-50f1-9347-69569fec8181"
    results = []
    for step in (
        client.login,
        lambda: client.unlock(door.site_id, door.lock_id, sign=sign),
        lambda: client.put_pin(door.site_id, door.iq_id, sign=sign),
        lambda: client.unlock(door.site_id, door.lock_id, sign=lambda at: "00000"),
        lambda: client.iq_secret(harbour, quay_iq),
        lambda: client.request_pin(harbour, quay_iq),
        lambda: client.resolve_site("NL6254340082"),
    ):
        try:
            results.append(step())
        except KsError as error:
            seen += all_of(error)
    seen += [repr(client), repr(store.load()), caplog.text]
    text = "\n".join(seen)
    assert "connect" in caplog.text  # the log is on, and was looked at
    tokens = [token for token in (store.load(), *results) if isinstance(token, Token)]
    secrets = {
        "demo-password",
        "demo-secret",
        base64.b64encode(b"demo-client:demo-secret").decode(),
        door.secret,
        f"'{door.pin}'",
        f"={door.pin}",
        *otps,
        *(token.access_token for token in tokens),
        *(token.refresh_token for token in tokens),
        *(secret for secret in results if isinstance(secret, str)),
    }
    assert not [secret for secret in secrets if secret and secret in text]
    for identifier in (door.site_id, door.lock_id, door.iq_id):
        assert identifier not in caplog.text


def test_error_carries_no_library_error(client, simulator):
    """Those hold the whole request, and are printed with what is chained to them."""
    simulator.fault("POST", "/connect/token", "reset_before")
    with pytest.raises(KsError) as caught:
        client.login()
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_token_shows_nothing():
    token = Token("access-hush", utc_now(), "refresh-hush")
    assert "hush" not in repr(token)
