"""Who gets a token, and for how long it is good."""

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest

OFFLINE = "user_api.full_access offline_access"
VERIFIER = "a-verifier-that-only-the-application-knows-0123456789"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    .rstrip(b"=")
    .decode()
)
REDIRECT = "http://localhost:8069/back?db=demo"


def failure(answer):
    return answer.status_code, answer.json()["error"]


def test_password_grant_gives_a_token_that_works(salto):
    answer = salto.login()
    body = answer.json()
    assert answer.status_code == 200
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 3600)
    assert body["scope"] == "user_api.full_access"
    assert "refresh_token" not in body
    assert body["access_token"].count(".") == 2, "looks like a JWT"
    assert salto.get("/v1.2/me").json()["email"] == "service@studio.example"


@pytest.mark.parametrize(
    "client, form, expected",
    [
        (("demo-client", "wrong"), {}, (401, "invalid_client")),
        (("nobody", "demo-secret"), {}, (401, "invalid_client")),
        (None, {}, (400, "invalid_client")),
        (("demo-client", "demo-secret"), {"password": "x"}, (400, "invalid_grant")),
        (("demo-client", "demo-secret"), {"username": "x"}, (400, "invalid_grant")),
        (
            ("demo-client", "demo-secret"),
            {"username": "noor@studio.example", "password": ""},
            (400, "invalid_grant"),
        ),
        (("demo-client", "demo-secret"), {"scope": "x"}, (400, "invalid_scope")),
        (("demo-client", "demo-secret"), {"scope": ""}, (400, "invalid_scope")),
        (("plain-client", "plain-secret"), {"scope": OFFLINE}, (400, "invalid_scope")),
        (("web-client", "web-secret"), {}, (400, "unauthorized_client")),
        (
            ("demo-client", "demo-secret"),
            {"grant_type": "access_code"},
            (400, "unsupported_grant_type"),
        ),
        (
            ("demo-client", "demo-secret"),
            {"grant_type": ""},
            (400, "invalid_request"),
        ),
    ],
)
def test_refused_logins(salto, client, form, expected):
    assert failure(salto.login(client, **form)) == expected


def test_client_without_offline_access_gets_the_plain_scope(salto):
    assert salto.login(("plain-client", "plain-secret")).status_code == 200


def test_token_request_must_be_a_form(salto):
    answer = salto.session.post(
        f"{salto.url}/connect/token", json={}, auth=("demo-client", "demo-secret")
    )
    assert failure(answer) == (400, "invalid_request")
    assert salto.session.get(f"{salto.url}/connect/token").status_code == 405


def test_refresh_tokens_are_good_for_one_use(salto):
    first = salto.login(scope=OFFLINE).json()
    form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
    second = salto.login(**form)
    assert second.status_code == 200
    assert second.json()["access_token"] != first["access_token"]
    assert second.json()["refresh_token"] != first["refresh_token"]
    assert failure(salto.login(**form)) == (400, "invalid_grant")
    form["refresh_token"] = second.json()["refresh_token"]
    assert salto.login(**form).status_code == 200


def test_refresh_token_belongs_to_its_client(salto):
    token = salto.login(scope=OFFLINE).json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token}
    other = salto.login(("web-client", "web-secret"), **form)
    assert failure(other) == (400, "invalid_grant")
    assert salto.login(**form).status_code == 200, "the try did not spend it"


def test_revoked_refresh_tokens_are_refused(salto):
    token = salto.login(scope=OFFLINE).json()["refresh_token"]
    salto.sim("/tokens", {"revoke_refresh": True})
    answer = salto.login(grant_type="refresh_token", refresh_token=token)
    assert failure(answer) == (400, "invalid_grant")


def unauthorized(answer):
    return (answer.status_code, answer.content) == (401, b"")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nonsense", "Basic eDp5"])
def test_api_answers_a_bad_token_with_401_and_nothing(salto, header):
    answer = salto.session.get(
        f"{salto.url}/v1.2/sites", headers={"Authorization": header}
    )
    assert unauthorized(answer)


def test_tokens_expire_with_time_and_by_control(salto):
    salto.sim("/tokens", {"lifetime_s": 60})
    assert salto.login().json()["expires_in"] == 60
    assert salto.get("/v1.2/sites").status_code == 200
    salto.advance(61)
    assert unauthorized(salto.get("/v1.2/sites"))
    salto.advance(0)
    assert salto.get("/v1.2/sites").status_code == 200
    salto.sim("/tokens", {"expire_all": True})
    assert unauthorized(salto.get("/v1.2/sites"))


def test_discovery_names_the_endpoints(salto):
    answer = salto.session.get(f"{salto.url}/.well-known/openid-configuration")
    assert answer.json()["token_endpoint"] == f"{salto.url}/connect/token"
    assert answer.json()["authorization_endpoint"] == f"{salto.url}/connect/authorize"
    assert salto.session.get(f"{salto.url}/.well-known/x").status_code == 404


def authorize(salto, method="GET", data=None, **changes):
    params = {
        "response_type": "code",
        "client_id": "web-client",
        "redirect_uri": REDIRECT,
        "scope": OFFLINE,
        "state": "a state & more",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes
    return salto.session.request(
        method,
        f"{salto.url}/connect/authorize",
        params=params,
        data=data,
        allow_redirects=False,
    )


def log_in(salto, password="demo-password"):
    form = {"username": "service@studio.example", "password": password}
    return authorize(salto, "POST", form)


def trade(salto, code, **changes):
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": REDIRECT,
        "code_verifier": VERIFIER,
    } | changes
    return salto.login(("web-client", "web-secret"), **form)


def back(answer):
    """What the browser brings back to the application."""
    assert answer.status_code == 302
    return {
        k: v[0] for k, v in parse_qs(urlsplit(answer.headers["Location"]).query).items()
    }


def test_code_flow_with_pkce(salto):
    assert "<form" in authorize(salto).text
    answer = back(log_in(salto))
    assert (answer["state"], answer["db"]) == ("a state & more", "demo")
    tokens = trade(salto, answer["code"])
    assert tokens.status_code == 200
    assert "refresh_token" in tokens.json()
    assert failure(trade(salto, answer["code"])) == (400, "invalid_grant"), "used"


@pytest.mark.parametrize(
    "change",
    [
        {"code_verifier": "somebody else's"},
        {"code_verifier": ""},
        {"redirect_uri": "http://localhost:8069/other"},
        {"code": "0000"},
    ],
)
def test_code_is_bound_to_verifier_and_redirect(salto, change):
    code = back(log_in(salto))["code"]
    assert failure(trade(salto, **{"code": code} | change)) == (400, "invalid_grant")


def test_code_is_good_for_minutes_only(salto):
    code = back(log_in(salto))["code"]
    salto.advance(301)
    assert failure(trade(salto, code)) == (400, "invalid_grant")


def test_wrong_password_shows_the_form_again(salto):
    answer = log_in(salto, "x")
    assert answer.status_code == 200
    assert "password is wrong" in answer.text


@pytest.mark.parametrize(
    "change, error",
    [
        ({"code_challenge": ""}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"scope": "x"}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
    ],
)
def test_application_is_told_what_is_wrong(salto, change, error):
    assert back(authorize(salto, **change))["error"] == error


@pytest.mark.parametrize(
    "change", [{"client_id": "x"}, {"redirect_uri": "https://elsewhere.example/"}]
)
def test_nothing_is_sent_to_strangers(salto, change):
    assert authorize(salto, **change).status_code == 400
