from odoo import api, models


class IrConfigParameter(models.Model):
    """Whoever shortens the retention takes evidence away: that is on record, on
    whatever road it is done."""

    _inherit = "ir.config_parameter"

    @api.model_create_multi
    def create(self, vals_list):
        before = self.env["salto.ks.opening"]._retention_days()
        parameters = super().create(vals_list)
        self._log_salto_ks_retention(before)
        return parameters

    def write(self, vals):
        before = self.env["salto.ks.opening"]._retention_days()
        result = super().write(vals)
        self._log_salto_ks_retention(before)
        return result

    def unlink(self):
        before = self.env["salto.ks.opening"]._retention_days()
        result = super().unlink()
        self._log_salto_ks_retention(before)
        return result

    def _log_salto_ks_retention(self, before):
        after = self.env["salto.ks.opening"]._retention_days()
        if after != before:
            log = self.env["salto.ks.retention.log"]
            log._log("changed", days_before=before, days=after)
