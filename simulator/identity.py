"""The identity server: who may have which token.

Grants: password, refresh_token (single use: every answer carries a new one) and
authorization_code with PKCE. Clients show themselves by HTTP Basic.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from urllib.parse import parse_qsl, unquote_plus, urlencode, urlsplit
from uuid import NAMESPACE_OID, uuid5

from . import standing
from .call import Call
from .routing import Routes
from .things import Person
from .web import Refused, Response, empty_response, json_response, oauth_error

ROUTES = Routes()
API_SCOPE = "user_api.full_access"
OFFLINE_SCOPE = "offline_access"
CODE_LIFETIME = timedelta(minutes=5)
_SIGNING_KEY = secrets.token_bytes(32)


@dataclass
class Grant:
    """What a token or code stands for."""

    person: Person
    client_id: str
    scope: str
    expires_at: datetime | None = None
    redirect_uri: str = ""
    code_challenge: str = ""


def authenticate(call: Call) -> Person:
    """The person whose access token the request carries.

    :raises Refused: 401 with an empty body, whatever is wrong with the token
    """
    kind, _, token = call.request.headers.get("authorization", "").partition(" ")
    grant = call.world.tokens.access.get(token)
    valid = grant is not None and call.world.now() < grant.expires_at
    if kind.lower() != "bearer" or not valid:
        raise Refused(empty_response(401))
    return grant.person


@ROUTES.on("GET", "/.well-known/openid-configuration")
def discovery(call: Call) -> Response:
    base = call.request.base_url
    return json_response(
        {
            "issuer": base,
            "authorization_endpoint": f"{base}/connect/authorize",
            "token_endpoint": f"{base}/connect/token",
            "grant_types_supported": list(_GRANTS),
            "response_types_supported": ["code"],
            "scopes_supported": [API_SCOPE, OFFLINE_SCOPE],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }
    )


@ROUTES.on("POST", "/connect/token")
def token(call: Call) -> Response:
    content_type = call.request.headers.get("content-type", "")
    if not content_type.startswith("application/x-www-form-urlencoded"):
        raise oauth_error("invalid_request")
    client_id = _authenticate_client(call)
    form = call.request.form
    grant_type = form.get("grant_type")
    if not grant_type:
        raise oauth_error("invalid_request", "grant_type is missing")
    if grant_type not in _GRANTS:
        raise oauth_error("unsupported_grant_type")
    if grant_type not in standing.CLIENTS[client_id].grants:
        raise oauth_error("unauthorized_client")
    grant = _GRANTS[grant_type](call, client_id, form)
    return _token_response(call, grant)


def _authenticate_client(call: Call) -> str:
    kind, _, encoded = call.request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        raise oauth_error("invalid_client")
    try:
        pair = base64.b64decode(encoded, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise oauth_error("invalid_client", status=401) from None
    client_id, _, secret = (unquote_plus(part) for part in pair.partition(":"))
    client = standing.CLIENTS.get(client_id)
    if client is None or not hmac.compare_digest(
        client.secret.encode(), secret.encode()
    ):
        raise oauth_error("invalid_client", status=401)
    return client_id


def _grant_password(call: Call, client_id: str, form: dict) -> Grant:
    scope = _checked_scope(client_id, form.get("scope", ""))
    person = _log_in(call, form.get("username", ""), form.get("password", ""))
    if person is None:
        raise oauth_error("invalid_grant", "invalid_username_or_password")
    return Grant(person, client_id, scope)


def _grant_refresh(call: Call, client_id: str, form: dict) -> Grant:
    tokens = call.world.tokens
    grant = tokens.refresh.get(form.get("refresh_token", ""))
    if grant is None or grant.client_id != client_id:
        raise oauth_error("invalid_grant")
    del tokens.refresh[form["refresh_token"]]
    return Grant(grant.person, client_id, grant.scope)


def _grant_code(call: Call, client_id: str, form: dict) -> Grant:
    grant = call.world.tokens.codes.pop(form.get("code", ""), None)
    if (
        grant is None
        or grant.client_id != client_id
        or grant.redirect_uri != form.get("redirect_uri")
        or grant.code_challenge != _s256(form.get("code_verifier", ""))
        or call.world.now() >= grant.expires_at
    ):
        raise oauth_error("invalid_grant")
    return Grant(grant.person, client_id, grant.scope)


_GRANTS = {
    "password": _grant_password,
    "refresh_token": _grant_refresh,
    "authorization_code": _grant_code,
}


def _s256(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return _base64url(digest)


def _log_in(call: Call, username: str, password: str) -> Person | None:
    person = call.world.person_by_email(username)
    if person is None or not person.password:
        return None
    right = hmac.compare_digest(person.password.encode(), password.encode())
    return person if right else None


def _checked_scope(client_id: str, scope: str) -> str:
    wanted = scope.split()
    allowed = standing.CLIENTS[client_id].scopes
    if API_SCOPE not in wanted or not set(wanted) <= set(allowed):
        raise oauth_error("invalid_scope")
    return " ".join(wanted)


def _token_response(call: Call, grant: Grant) -> Response:
    tokens = call.world.tokens
    lifetime = call.world.settings.token_lifetime_s
    grant.expires_at = call.world.now() + timedelta(seconds=lifetime)
    access_token = _jwt(call, grant)
    tokens.access[access_token] = grant
    answer = {
        "access_token": access_token,
        "expires_in": lifetime,
        "token_type": "Bearer",
        "scope": grant.scope,
    }
    if OFFLINE_SCOPE in grant.scope.split():
        answer["refresh_token"] = secrets.token_hex(32).upper()
        tokens.refresh[answer["refresh_token"]] = grant
    return json_response(answer, headers={"Cache-Control": "no-store"})


def _jwt(call: Call, grant: Grant) -> str:
    now = int(call.world.now().timestamp())
    header = {"alg": "HS256", "typ": "at+jwt"}
    payload = {
        "iss": call.request.base_url,
        "aud": "user_api",
        "client_id": grant.client_id,
        # the identity server's own id of the person, not the platform's
        "sub": str(uuid5(NAMESPACE_OID, grant.person.id)),
        "scope": grant.scope.split(),
        "nbf": now,
        "iat": now,
        "exp": int(grant.expires_at.timestamp()),
        "jti": secrets.token_hex(8),
    }
    parts = (_base64url(json.dumps(part).encode()) for part in (header, payload))
    signed = ".".join(parts)
    signature = hmac.digest(_SIGNING_KEY, signed.encode(), "sha256")
    return f"{signed}.{_base64url(signature)}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


# the interactive flow -----------------------------------------------------------------


@ROUTES.on("GET", "/connect/authorize")
def authorize(call: Call) -> Response:
    """The login form, or back to the application with what is wrong."""
    params = call.request.params
    problem = _authorize_problem(params)
    return _redirect(params, error=problem) if problem else _login_form(call)


@ROUTES.on("POST", "/connect/authorize")
def log_in(call: Call) -> Response:
    """The login form, filled in: back to the application with a code."""
    params = call.request.params
    problem = _authorize_problem(params)
    if problem:
        return _redirect(params, error=problem)
    form = call.request.form
    person = _log_in(call, form.get("username", ""), form.get("password", ""))
    if person is None:
        return _login_form(call, "The e-mail address or the password is wrong.")
    code = secrets.token_hex(32).upper()
    call.world.tokens.codes[code] = Grant(
        person=person,
        client_id=params["client_id"],
        scope=params["scope"],
        expires_at=call.world.now() + CODE_LIFETIME,
        redirect_uri=params["redirect_uri"],
        code_challenge=params["code_challenge"],
    )
    return _redirect(params, code=code)


def _authorize_problem(params: dict) -> str | None:
    """An OAuth error that may be told to the application, if there is one.

    :raises Refused: the client or its redirect URI is unknown: nobody to tell
    """
    client = standing.CLIENTS.get(params.get("client_id", ""))
    host = urlsplit(params.get("redirect_uri", "")).hostname
    # every client here has registered "this machine", on any port and path
    if client is None or host not in ("127.0.0.1", "localhost"):
        raise oauth_error("unauthorized_client", "unknown client or redirect_uri")
    if params.get("response_type") != "code":
        return "unsupported_response_type"
    wanted = params.get("scope", "").split()
    if API_SCOPE not in wanted or not set(wanted) <= set(client.scopes):
        return "invalid_scope"
    if (
        not params.get("code_challenge")
        or params.get("code_challenge_method") != "S256"
    ):
        return "invalid_request"
    return None


def _redirect(params: dict, **answer) -> Response:
    if "state" in params:
        answer["state"] = params["state"]
    uri = urlsplit(params["redirect_uri"])
    query = urlencode(parse_qsl(uri.query) + list(answer.items()))
    return Response(302, headers={"Location": uri._replace(query=query).geturl()})


def _login_form(call: Call, problem: str = "") -> Response:
    html = f"""<!doctype html><meta charset="utf-8"><title>Salto KS: log in</title>
<meta name="viewport" content="width=device-width">
<body style="font:16px system-ui;max-width:20rem;margin:15vh auto;padding:0 1rem">
<h1>Log in</h1><p style="color:#b3261e">{escape(problem)}</p>
<form method="post" action="?{escape(call.request.query)}">
<p><label>E-mail<br><input name="username" type="email" required></label></p>
<p><label>Password<br><input name="password" type="password" required></label></p>
<button>Log in</button></form></body>"""
    return Response(200, html.encode(), "text/html; charset=utf-8")
