from odoo import api, fields, models
from odoo.exceptions import ValidationError

from . import opening_retention, platform


class ResConfigSettings(models.TransientModel):
    """Settings › Salto KS: what Salto gave this Odoo, for each environment.

    A value from the server's environment variables wins; the page says so.
    """

    _inherit = "res.config.settings"

    salto_ks_acceptance_client_id = fields.Char(
        "Acceptance client ID",
        config_parameter=platform.parameter_name("acceptance", "client_id"),
    )
    salto_ks_acceptance_client_secret = fields.Char(
        "Acceptance client secret",
        compute="_compute_salto_ks_secrets",
        inverse="_inverse_salto_ks_acceptance_client_secret",
    )
    salto_ks_acceptance_identity_url = fields.Char(
        "Acceptance identity URL",
        config_parameter=platform.parameter_name("acceptance", "identity_url"),
    )
    salto_ks_acceptance_api_url = fields.Char(
        "Acceptance API URL",
        config_parameter=platform.parameter_name("acceptance", "api_url"),
    )
    salto_ks_production_client_id = fields.Char(
        "Production client ID",
        config_parameter=platform.parameter_name("production", "client_id"),
    )
    salto_ks_production_client_secret = fields.Char(
        "Production client secret",
        compute="_compute_salto_ks_secrets",
        inverse="_inverse_salto_ks_production_client_secret",
    )
    salto_ks_production_identity_url = fields.Char(
        "Production identity URL",
        config_parameter=platform.parameter_name("production", "identity_url"),
    )
    salto_ks_production_api_url = fields.Char(
        "Production API URL",
        config_parameter=platform.parameter_name("production", "api_url"),
    )
    salto_ks_opening_retention_days = fields.Integer(
        "Keep openings",
        config_parameter=opening_retention.PARAMETER,
        help="Days that openings are kept as evidence; 0 keeps them for ever.",
    )
    salto_ks_acceptance_note = fields.Char(compute="_compute_salto_ks_notes")
    salto_ks_production_note = fields.Char(compute="_compute_salto_ks_notes")

    @api.constrains("salto_ks_opening_retention_days")
    def _check_salto_ks_opening_retention_days(self):
        if any(one.salto_ks_opening_retention_days < 0 for one in self):
            raise ValidationError(
                self.env._(
                    "Openings are kept for a number of days, or for ever with 0."
                )
            )

    @api.depends_context("uid")
    def _compute_salto_ks_secrets(self):
        """Secrets are written, never shown."""
        self.salto_ks_acceptance_client_secret = False
        self.salto_ks_production_client_secret = False

    def _inverse_salto_ks_acceptance_client_secret(self):
        self._store_salto_ks_client_secret("acceptance")

    def _inverse_salto_ks_production_client_secret(self):
        self._store_salto_ks_client_secret("production")

    def _store_salto_ks_client_secret(self, environment):
        for settings in self:
            secret = settings[f"salto_ks_{environment}_client_secret"]
            if secret:
                self.env["salto.ks.vault"].sudo()._put(
                    f"client_secret_{environment}", None, secret
                )

    @api.depends_context("uid")
    def _compute_salto_ks_notes(self):
        self.salto_ks_acceptance_note = self._salto_ks_note("acceptance")
        self.salto_ks_production_note = self._salto_ks_note("production")

    def _salto_ks_note(self, environment):
        """Says what is set although the page does not show it."""
        notes = []
        if self.env["salto.ks.vault"].sudo()._has(f"client_secret_{environment}"):
            notes.append(self.env._("A client secret is stored."))
        fixed = [
            platform.variable_name(environment, name)
            for name in platform.SETTING_NAMES
            if platform.variable(environment, name)
        ]
        if fixed:
            notes.append(
                self.env._(
                    "The server sets these, whatever stands here: %s.",
                    ", ".join(fixed),
                )
            )
        return " ".join(notes)
