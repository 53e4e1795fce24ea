from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..opening import opening_retention

# Whatever the page shows is administrators' alone.
ADMINISTRATORS = "base.group_system"


class ResConfigSettings(models.TransientModel):
    """Settings › Salto KS: how long evidence is kept."""

    _inherit = "res.config.settings"

    salto_ks_opening_retention_days = fields.Integer(
        "Keep openings",
        config_parameter=opening_retention.PARAMETER,
        groups=ADMINISTRATORS,
        help="Days that openings are kept as evidence; 0 keeps them indefinitely.",
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
                    "Openings are kept for a number of days, or indefinitely with 0."
                )
            )
