from odoo.http import request, route

from odoo.addons.calendar.controllers.main import CalendarController

from .guest_access import require_post


class SaltoKsCalendar(CalendarController):
    """The invitation to a booking's meeting: accepting it confirms the booking.

    So it takes a POST, and only what a guest may change is changed. Programs that look
    at links before people do (mail scanners, previews) accept nothing.
    """

    @route()
    def accept_meeting(self, token, id, **kwargs):  # pylint: disable=redefined-builtin
        if self._salto_ks_bookings(token):
            return self._salto_ks_ask(token)
        return super().accept_meeting(token, id, **kwargs)

    @route()
    def accept_recurrence(self, token, id, **kwargs):  # pylint: disable=redefined-builtin
        if self._salto_ks_bookings(token):
            return self._salto_ks_ask(token)
        return super().accept_recurrence(token, id, **kwargs)

    @route(
        "/salto_ks/invitation/accept",
        type="http",
        auth="calendar",
        methods=["POST"],
    )
    def salto_ks_accept(self, token, **_kwargs):
        """Accept an invitation to a booking, as its guest."""
        require_post()
        attendee = self._salto_ks_attendee(token)
        if not self._salto_ks_refusal(attendee):
            attendee.do_accept()
        return request.redirect(
            f"/calendar/meeting/view?token={token}&id={attendee.event_id.id}"
        )

    def _salto_ks_ask(self, token):
        """A page on which a person accepts, or reads why not."""
        attendee = self._salto_ks_attendee(token)
        return request.render(
            "resource_booking_salto_ks.accept_invitation",
            {
                "attendee": attendee,
                "event": attendee.event_id,
                "refusal": self._salto_ks_refusal(attendee),
                "contact": self._salto_ks_bookings(token)[:1]._salto_ks_guest_contact(),
            },
        )

    def _salto_ks_attendee(self, token):
        attendees = request.env["calendar.attendee"].sudo()
        attendee = attendees.search([("access_token", "=", token)], limit=1)
        language = attendee.partner_id.lang or request.env.lang
        return attendee.with_context(lang=language)

    def _salto_ks_bookings(self, token):
        """The bookings that are confirmed if this guest accepts."""
        attendee = self._salto_ks_attendee(token)
        if request.env.user._is_internal():
            return attendee.event_id.resource_booking_ids.browse()
        return attendee.event_id.resource_booking_ids.filtered(
            lambda one: attendee.partner_id in one.partner_ids
        )

    def _salto_ks_refusal(self, attendee):
        for booking in self._salto_ks_bookings(attendee.access_token):
            refusal = booking._salto_ks_guest_refusal()
            if refusal:
                return refusal
        return ""
