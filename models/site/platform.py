from odoo import api, fields, models

from ...tools import platform_settings
from ...tools.secret_field import Secret


class SaltoKsPlatform(models.Model):
    """The API client that Salto issued for this Odoo: one row an environment.

    A value from the server's environment variables wins; the note says so.
    """

    _name = "salto.ks.platform"
    _description = "Salto KS API client"
    _order = "environment"
    _rec_name = "environment"
    _environment_unique = models.UniqueIndex("(environment)")

    environment = fields.Selection(
        platform_settings.ENVIRONMENTS, required=True, readonly=True
    )
    client_id = fields.Char("Client ID")
    client_secret = Secret(
        compute="_compute_client_secret", inverse="_inverse_client_secret"
    )
    identity_url = fields.Char("Identity URL")
    api_url = fields.Char("API URL")
    salto_identity_url = fields.Char(compute="_compute_salto_urls")
    salto_api_url = fields.Char(compute="_compute_salto_urls")
    note = fields.Char("Remarks", compute="_compute_note")

    @api.depends("environment")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["environment"]._description_selection(self.env))
        for row in self:
            row.display_name = names.get(row.environment)

    @api.model
    def _get_row(self, environment):
        """The row of one environment, for superuser code."""
        names = ["client_id", *platform_settings.ADDRESS_NAMES]
        return self.sudo().search_fetch([("environment", "=", environment)], names)

    def _compute_client_secret(self):
        """Secrets are written, never shown."""
        self.client_secret = False

    def _inverse_client_secret(self):
        vault = self.env["salto.ks.vault"].sudo()
        for row in self.filtered("client_secret"):
            kind = f"client_secret_{row.environment}"
            vault._put(kind, None, row.client_secret, row._find_place())
        # Or else this transaction would still answer with what was typed.
        self.invalidate_recordset(["client_secret"])

    def _find_place(self):
        """Where Salto is, by what stands on the form, saved or not."""
        typed = {name: self[name] for name in platform_settings.ADDRESS_NAMES}
        return platform_settings.find_place(self.env, self.environment, typed)

    @api.depends("environment")
    def _compute_salto_urls(self):
        for row in self:
            urls = platform_settings.DEFAULT_URLS.get(row.environment, {})
            row.salto_identity_url = urls.get("identity_url")
            row.salto_api_url = urls.get("api_url")

    @api.depends("environment", *platform_settings.ADDRESS_NAMES)
    def _compute_note(self):
        for row in self:
            row.note = " ".join([*row._secret_notes(), *row._variable_notes()])

    def _secret_notes(self):
        vault = self.env["salto.ks.vault"].sudo()
        kind = f"client_secret_{self.environment}"
        if vault._has(kind, None, self._find_place()):
            return [self.env._("A client secret is stored.")]
        if vault._has(kind):
            return [
                self.env._(
                    "The client secret was entered for another address: Odoo does not "
                    "send it here. Enter it again."
                )
            ]
        return []

    def _variable_notes(self):
        fixed = [
            platform_settings.variable_name(self.environment, name)
            for name in platform_settings.SETTING_NAMES
            if platform_settings.variable(self.environment, name)
        ]
        if not fixed:
            return []
        return [
            self.env._(
                "Set by environment variables, which override the fields: %s.",
                ", ".join(fixed),
            )
        ]
