from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...tools import platform_settings
from ...tools.secret_field import Secret
from ..opening import opening_retention

# Whatever the page shows is administrators' alone.
ADMINISTRATORS = "base.group_system"


class ResConfigSettings(models.TransientModel):
    """Settings › Salto KS: what Salto gave this Odoo, for each environment.

    A value from the server's environment variables wins; the page says so.
    """

    _inherit = "res.config.settings"

    salto_ks_acceptance_client_id = fields.Char(
        "Acceptance client ID",
        config_parameter=platform_settings.parameter_name("acceptance", "client_id"),
        groups=ADMINISTRATORS,
    )
    salto_ks_acceptance_client_secret = Secret(
        "Acceptance client secret",
        compute="_compute_salto_ks_secrets",
        inverse="_inverse_salto_ks_acceptance_client_secret",
        groups=ADMINISTRATORS,
    )
    salto_ks_acceptance_identity_url = fields.Char(
        "Acceptance identity URL",
        config_parameter=platform_settings.parameter_name("acceptance", "identity_url"),
        groups=ADMINISTRATORS,
    )
    salto_ks_acceptance_api_url = fields.Char(
        "Acceptance API URL",
        config_parameter=platform_settings.parameter_name("acceptance", "api_url"),
        groups=ADMINISTRATORS,
    )
    salto_ks_production_client_id = fields.Char(
        "Production client ID",
        config_parameter=platform_settings.parameter_name("production", "client_id"),
        groups=ADMINISTRATORS,
    )
    salto_ks_production_client_secret = Secret(
        "Production client secret",
        compute="_compute_salto_ks_secrets",
        inverse="_inverse_salto_ks_production_client_secret",
        groups=ADMINISTRATORS,
    )
    salto_ks_production_identity_url = fields.Char(
        "Production identity URL",
        config_parameter=platform_settings.parameter_name("production", "identity_url"),
        groups=ADMINISTRATORS,
    )
    salto_ks_production_api_url = fields.Char(
        "Production API URL",
        config_parameter=platform_settings.parameter_name("production", "api_url"),
        groups=ADMINISTRATORS,
    )
    salto_ks_opening_retention_days = fields.Integer(
        "Keep openings",
        config_parameter=opening_retention.PARAMETER,
        groups=ADMINISTRATORS,
        help="Days that openings are kept as evidence; 0 keeps them for ever.",
    )
    salto_ks_acceptance_note = fields.Char(
        compute="_compute_salto_ks_notes", groups=ADMINISTRATORS
    )
    salto_ks_production_note = fields.Char(
        compute="_compute_salto_ks_notes", groups=ADMINISTRATORS
    )

    @api.model
    def default_get(self, fields):
        """Settings are read by asking for the defaults of a new page. Odoo lets anybody
        ask, so here the groups of the fields have to be looked at."""
        return super().default_get(
            [
                name
                for name in fields
                if name not in self._fields
                or self._has_field_access(self._fields[name], "read")
            ]
        )

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
        vault = self.env["salto.ks.vault"].sudo()
        name = f"salto_ks_{environment}_client_secret"
        for settings in self.filtered(name):
            place = settings._salto_ks_place(environment)
            vault._put(f"client_secret_{environment}", None, settings[name], place)
        # Or else this transaction would still answer with what was typed.
        self.invalidate_recordset([name])

    def _salto_ks_place(self, environment):
        """Where Salto is, by what stands on the page."""
        typed = {
            name: self[f"salto_ks_{environment}_{name}"]
            for name in platform_settings.ADDRESS_NAMES
        }
        return platform_settings.find_place(self.env, environment, typed)

    @api.depends(
        "salto_ks_acceptance_identity_url",
        "salto_ks_acceptance_api_url",
        "salto_ks_production_identity_url",
        "salto_ks_production_api_url",
    )
    @api.depends_context("uid")
    def _compute_salto_ks_notes(self):
        for settings in self:
            settings.salto_ks_acceptance_note = settings._salto_ks_note("acceptance")
            settings.salto_ks_production_note = settings._salto_ks_note("production")

    def _salto_ks_note(self, environment):
        """Says what is set although the page does not show it."""
        notes = []
        vault = self.env["salto.ks.vault"].sudo()
        kind = f"client_secret_{environment}"
        if vault._has(kind, None, self._salto_ks_place(environment)):
            notes.append(self.env._("A client secret is stored."))
        elif vault._has(kind):
            notes.append(
                self.env._(
                    "The client secret was entered for another address: Odoo does not "
                    "send it here. Enter it again."
                )
            )
        fixed = [
            platform_settings.variable_name(environment, name)
            for name in platform_settings.SETTING_NAMES
            if platform_settings.variable(environment, name)
        ]
        if fixed:
            notes.append(
                self.env._(
                    "The server sets these, whatever stands here: %s.",
                    ", ".join(fixed),
                )
            )
        return " ".join(notes)
