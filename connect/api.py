"""How the Connect API is spoken (Connect API sheet, section 3): with a token, readings
repeated where that can help, lists page by page, and commands once.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from urllib.parse import quote

import requests
from authlib.integrations.requests_client import OAuth2Auth

from .auth import TokenSource
from .credentials import same_origin
from .errors import (
    ConfigurationError,
    KsError,
    LostAnswer,
    NotSent,
    RateLimited,
    Unavailable,
)
from .tokens import Token
from .transport import Http, read_answer

_PAUSES = (0.2, 0.8)  # seconds, before the second and the third try of a reading
_LONGEST_WAIT = 5.0  # seconds of Retry-After that are worth a wait
_MOST_PAGES = 500


class ConnectApi:
    """Paths are given in parts, e.g. ``("v1.2", "sites", site_id)``."""

    def __init__(self, base_url: str, tokens: TokenSource, http: Http) -> None:
        self._base_url = base_url
        self._tokens = tokens
        self._http = http

    # Readings

    def get(self, *path: str) -> dict[str, Any]:
        """Return one object."""
        answer = self._read(self._url(path))
        if not isinstance(answer, dict):
            raise LostAnswer("The platform's answer is not the object asked for")
        return answer

    def items(self, *path: str, **options: str) -> Iterator[dict[str, Any]]:
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

    def once(self, method: str, *path: str, **options: str) -> Any:
        """Send a request that must not be repeated; ``options`` go into the query."""
        url, parts = self._url(path), {"params": options}
        return self._exchange(
            lambda token: self._request(method, url, token, parts), fresh=True
        )

    def change(
        self, method: str, *path: str, body: dict[str, Any] | None = None
    ) -> Any:
        """Send a change that is harmless to repeat, or that can be looked for.

        It is sent once, too, but over a connection that is kept open: whether a lost
        answer means that nothing happened, whoever calls finds out by reading.
        """
        url, parts = self._url(path), {} if body is None else {"json": body}
        return self._exchange(lambda token: self._request(method, url, token, parts))

    def command(
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
        token = self._tokens.get()  # logging in tells the time, too
        if self._http.clock.skew is None:
            # whatever this answers, it carries a date
            self._http.send(self._request("GET", self._url(("v1.2", "me")), token))

    # Both

    def _exchange(
        self,
        request_with: Callable[[Token], requests.PreparedRequest],
        *,
        fresh: bool = False,
    ) -> Any:
        """Send a request with a token, after a 401 once more with a new one."""
        with _preparing():
            token = self._tokens.get()
        response = self._http.send(request_with(token), fresh=fresh)
        if response.status_code == requests.codes.unauthorized:
            with _preparing():
                token = self._tokens.replace(token)
            response = self._http.send(request_with(token), fresh=fresh)
        return read_answer(response)

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
