from odoo import models


class SaltoKsLock(models.Model):
    _name = "salto.ks.lock"
    _inherit = ["salto.ks.lock", "salto.ks.access.cause"]
    _salto_ks_causes = frozenset({"active", "mapping_ids", "is_common"})

    def _salto_ks_affected(self):
        return self.sudo().mapping_ids._salto_ks_affected()
