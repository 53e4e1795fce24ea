"""The account's token: kept, renewed in time, and by one at a time."""

from datetime import timedelta

from .credentials import Account, Platform
from .errors import LoginRefused, LostAnswer
from .identity import IdentityServer
from .redaction import logger
from .tokens import MemoryTokenStore, Token, TokenStore
from .transport import Http

__all__ = [
    "Account",
    "MemoryTokenStore",
    "Platform",
    "Token",
    "TokenSource",
    "TokenStore",
]

# A token with less life left than this might die on its way.
_RENEW_BEFORE = timedelta(seconds=60)


class TokenSource:
    """Gives out the token of one account.

    :param store: shared by all who use this account, in this process or another
    """

    def __init__(
        self, platform: Platform, account: Account, store: TokenStore, http: Http
    ) -> None:
        self._account = account
        self._store = store
        self._clock = http.clock
        self._identity = IdentityServer(platform, http)

    def get(self) -> Token:
        """Return a token that lives for a minute at least, renewed if need be.

        :raises LoginRefused: when the identity server gives none
        :raises KsError: when the identity server cannot be asked
        """
        token = self._store.load()
        if token and self._lives(token):
            return token
        return self._renew()

    def replace(self, spent: Token) -> Token:
        """Return a token other than ``spent``, which the Connect API has refused.

        Raises as :meth:`get` does.
        """
        return self._renew(spent)

    def login(self) -> Token:
        """Log in with the password, whatever token there is, and keep the new one.

        Raises as :meth:`get` does.
        """
        with self._store.exclusive() as store:
            token = self._identity.by_password(self._account)
            store.save(token)
        return token

    def _renew(self, spent: Token | None = None) -> Token:
        with self._store.exclusive() as store:
            stored = store.load()
            # somebody else was faster, while this one waited for its turn
            if stored and self._lives(stored) and not _same(stored, spent):
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

    def _lives(self, token: Token) -> bool:
        return token.expires_at - self._clock.now() >= _RENEW_BEFORE


def _same(token: Token, other: Token | None) -> bool:
    return other is not None and token.access_token == other.access_token
