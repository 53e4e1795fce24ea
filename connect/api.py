"""How the Connect API is spoken (Connect API sheet, section 3): with a token, readings
repeated where that can help, lists page by page, and commands once: the two that are
signed are here.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

import requests
from authlib.integrations.requests_client import OAuth2Auth

from .credentials import Account, Platform, same_origin
from .errors import (
    ConfigurationError,
    KsError,
    LostAnswer,
    NotSent,
    RateLimited,
    Unavailable,
)
from .identity import Token
from .tokens import MemoryTokenStore, TokenSource
from .transport import Http, read_answer, utc_now

_PAUSES = (0.2, 0.8)  # seconds, before the second and the third try of a reading
_LONGEST_WAIT = 5.0  # seconds of Retry-After that are worth a wait
_MOST_PAGES = 500

# Signs a command: takes the vendor's present time, returns the OTP of the lock's IQ.
Signer = Callable[[datetime], str]


class ConnectApi:
    """Speaks to one environment of Salto KS as one user. Safe to share by threads.

    Paths are given in parts, e.g. ``("v1.2", "sites", site_uuid)``.

    :param store: where the token is kept; by default in this process's memory
    :param timeout: seconds, for connecting and for each wait for the server
    :param now: returns our own time, aware, in UTC
    """

    def __init__(
        self,
        platform: Platform,
        account: Account,
        store: MemoryTokenStore | None = None,
        *,
        timeout: float = 15.0,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._base_url = platform.api_url
        self._http = Http(timeout=timeout, now=now)
        if store is None:
            store = MemoryTokenStore()
        self._tokens = TokenSource(platform, account, store, self._http)
        self._token: Token | None = None

    @property
    def skew(self) -> timedelta | None:
        """Vendor's clock minus ours, from the last answer; None before the first."""
        return self._http.clock.skew

    def login(self) -> Token:
        """Log in with the password: proves that client and account are accepted."""
        self._token = self._tokens.login()
        return self._token

    def forget_token(self) -> None:
        """Have the next request look what token is in the store."""
        self._token = None

    # Readings

    def _get(self, *path: str) -> dict[str, Any]:
        """Return one object."""
        answer = self._read(self._url(path))
        if not isinstance(answer, dict):
            raise LostAnswer("The platform's answer is not the object asked for")
        return answer

    def _items(self, *path: str, **options: str) -> Iterator[dict[str, Any]]:
        """Yield a list's items; ``options`` are OData's, without their ``$``.

        The next page comes as a link or, for entries, as a token to hand back. A bare
        array is a list of one page.

        :raises ConfigurationError: when a page's link leads to another host
        """
        url = self._url(path)
        headers: dict[str, str] = {}
        params = {f"${name}": value for name, value in options.items()}
        seen: set[str] = set()
        while True:
            page = self._read(url, params=params, headers=headers)
            if isinstance(page, list):
                page = {"items": page}
            if not isinstance(page, dict) or not isinstance(page.get("items"), list):
                raise LostAnswer("The platform's answer is not the list asked for")
            yield from page["items"]
            following = page.get("continuation_token") or page.get("next_page_link")
            if not following:
                return
            if following in seen or len(seen) == _MOST_PAGES:
                raise LostAnswer("The platform's list does not end")
            seen.add(following)
            if page.get("continuation_token"):
                headers = {"CLP-Continuation-Token": following}
            else:
                url, params = self._own(following), {}

    def _read(self, url: str, **parts: Any) -> Any:
        def attempt() -> Any:
            return self._exchange(lambda token: self._request("GET", url, token, parts))

        for pause in _PAUSES:
            try:
                return attempt()
            except (NotSent, LostAnswer, Unavailable):
                time.sleep(pause)
            except RateLimited as error:
                if error.retry_after is None or error.retry_after > _LONGEST_WAIT:
                    raise
                time.sleep(error.retry_after)
        return attempt()

    # What has an effect: one request

    def _once(self, method: str, *path: str, **options: str) -> Any:
        """Send a request that must not be repeated; ``options`` go into the query."""
        url, parts = self._url(path), {"params": options}
        return self._exchange(
            lambda token: self._request(method, url, token, parts), fresh=True
        )

    def _change(
        self, method: str, *path: str, body: dict[str, Any] | None = None
    ) -> Any:
        """Send a change that is harmless to repeat, or that can be looked for.

        It is sent once, too, but over a connection that is kept open: whether a lost
        answer means that nothing happened, whoever calls finds out by reading.
        """
        url, parts = self._url(path), {} if body is None else {"json": body}
        return self._exchange(lambda token: self._request(method, url, token, parts))

    def _command(
        self, method: str, *path: str, body: Callable[[datetime], dict[str, str]]
    ) -> Any:
        """Send a signed command.

        :param body: makes the body, signed for the vendor's time that it is given;
            called at the last moment, with the token at hand
        """
        url = self._url(path)

        def signed(token: Token) -> requests.PreparedRequest:
            parts = {"json": body(self._http.clock.vendor_now())}
            return self._request(method, url, token, parts)

        with _preparing():
            self._learn_vendor_time()
        return self._exchange(signed, fresh=True)

    def _learn_vendor_time(self) -> None:
        """Make sure that the vendor's clock is known before anything is signed.

        An OTP of a wrong clock is a wrong OTP, and a few of those block the account.
        """
        if self._http.clock.skew is not None:
            return
        token = self._live_token()  # logging in tells the time, too
        if self._http.clock.skew is None:
            # whatever this answers, it carries a date
            self._http.send(self._request("GET", self._url(("v1.2", "me")), token))

    # The signed commands

    def put_pin(
        self, site_uuid: str, iq_id: str, *, sign: Signer, delta: str = "0000"
    ) -> None:
        """Activate an IQ for this account, and change its PIN by ``delta``.

        Sent once, like :meth:`unlock`.

        :param delta: of :func:`.otp.compute_delta`; ``0000`` keeps the PIN, and on an
            activated IQ only tests the OTP
        """
        path = ("v1.2", "sites", site_uuid, "iqs", iq_id, "pin")
        self._command("PUT", *path, body=lambda at: {"otp": sign(at), "delta": delta})

    def unlock(
        self, site_uuid: str, lock_id: str, *, sign: Signer
    ) -> dict[str, Any] | None:
        """Open a door; it locks itself again after seconds.

        The command is sent once. Only when the token is refused (401: before anything
        is done) it is signed and sent again with a new token, once. Whether the door
        may have opened is what ``left`` and ``answered`` of the error say.

        :param sign: called at the last moment, with the token already at hand
        :return: what the platform says about the lock, None when it says nothing
        """
        answer = self._command(
            "PATCH",
            *("v1.2", "sites", site_uuid, "locks", lock_id, "locking"),
            body=lambda at: {"locked_state": "unlocked", "otp": sign(at)},
        )
        return answer if isinstance(answer, dict) else None

    # Both

    def _exchange(
        self,
        request_with: Callable[[Token], requests.PreparedRequest],
        *,
        fresh: bool = False,
    ) -> Any:
        """Send a request with a token, after a 401 once more with a new one."""
        with _preparing():
            token = self._live_token()
        response = self._http.send(request_with(token), fresh=fresh)
        if response.status_code == requests.codes.unauthorized:
            with _preparing():
                token = self._token = self._tokens.replace(token)
            response = self._http.send(request_with(token), fresh=fresh)
        return read_answer(response)

    def _live_token(self) -> Token:
        """The token that this client had last, as long as it lives, or the store's."""
        token = self._token
        if token is None or self._http.clock.now() > token.renew_at:
            token = self._token = self._tokens.get()
        return token

    def _request(
        self, method: str, url: str, token: Token, parts: dict[str, Any] | None = None
    ) -> requests.PreparedRequest:
        bearer = OAuth2Auth({"access_token": token.access_token})
        return self._http.prepare(method, url, auth=bearer, **(parts or {}))

    def _url(self, path: tuple[str, ...]) -> str:
        return "/".join((self._base_url, *(quote(part, safe="") for part in path)))

    def _own(self, link: str) -> str:
        """Return ``link``, if it stays where the token may go."""
        if not same_origin(link, self._base_url):
            raise ConfigurationError(
                "The next page of a list is said to be on another host than the"
                " configured Connect API URL; the token is not sent there"
            )
        return link


def literal(text: str) -> str:
    """Return ``text`` as OData writes it in a filter."""
    escaped = text.replace("'", "''")
    return f"'{escaped}'"


@contextmanager
def _preparing() -> Iterator[None]:
    """Whatever fails in here, the request that is being prepared has not left."""
    try:
        yield
    except LostAnswer as error:
        raise NotSent(f"Not sent, because before it: {error}") from error
    except KsError as error:
        error.left = False
        raise
