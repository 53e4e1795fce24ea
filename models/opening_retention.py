from datetime import timedelta

from odoo import api, fields, models

PARAMETER = "resource_booking_salto_ks.opening_retention_days"
# What one nightly run deletes at most; the next one goes on.
MOST_AT_ONCE = 10_000


class SaltoKsOpening(models.Model):
    """Evidence is kept for ever, unless the company says for how long."""

    _inherit = "salto.ks.opening"

    @api.model
    def _retention_days(self):
        """Days that openings are kept; 0 means for ever."""
        return int(self.env["ir.config_parameter"].sudo().get_param(PARAMETER) or 0)

    @api.autovacuum
    def _gc_openings(self):
        days = self._retention_days()
        if days <= 0:
            return
        before = fields.Datetime.now() - timedelta(days=days)
        self.search(
            [("requested_at", "<", before), ("state", "!=", "claimed")],
            limit=MOST_AT_ONCE,
        ).unlink()
