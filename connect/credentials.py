"""Where Salto KS is, and who we are there."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests

from .errors import ConfigurationError
from .transport import is_loopback


@dataclass(frozen=True)
class Platform:
    """One environment of Salto KS, and this application's registration in it.

    :raises ConfigurationError: when something is missing, or an address is not https
        (plain http is for loopback only)
    """

    client_id: str
    client_secret: str = field(repr=False)
    identity_url: str
    api_url: str

    def __post_init__(self) -> None:
        _require("client id", self.client_id)
        _require("client secret", self.client_secret)
        identity_url = _base_url("identity URL", self.identity_url)
        object.__setattr__(self, "identity_url", identity_url)
        object.__setattr__(self, "api_url", _base_url("Connect API URL", self.api_url))


@dataclass(frozen=True)
class Account:
    """The KS user that everything is done as; it needs the role ``site_admin``.

    :raises ConfigurationError: when one of both is missing
    """

    username: str
    password: str = field(repr=False)

    def __post_init__(self) -> None:
        _require("username", self.username)
        _require("password", self.password)


def same_origin(url: str, base_url: str) -> bool:
    """Whether ``url`` has exactly the scheme, host and port of ``base_url``."""
    try:
        return _origin(url) == _origin(base_url)
    except ValueError:
        return False


def _origin(url: str) -> tuple[str, str | None, int | None]:
    parts = urlsplit(url)
    default_port = {"https": 443, "http": 80}.get(parts.scheme)
    return parts.scheme, parts.hostname, parts.port or default_port


def _require(name: str, value: str) -> None:
    if not value:
        raise ConfigurationError(f"The {name} of Salto KS is missing")


def _base_url(name: str, url: str) -> str:
    problem = _problem(url)
    if problem:
        raise ConfigurationError(f"The {name} of Salto KS {problem}")
    return url.rstrip("/")


def _problem(url: str) -> str:
    """Return why ``url`` cannot be a base address, or an empty string."""
    if not url:
        return "is missing"
    try:
        requests.PreparedRequest().prepare_url(url, None)
        parts = urlsplit(url)
        _origin(url)  # fails when the port is no number
    except (requests.RequestException, ValueError):
        return "is not a web address"
    if "@" in parts.netloc or parts.query or parts.fragment:
        return "must be a plain address, without user, query or fragment"
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(url)):
        return "must begin with https"
    return ""
