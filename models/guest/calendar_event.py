from odoo import models

# What says when a booking is, and for whom.
WATCHED = {
    "active",
    "allday",
    "attendee_ids",
    "duration",
    "partner_ids",
    "privacy",
    "recurrence_id",
    "recurrency",
    "resource_booking_ids",
    "start",
    "start_date",
    "stop",
    "stop_date",
    "user_id",
}


class CalendarEvent(models.Model):
    """The meeting of a booking. Every colleague may write in the calendar; whose doors
    open when is for those who may change the booking."""

    _inherit = "calendar.event"

    def write(self, vals):
        if WATCHED & vals.keys():
            self._salto_ks_check_bookings()
        return super().write(vals)

    def unlink(self):
        self._salto_ks_check_bookings()
        return super().unlink()

    def _salto_ks_check_bookings(self):
        """
        :raises AccessError: the caller may not change the bookings of these meetings
        """
        bookings = self.sudo().resource_booking_ids
        if bookings and not self.env.su:
            bookings.with_env(self.env).check_access("write")
