"""An access token, and the place that all threads and workers share it in."""

import json
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True)
class Token:
    """An access token of the Connect API.

    :param expires_at: by our own clock, aware, in UTC
    :param refresh_token: good for one renewal, after which there is a new one
    """

    access_token: str = field(repr=False)
    expires_at: datetime
    refresh_token: str | None = field(default=None, repr=False)

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


class TokenStore(Protocol):
    """Where the token of one account is kept, durably."""

    def load(self) -> Token | None:
        """Return the token as last stored; inside :meth:`exclusive` the newest one."""

    def save(self, token: Token | None) -> None:
        """Store a token. Only inside :meth:`exclusive`; durable when that is left."""

    def exclusive(self) -> "AbstractContextManager[TokenStore]":
        """Keep every other thread and worker out, while inside."""


class MemoryTokenStore:
    """A token store for one process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token: Token | None = None

    def load(self) -> Token | None:
        return self._token

    def save(self, token: Token | None) -> None:
        self._token = token

    @contextmanager
    def exclusive(self) -> "Iterator[MemoryTokenStore]":
        with self._lock:
            yield self
