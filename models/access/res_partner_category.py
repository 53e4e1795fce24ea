from odoo import models


class ResPartnerCategory(models.Model):
    """Tags may be given and taken from their side, too."""

    _name = "res.partner.category"
    _inherit = ["res.partner.category", "salto.ks.people.follower"]

    _salto_ks_watched = frozenset({"partner_ids", "active"})

    def _salto_ks_people(self):
        return self.sudo().partner_ids
