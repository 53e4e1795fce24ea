from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS

from ...connect import KsClient, KsError
from ...connect.credentials import Account, Platform
from ...rules.times.moments import aware
from ...tools.token_store import VaultTokenStore
from ...wording.errors import error_sentence

# Clients keep their connections open; one per integration and process.
_clients = {}


class SaltoKsIntegration(models.Model):
    """How the addon talks to a site, and what it remembers of that."""

    _inherit = "salto.ks.integration"

    contact_ids = fields.One2many(
        "salto.ks.site.status", "integration_id", groups=NO_ACCESS
    )
    last_contact_at = fields.Datetime(related="contact_ids.last_contact_at")
    last_error = fields.Char(related="contact_ids.last_error")
    last_error_at = fields.Datetime(related="contact_ids.last_error_at")
    failing_since = fields.Datetime(related="contact_ids.failing_since")
    refused_account = fields.Char(related="contact_ids.refused_account")

    def _paused_until(self):
        """Until when Salto asked us to send nothing: an aware datetime, or None."""
        return aware(self.sudo().contact_ids[:1].paused_until)

    def _get_platform(self):
        """The salto.ks.platform of the site's environment, as superuser."""
        return self.env["salto.ks.platform"]._get_row(self.environment)

    def _client(self):
        """The client of this integration, with its connections and its token kept for
        as long as nothing changes of what it was made of.

        Raises as ``_identity`` does.
        """
        settings, token = self._read_settings()
        key = (self.env.cr.dbname, self.id)
        made_of, client, store = _clients.get(key, (None, None, None))
        if made_of != settings:
            platform, account = self._build_identity(settings)
            store = VaultTokenStore(self.sudo(), platform)
            client = KsClient(platform, account, store=store)
            _clients[key] = settings, client, store
        if token != store.version:
            # Somebody logged in, or forgot the token: in any worker.
            client.forget_token()
        return client

    def _identity(self):
        """Where Salto is, and who we are there: (connect.Platform, connect.Account).

        :raises UserError: settings, username or password are missing or were entered
            for another address, or this database is a copy that nobody has confirmed
        """
        return self._build_identity(self._read_settings()[0])

    def _read_settings(self):
        """What ``_identity`` is made of: ``(settings, username, password)``; and what
        the vault holds of the token."""
        self.ensure_one()
        self.check_access("write")
        integration = self.sudo()
        # A neutralized copy has forgotten all that was the original's: it may be set up
        # anew.
        if integration.is_copy and not integration.is_neutralized:
            raise UserError(integration.with_env(self.env)._copy_sentence())
        platform = integration._get_platform()
        place = platform._find_place()
        settings = platform._load_settings(place)
        vault = integration.env["salto.ks.vault"]
        rows = vault._find("password", "token", owner=integration)
        password = rows["password"]._decrypted_for(place)
        return (settings, integration.username, password), rows["token"].ciphertext

    def _build_identity(self, settings):
        platform, username, password = settings
        try:
            platform = Platform(**platform)
        except KsError as error:
            raise UserError(error_sentence(self.env, error)) from None
        if not username or not password:
            raise UserError(
                self.env._(
                    "Fill in the username and the password of the Salto account first."
                )
            )
        return platform, Account(username, password)

    def _call(self, question):
        """Put a question to Salto, and note whether the site answers.

        :param question: callable that takes the client
        :raises KsError: Salto did not answer or refused
        """
        self.ensure_one()
        client = self._client()
        try:
            answer = question(client)
        except KsError as error:
            self._note_contact(error)
            raise
        self._note_contact()
        return answer

    def _ask(self, question):
        """As ``_call``, for a person who waits for the answer.

        :raises UserError: Salto did not answer or refused, in a sentence
        """
        try:
            return self._call(question)
        except KsError as error:
            raise UserError(error_sentence(self.env, error)) from None

    def _note_contact(self, error=None):
        self.env["salto.ks.site.status"].sudo()._record_call(self, error)

    def _require_site(self):
        self.ensure_one()
        if not self.site_id:
            raise UserError(
                self.env._("Fill in the site UID and press Resolve site ID first.")
            )
        return self.site_id
