"""The account's token: kept where all threads and workers share it, renewed in time,
and by one at a time."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeGuard

from .credentials import Account, Platform
from .errors import LoginRefused, LostAnswer
from .identity import IdentityServer, Token
from .redaction import logger
from .transport import Http


class MemoryTokenStore:
    """Where the token of one account is kept: here, for one process. Whoever shares it
    with others hands in something with the same methods."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._token: Token | None = None

    def load(self) -> Token | None:
        """Return the token as last stored; inside :meth:`exclusive` the newest one."""
        return self._token

    def save(self, token: Token | None) -> None:
        """Store a token. Only inside :meth:`exclusive`; durable when that is left."""
        self._token = token

    @contextmanager
    def exclusive(self) -> "Iterator[MemoryTokenStore]":
        """Keep every other thread and worker out, while inside."""
        with self._lock:
            yield self


class TokenSource:
    """Gives out the token of one account.

    :param store: shared by all who use this account, in this process or another
    """

    def __init__(
        self, platform: Platform, account: Account, store: MemoryTokenStore, http: Http
    ) -> None:
        self._account = account
        self._store = store
        self._clock = http.clock
        self._identity = IdentityServer(platform, http)

    def get(self) -> Token:
        """Return a token that lives for a minute at least, renewed if need be.

        Raises as the methods of :class:`.identity.IdentityServer` do.
        """
        token = self._store.load()
        return token if self._lives(token) else self._renew()

    def replace(self, spent: Token) -> Token:
        """Return a token other than ``spent``, which the Connect API has refused."""
        return self._renew(spent)

    def login(self) -> Token:
        """Log in with the password, whatever token there is, and keep the new one."""
        with self._store.exclusive() as store:
            token = self._identity.by_password(self._account)
            store.save(token)
        return token

    def _renew(self, spent: Token | None = None) -> Token:
        with self._store.exclusive() as store:
            stored = store.load()
            # somebody else was faster, while this one waited for its turn
            refused = spent and spent.access_token
            if self._lives(stored) and stored.access_token != refused:
                return stored
            token = self._fetch(stored)
            # at once: the refresh token it came by is spent, only this one counts now
            store.save(token)
        return token

    def _fetch(self, stored: Token | None) -> Token:
        if stored and stored.refresh_token:
            try:
                return self._identity.by_refresh_token(stored.refresh_token)
            except LostAnswer as error:
                # it may be spent now, and the one that followed it is lost
                logger.info("Logging in again, because the renewal failed: %s", error)
            except LoginRefused as error:
                if error.code != "invalid_grant":
                    raise
        return self._identity.by_password(self._account)

    def _lives(self, token: Token | None) -> TypeGuard[Token]:
        return token is not None and self._clock.now() <= token.renew_at
