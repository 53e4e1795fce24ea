from odoo import models

from ..tools import evidence


class PartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        # References were moved behind the ORM's back.
        self.env["res.partner"].browse(partner_ids).exists()._note_salto_ks_access()
        return result

    def _update_foreign_keys(self, src_partners, dst_partner):
        # Whom evidence names stays; the contact that it leads to is another one now.
        with evidence.unlocked(self.env):
            return super()._update_foreign_keys(src_partners, dst_partner)
