"""A contact changes: the access of their bookings is looked at."""

from odoo import fields, models

from ..opening.resource_booking_verdict import USER_GROUP


class ResPartner(models.Model):
    _inherit = "res.partner"

    salto_ks_tag = fields.Char(
        "Salto KS tag",
        copy=False,
        groups=USER_GROUP,
        help="Number of the tag that the person carries, as it is printed on it.",
    )

    def write(self, vals):
        result = super().write(vals)
        if {"name", "email", "active", "category_id", "salto_ks_tag"} & vals.keys():
            self._note_salto_ks_access()
        return result

    def unlink(self):
        self._note_salto_ks_access()
        return super().unlink()

    def _note_salto_ks_access(self):
        if self:
            notes = self.env["salto.ks.access.note"]
            notes._note_upcoming([("partner_ids", "in", self.ids)])
