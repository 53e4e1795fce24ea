from odoo import api, models
from odoo.exceptions import AccessError


class CalendarAttendee(models.Model):
    """An answer to the invitation: that of a booking's guest confirms the booking."""

    _inherit = "calendar.attendee"

    @api.model_create_multi
    def create(self, vals_list):
        attendees = super().create(vals_list)
        answered = attendees.filtered(lambda one: one.state != "needsAction")
        answered._salto_ks_check_answer()
        return attendees

    def write(self, vals):
        watched = vals.keys() & {"state", "partner_id", "event_id"}
        if watched:
            self._salto_ks_check_answer(vals.get("state"))
        result = super().write(vals)
        if watched:
            # A row may have become the answer of somebody else's guest.
            self._salto_ks_check_answer(vals.get("state"))
        return result

    def unlink(self):
        self._salto_ks_check_answer()
        return super().unlink()

    def _salto_ks_check_answer(self, state=None):
        """
        :param state: the answer that is given
        :raises AccessError: the caller may not answer for the guests of a booking
        """
        if self.env.su:
            return
        for attendee in self:
            for booking in attendee.sudo().event_id.resource_booking_ids:
                is_guest = attendee.partner_id in booking.partner_ids
                if is_guest and not booking.with_env(self.env).has_access("write"):
                    attendee._salto_ks_check_own_answer(booking, state)

    def _salto_ks_check_own_answer(self, booking, state):
        """An internal guest answers as other guests do."""
        is_own = self.partner_id == self.env.user.partner_id
        if not is_own or state not in ("accepted", "declined", "tentative"):
            raise AccessError(
                self.env._("Only who may change the booking answers for its guests.")
            )
        refusal = state == "accepted" and booking._salto_ks_guest_refusal()
        if refusal:
            raise AccessError(refusal)
