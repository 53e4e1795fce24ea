from contextlib import contextmanager

from ..connect import NotSent, Token
from .platform_settings import Place, SecretHeldBack
from .transactions import StillBusy, durably, exclusively


class VaultTokenStore:
    """Keeps an integration's token in the vault, for all workers.

    Always through transactions of its own: a refresh token is spent the moment it
    is used, so its successor must survive whatever becomes of the request.

    :param integration: as superuser
    :param salto: connect.Platform; a token that came from elsewhere is none
    """

    def __init__(self, integration, salto):
        self._integration = integration
        self._place = Place(salto.identity_url, salto.api_url)

    def load(self):
        with durably(self._integration) as integration:
            vault = integration.env["salto.ks.vault"]
            try:
                text = vault._get_for("token", integration, self._place)
            except SecretHeldBack:
                return None
            return text and Token.from_json(text)

    def save(self, token):
        with durably(self._integration) as integration:
            integration.env["salto.ks.vault"]._put(
                "token", integration, token and token.to_json(), self._place
            )

    @contextmanager
    def exclusive(self):
        try:
            with exclusively(
                self._integration.env, "salto.ks.token", self._integration.id
            ):
                yield self
        except StillBusy:
            raise NotSent("Another worker has been logging in for too long") from None
