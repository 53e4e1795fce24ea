from odoo import fields, models
from odoo.exceptions import AccessError

from ..models.opening.resource_booking_verdict import USER_GROUP
from ..tools import evidence


class PartnerMerge(models.TransientModel):
    _inherit = "base.partner.merge.automatic.wizard"

    def _merge(self, partner_ids, dst_partner=None, extra_checks=True):
        partners = self.env["res.partner"].browse(partner_ids)
        self._check_salto_ks_merge(partners)
        self._forget_salto_ks_twins(partners)
        result = super()._merge(partner_ids, dst_partner, extra_checks)
        # References were moved behind the ORM's back.
        partners.exists()._note_salto_ks_access()
        return result

    def _check_salto_ks_merge(self, partners):
        """Whoever merges contacts decides who gets in: one stands for the others.

        :raises AccessError: one of them has bookings to come, and the caller does not
            have the right to open doors
        """
        if self.env.su or self.env.user.has_group(USER_GROUP):
            return
        bookings = self.env["resource.booking"].sudo()
        coming = [("stop", ">", fields.Datetime.now())]
        if bookings.search_count(
            [("partner_ids", "in", partners.ids), *coming], limit=1
        ):
            raise AccessError(
                self.env._(
                    "One of these contacts has a booking, which opens doors: somebody "
                    "with the right 'Salto KS: open doors' has to merge them."
                )
            )

    def _forget_salto_ks_twins(self, partners):
        """Contacts that are one and the same user at Salto keep one row for it."""
        users = self.env["salto.ks.user"].sudo()
        known = users.search(
            [("partner_id", "in", partners.ids), ("user_uuid", "!=", False)]
        )
        for same in known.grouped(
            lambda one: (one.integration_id, one.user_uuid)
        ).values():
            same[1:].unlink()

    def _update_foreign_keys(self, src_partners, dst_partner):
        # Whom evidence names stays; the contact that it leads to is another one now.
        with evidence.unlocked(self.env):
            return super()._update_foreign_keys(src_partners, dst_partner)
