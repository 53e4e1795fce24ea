from odoo import fields, models

from .resource_booking_combination import LONGEST_GRACE

# What says whose room it is, and whether it is one.
WATCHED = {"active", "resource_type", "user_id", "company_id"}


class ResourceResource(models.Model):
    """A room of no company is everybody's to book; while somebody's booking is there,
    it stays what it is."""

    _inherit = "resource.resource"

    def write(self, vals):
        if WATCHED & vals.keys():
            self._salto_ks_check_bookings()
        return super().write(vals)

    def unlink(self):
        self._salto_ks_check_bookings()
        return super().unlink()

    def _salto_ks_check_bookings(self):
        found = (
            self.env["resource.booking"]
            .sudo()
            .search(
                [
                    ("combination_id.resource_ids", "in", self.ids),
                    ("stop", ">=", fields.Datetime.now() - LONGEST_GRACE),
                ]
            )
        )
        found.with_env(self.env)._salto_ks_check_own()
