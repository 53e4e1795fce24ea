from odoo import api, models

MAPPED = [("combination_id", "!=", False)]


class SaltoKsMapping(models.Model):
    _inherit = "salto.ks.mapping"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._note_access()
        return rows

    def write(self, vals):
        result = super().write(vals)
        self._note_access()
        return result

    def unlink(self):
        self._note_access()
        return super().unlink()

    def _note_access(self):
        # A general row may count for any booking: all are looked at, and few change.
        self.env["salto.ks.access.note"]._note_upcoming(MAPPED)
