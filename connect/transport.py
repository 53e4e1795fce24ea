"""The one road to the vendor: sends a request exactly once, and says what became of it.

Whether to try again is never decided here.
"""

import ipaddress
import time
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from .errors import ConfigurationError, KsError, LostAnswer, NotSent, refusal
from .redaction import logger, redact

_LONGEST_RETRY = 86_400.0  # seconds
_HEADERS = {"Accept": "application/json", "User-Agent": "resource_booking_salto_ks"}


def utc_now() -> datetime:
    return datetime.now(timezone.utc)


class Clock:
    """Our clock against the vendor's, by the Date headers of answers: an OTP lives by
    the vendor's.

    :ivar skew: vendor's time minus ours, None while unknown
    """

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        self.now = now
        self.skew: timedelta | None = None

    def vendor_now(self) -> datetime:
        """Return the best estimate of the vendor's present time, never ahead of it."""
        return self.now() + (self.skew or timedelta())

    def note(self, date_header: str | None) -> None:
        """Learn from the Date header of an answer that has just come in.

        A server writes the header last, in whole seconds, cut off. So the estimate is
        behind by the way back and by less than a second: the safe side, because an OTP
        is good for minutes afterwards, but perhaps not a moment before.
        """
        try:
            date = parsedate_to_datetime(date_header or "")
        except (TypeError, ValueError):
            return
        if date.tzinfo is None:
            date = date.replace(tzinfo=timezone.utc)
        self.skew = date - self.now()


class Http:
    """Requests to the identity server and the Connect API.

    Parameters as of :class:`.api.ConnectApi`.
    """

    def __init__(self, *, timeout: float, now: Callable[[], datetime]) -> None:
        self.clock = Clock(now)
        self._timeout = timeout
        self._session = _Session()

    def prepare(self, method: str, url: str, **parts: Any) -> requests.PreparedRequest:
        """Return a request ready to be sent; ``parts`` as in :class:`requests.Request`.

        :raises ConfigurationError: when no request can be made of it
        """
        try:
            return self._session.prepare_request(requests.Request(method, url, **parts))
        except (requests.RequestException, ValueError):
            failure = ConfigurationError(f"No request can be made to {_address(url)}")
        raise failure

    def send(
        self, request: requests.PreparedRequest, *, fresh: bool = False
    ) -> requests.Response:
        """Send ``request`` once and return the answer, whatever its status.

        :param fresh: on a connection of its own. A server may close a connection that
            idled in the pool at the very moment it is used again, and then nobody knows
            whether the request was read; a new connection has no such past.
        :raises NotSent: when there was no connection
        :raises LostAnswer: when no whole answer came
        """
        if fresh:
            with _Session() as session:
                return self._send(session, request)
        return self._send(self._session, request)

    def _send(
        self, session: requests.Session, request: requests.PreparedRequest
    ) -> requests.Response:
        started = time.monotonic()
        try:
            response = session.send(
                request,
                timeout=self._timeout,
                allow_redirects=False,
                **_surroundings(session, request.url or ""),
            )
        except (OSError, HTTPError, ValueError) as error:
            failure = _failure(_action(request), error)
        else:
            self.clock.note(response.headers.get("Date"))
            ms = (time.monotonic() - started) * 1000
            logger.debug(
                "%d in %.0f ms: %s", response.status_code, ms, _action(request)
            )
            return response
        logger.debug("%s", failure)
        # Raised out here, so that the library's error, which holds the whole request,
        # is not chained to ours and printed with it.
        raise failure


def read_answer(response: requests.Response) -> Any:
    """Return the decoded JSON body of a 2xx answer, None for an empty one.

    :raises KsError: what any other answer stands for; :class:`.errors.LostAnswer` when
        it is not the Connect API that speaks, but a page or a redirect (which is never
        followed: a token goes to no other host)
    """
    failure = _objection(response)
    if failure:
        raise failure
    return decode(response)


def _objection(response: requests.Response) -> KsError | None:
    """Return what an answer other than a readable 2xx stands for.

    The answer's body stays in here: a traceback may be shown with its local variables.
    """
    action, status = _action(response.request), response.status_code
    body = decode(response)
    if status >= 400:
        retry_after = _seconds(response.headers.get("Retry-After"))
        return refusal(action, status, body, retry_after)
    if status >= 300:
        host = _host(response.headers.get("Location", ""))
        return LostAnswer(
            f"{action} was answered with a redirect to {host}, which is not followed",
            status=status,
        )
    return unreadable(response) if body is UNREADABLE else None


UNREADABLE = object()


def decode(response: requests.Response) -> Any:
    """Return the decoded JSON body, None for an empty one, else :data:`UNREADABLE`."""
    if not response.content.strip():
        return None
    try:
        return response.json()
    except ValueError:
        return UNREADABLE


def unreadable(response: requests.Response) -> LostAnswer:
    kind = response.headers.get("Content-Type", "no content type")
    return LostAnswer(
        f"{_action(response.request)} was answered with something that is not the"
        f" vendor's ({response.status_code}, {kind})",
        status=response.status_code,
    )


class _HttpsConnection(HTTPSConnection):
    """Tells a failed handshake from a failure after it, which urllib3 itself does not:
    before the end of the handshake nothing of the request has left.
    """

    # pylint: disable-next=missing-return
    def connect(self) -> None:
        try:
            super().connect()
        except (OSError, ValueError) as error:
            raise NewConnectionError(self, f"no secure connection: {error}") from error


class _HttpsConnectionPool(HTTPSConnectionPool):
    ConnectionCls = _HttpsConnection


class _Adapter(HTTPAdapter):
    # pylint: disable-next=missing-return
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": HTTPConnectionPool,
            "https": _HttpsConnectionPool,
        }


class _Session(requests.Session):
    def __init__(self) -> None:
        super().__init__()
        self.headers.update(_HEADERS)
        self.mount("https://", _Adapter())

    def get_redirect_target(self, resp: requests.Response) -> None:
        """Never look for one: even when told not to follow, requests would work out
        where to, and fail over a malformed address.
        """


def _surroundings(session: requests.Session, url: str) -> dict[str, Any]:
    """Return the proxy and the certificates that this machine prescribes."""
    settings = session.merge_environment_settings(url, {}, None, None, None)
    if is_loopback(url):
        # the only place where plain http is allowed, hence not for a proxy's eyes
        settings["proxies"] = {}
    return dict(settings)


def is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _failure(action: str, error: Exception) -> KsError:
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    if isinstance(reason, NewConnectionError | ConnectTimeoutError):
        detail = str(reason).partition(": ")[2] or str(reason)
        return NotSent(f"{action} was not sent: {redact(detail)}")
    if isinstance(error, requests.exceptions.ProxyError):
        return NotSent(f"{action} was not sent: the proxy gives no connection")
    return LostAnswer(f"{action} was sent, but no answer came ({type(error).__name__})")


def _action(request: requests.PreparedRequest) -> str:
    return f"{request.method} {_address(request.url or '')}"


def _address(url: str) -> str:
    parts = urlsplit(url)
    return redact(f"{parts.hostname}{parts.path}")


def _host(location: str) -> str:
    try:
        return urlsplit(location).hostname or "elsewhere"
    except ValueError:
        return "elsewhere"


def _seconds(retry_after: str | None) -> float | None:
    """Return a Retry-After header, seconds or a date, as seconds from now; a day at
    most, for what is longer is a mistake."""
    if not retry_after:
        return None
    if retry_after.strip().isdigit():
        return min(float(retry_after), _LONGEST_RETRY)
    try:
        date = parsedate_to_datetime(retry_after)
        return min(max(0.0, date.timestamp() - time.time()), _LONGEST_RETRY)
    except (TypeError, ValueError):
        return None
