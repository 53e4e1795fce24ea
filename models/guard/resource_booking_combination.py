from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import AccessError

# People may have access for so long after a booking's end.
LONGEST_GRACE = timedelta(days=1)


class ResourceBookingCombination(models.Model):
    """Combinations belong to no company. What is booked of one says which doors open:
    it is changed by those whose bookings they are."""

    _inherit = "resource.booking.combination"

    def write(self, vals):
        self._salto_ks_check_bookings()
        result = super().write(vals)
        if "resource_ids" in vals:
            self._salto_ks_check_resources()
        return result

    def unlink(self):
        self._salto_ks_check_bookings()
        return super().unlink()

    def _salto_ks_check_bookings(self):
        bookings = self.env["resource.booking"].sudo()
        found = bookings.search(
            [
                ("combination_id", "in", self.ids),
                ("stop", ">=", fields.Datetime.now() - LONGEST_GRACE),
            ]
        )
        found.with_env(self.env)._salto_ks_check_own()

    def _salto_ks_check_resources(self):
        """
        :raises AccessError: a resource of another company is put in
        """
        companies = self.sudo().resource_ids.company_id
        if not self.env.su and companies - self.env.companies:
            raise AccessError(
                self.env._("A resource of another company cannot be part of this.")
            )
