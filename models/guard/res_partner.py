from odoo import api, fields, models
from odoo.exceptions import AccessError

DESK = "resource_booking_salto_ks.group_salto_ks_user"


class ResPartner(models.Model):
    """Who attends a booking is changed on the booking, by those who may change it."""

    _inherit = "res.partner"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._salto_ks_check_bookings_of(vals)
        return super().create(vals_list)

    def write(self, vals):
        self._salto_ks_check_bookings_of(vals)
        if "parent_id" in vals:
            self._salto_ks_check_stays()
        return super().write(vals)

    def _salto_ks_check_bookings_of(self, vals):
        """
        :raises AccessError: attendees would change from the contact's side
        """
        if "resource_booking_ids" in vals and not self.env.su:
            raise AccessError(
                self.env._("Attendees are changed on the booking, not on the contact.")
            )

    def _salto_ks_check_stays(self):
        """Bookings are shown to the people of the same company as their guest: so a
        guest does not become somebody's colleague by the way.

        :raises AccessError: a contact with bookings to come is moved by somebody who
            may not open doors
        """
        if self.env.su or self.env.user.has_group(DESK):
            return
        bookings = self.env["resource.booking"].sudo()
        if bookings.search_count(
            [
                ("partner_ids", "in", self.ids),
                ("stop", ">=", fields.Datetime.now()),
            ],
            limit=1,
        ):
            raise AccessError(
                self.env._(
                    "This contact has bookings to come: people with the right to open "
                    "doors can change its company."
                )
            )
