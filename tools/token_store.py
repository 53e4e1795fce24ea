from contextlib import contextmanager

from ..connect.errors import NotSent
from ..connect.identity import Token
from .transactions import StillBusy, advisory_lock, own_transaction


class VaultTokenStore:
    """Keeps an integration's token in the vault, for all workers.

    Always through transactions of its own: a refresh token is spent the moment it
    is used, so its successor must survive whatever becomes of the request.

    :param integration: as superuser
    :param salto: connect.Platform; a token that came from elsewhere is none
    :ivar version: what the vault held when the token was loaded or saved last
    """

    def __init__(self, integration, salto):
        self._integration = integration
        self._salto = salto
        self.version = None

    def load(self):
        with own_transaction(self._integration) as integration:
            vault = integration.env["salto.ks.vault"]
            row = vault._find("token", owner=integration)["token"]
            self.version = row.ciphertext
            place = (row.identity_url, row.api_url)
            ours = place == (self._salto.identity_url, self._salto.api_url)
            text = ours and row._decrypted()
            return Token.from_json(text) if text else None

    def save(self, token):
        with own_transaction(self._integration) as integration:
            row = integration.env["salto.ks.vault"]._put(
                "token", integration, token and token.to_json(), self._salto
            )
            self.version = row.ciphertext

    @contextmanager
    def exclusive(self):
        try:
            with advisory_lock(
                self._integration.env, "salto.ks.token", self._integration.id
            ):
                yield self
        except StillBusy:
            raise NotSent("Another worker has been logging in for too long") from None
