"""The identity server: trades credentials for tokens (Connect API sheet, section 2)."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

import requests
from authlib.integrations.requests_client import OAuth2Session, OAuthError

from .credentials import Account, Platform
from .errors import KsError, LoginRefused
from .transport import Http, decode, read_answer, unreadable

SCOPE = "user_api.full_access"
SCOPE_WITH_REFRESH = f"{SCOPE} offline_access"

# what may stand in a header; the library below would print any other token in its error
_HEADER_VALUE = re.compile(r"[!-~]+")

_RENEW_BEFORE = timedelta(seconds=60)


@dataclass(frozen=True)
class Token:
    """An access token of the Connect API.

    :param expires_at: by our own clock, aware, in UTC
    :param refresh_token: good for one renewal, after which there is a new one
    :ivar renew_at: from when on it might expire on its way
    """

    access_token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str | None = field(default=None, repr=False)
    renew_at: datetime = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "renew_at", self.expires_at - _RENEW_BEFORE)

    def to_json(self) -> str:
        """Return all of it, secrets included, as text; to be stored encrypted."""
        return json.dumps(
            {
                "access_token": self.access_token,
                "expires_at": self.expires_at.isoformat(),
                "refresh_token": self.refresh_token,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> "Token":
        values = json.loads(text)
        return cls(
            access_token=values["access_token"],
            expires_at=datetime.fromisoformat(values["expires_at"]),
            refresh_token=values["refresh_token"],
        )


class IdentityServer:
    """The grants that this package uses; they raise KsError when nobody answers."""

    def __init__(self, platform: Platform, http: Http) -> None:
        self._platform = platform
        self._http = http
        self._url = f"{platform.identity_url}/connect/token"

    def by_password(self, account: Account) -> Token:
        """Return a new token, with a refresh token where the client may have one.

        :raises LoginRefused: wrong client, account or scope; see its ``code``
        """
        try:
            return self._by_password(account, SCOPE_WITH_REFRESH)
        except LoginRefused as error:
            if error.code != "invalid_scope":
                raise
        return self._by_password(account, SCOPE)

    def _by_password(self, account: Account, scope: str) -> Token:
        return self._ask(
            lambda session: session.fetch_token(
                self._url,
                grant_type="password",
                username=account.username,
                password=account.password,
                scope=scope,
            )
        )

    def by_refresh_token(self, refresh_token: str) -> Token:
        """Return a new token; ``refresh_token`` is spent from the moment it is sent.

        :raises LoginRefused: ``invalid_grant`` when it was spent before or has expired
        """
        return self._ask(
            lambda session: session.refresh_token(
                self._url, refresh_token=refresh_token
            )
        )

    def _ask(self, flow: Callable[[OAuth2Session], dict[str, Any]]) -> Token:
        asked_at = self._http.clock.now()
        with _OAuthSession(self._platform, self._http) as session:
            try:
                return _token(flow(session), asked_at)
            except OAuthError as error:
                failure: KsError = _login_refused(
                    session.status, str(error.error), str(error.description or "")
                )
            except KsError as error:
                # the library's frames hold the password, and some log readers show them
                failure = error.with_traceback(None)
        raise failure


# Authlib rather than requests-oauthlib. Both do Basic client authentication and raise
# the server's `error` as a typed exception, but requests-oauthlib logs request bodies
# and tokens (so: the password) at debug level, takes a narrower scope for an error, and
# allows http to loopback only by a switch for the whole process.
class _OAuthSession(OAuth2Session):  # type: ignore[misc]
    """Authlib's flows, on this package's road to the vendor."""

    def __init__(self, platform: Platform, http: Http) -> None:
        # RFC 6749, 2.3.1: url-encoded first, which Authlib leaves to its caller
        super().__init__(
            client_id=quote_plus(platform.client_id),
            client_secret=quote_plus(platform.client_secret),
            token_endpoint_auth_method="client_secret_basic",
        )
        self._http = http
        self.status: int | None = None

    def send(
        self, request: requests.PreparedRequest, **_settings: Any
    ) -> requests.Response:
        response = self._http.send(request, fresh=True)
        self.status = response.status_code
        if not _is_oauth(response):
            self._raise_other(response)
        return response

    def _raise_other(self, response: requests.Response) -> None:
        """Judge an answer that is none of OAuth's before Authlib has to guess."""
        if response.status_code in (400, 401, 403):
            raise _login_refused(response.status_code)
        read_answer(response)
        raise unreadable(response)


def _is_oauth(response: requests.Response) -> bool:
    body = decode(response)
    if not isinstance(body, dict):
        return False
    if response.status_code in (400, 401):
        return isinstance(body.get("error"), str)
    return response.status_code == 200 and (
        isinstance(body.get("access_token"), str)
        and _HEADER_VALUE.fullmatch(body["access_token"]) is not None
        and isinstance(body.get("refresh_token"), str | None)
        and str(body.get("expires_in")).isdigit()
    )


def _login_refused(
    status: int | None, code: str | None = None, text: str = ""
) -> LoginRefused:
    said = f"{status}/{code} {text}".rstrip() if code else str(status)
    return LoginRefused(
        f"The identity server refuses to log in: {said}",
        status=status,
        code=code,
        vendor_text=text,
    )


def _token(answer: dict[str, Any], asked_at: datetime) -> Token:
    return Token(
        access_token=answer["access_token"],
        expires_at=asked_at + timedelta(seconds=int(answer["expires_in"])),
        refresh_token=answer.get("refresh_token"),
    )
