from odoo import models


class ResourceBookingType(models.Model):
    """A type that belongs to no company has bookings of several: none of these changes
    hands, or goes, with it."""

    _inherit = "resource.booking.type"

    def write(self, vals):
        if "company_id" in vals:
            self._salto_ks_check_bookings()
        return super().write(vals)

    def unlink(self):
        self._salto_ks_check_bookings()
        return super().unlink()

    def _salto_ks_check_bookings(self):
        bookings = self.env["resource.booking"].sudo().with_context(active_test=False)
        found = bookings.search([("type_id", "in", self.ids)])
        found.with_env(self.env)._salto_ks_check_own()
