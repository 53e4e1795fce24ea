from odoo import api, models
from odoo.exceptions import AccessError

# The host's own mark, that a booking's appointment is being written along with it.
SYNCING = "syncing_booking_ids"
# What the host computes of appointment and attendees, and nobody types.
COMPUTED = {"state", "stop"}


class ResourceBooking(models.Model):
    """What nobody tells a booking from outside: that it needs no check of its time."""

    _inherit = "resource.booking"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            self._salto_ks_check_computed(vals)
        return super(ResourceBooking, self._salto_ks_without_mark()).create(vals_list)

    def write(self, vals):
        self._salto_ks_check_computed(vals)
        return super(ResourceBooking, self._salto_ks_without_mark()).write(vals)

    def _sync_meeting(self):
        """Here the mark is the host's; whoever calls may set any context."""
        marks = self.env.cr.cache
        marks[SYNCING] = marks.get(SYNCING, 0) + 1
        try:
            return super()._sync_meeting()
        finally:
            marks[SYNCING] -= 1

    def _salto_ks_without_mark(self):
        is_ours = self.env.su or self.env.cr.cache.get(SYNCING)
        if is_ours or SYNCING not in self.env.context:
            return self
        return self.with_context(**{SYNCING: ()})

    def _salto_ks_check_computed(self, vals):
        """
        :raises AccessError: somebody types what follows from the appointment
        """
        if not self.env.su and COMPUTED & vals.keys():
            raise AccessError(
                self.env._(
                    "A booking's state and end follow from its appointment: use the "
                    "buttons, or change its start or duration."
                )
            )

    def action_cancel(self):
        """The host empties the token, which is nobody's to read: an automation rule
        would read it before."""
        self.check_access("write")
        return super(ResourceBooking, self.sudo()).action_cancel()

    @api.depends_context("uid", "allowed_company_ids")
    def _compute_display_name(self):
        """The host names a booking by a guest whom another company may not see."""
        hidden = self.filtered(
            lambda one: one.id and not one.name and not one._salto_ks_is_own()
        )
        result = super(ResourceBooking, self - hidden)._compute_display_name()
        for booking in hidden:
            booking.display_name = booking.sudo().type_id.display_name
        return result

    def _salto_ks_is_own(self):
        """Does the booking belong to a company that the caller is working in? One that
        was made before there were companies is everybody's."""
        company = self._salto_ks_company()
        return self.env.su or not company or company in self.env.companies

    def _salto_ks_check_own(self):
        """
        :raises AccessError: one of these bookings is another company's
        """
        if not all(booking._salto_ks_is_own() for booking in self):
            raise AccessError(
                self.env._(
                    "Bookings of another company depend on this: people who work there "
                    "can change it."
                )
            )
