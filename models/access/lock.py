from odoo import models

MAPPED = [("combination_id", "!=", False)]


class SaltoKsLock(models.Model):
    _inherit = "salto.ks.lock"

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self.env["salto.ks.access.note"]._note_upcoming(MAPPED)
        return result
