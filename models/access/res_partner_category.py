from odoo import models


class ResPartnerCategory(models.Model):
    """Tags may be given and taken from their side, too."""

    _name = "res.partner.category"
    _inherit = ["res.partner.category", "salto.ks.access.cause"]
    _salto_ks_causes = frozenset({"partner_ids", "active"})

    def _salto_ks_affected(self):
        return self.sudo().partner_ids._salto_ks_affected()
