from odoo import models


class PartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        # References were moved behind the ORM's back.
        self.env["res.partner"].browse(partner_ids).exists()._note_salto_ks_access()
        return result
