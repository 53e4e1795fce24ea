from odoo import api, fields, models
from odoo.exceptions import AccessError


class ResourceBooking(models.Model):
    """Whose booking it is."""

    _inherit = "resource.booking"

    salto_ks_company_id = fields.Many2one(
        "res.company",
        compute="_compute_salto_ks_company_id",
        store=True,
        # Computed as the booking is made, and never from what somebody sends along.
        precompute=True,
        copy=False,
        index="btree_not_null",
        help="The company that the booking was made in. Where its type belongs to no "
        "company, guests open doors of this one only.",
    )

    def _compute_salto_ks_company_id(self):
        """Depends on nothing: who edits a booking later does not make it theirs.

        Bookings that were there before this addon are their organizer's company's.
        """
        for booking in self:
            is_new = not booking._origin
            company = self.env.company if is_new else booking.user_id.company_id
            booking.salto_ks_company_id = company

    @api.model_create_multi
    def create(self, vals_list):
        bookings = super().create(vals_list)
        bookings._salto_ks_check_rooms()
        return bookings

    def write(self, vals):
        """A booking does not go to where the one who writes may not book."""
        result = super().write(vals)
        if vals.keys() & {"type_id", "combination_id"}:
            self.check_access("write")
            self._salto_ks_check_rooms()
        return result

    def _salto_ks_check_rooms(self):
        """
        :raises AccessError: a room of another company is booked
        """
        if not self.env.su:
            rooms = self.sudo().combination_id.resource_ids
            companies = rooms.company_id
            if companies - self.env.companies:
                raise AccessError(
                    self.env._(
                        "A resource of another company is booked here: choose another "
                        "combination, or switch to that company."
                    )
                )
