from werkzeug.urls import url_encode

from odoo.exceptions import AccessError, MissingError
from odoo.http import request, route

from odoo.addons.resource_booking.controllers.portal import CustomerPortal

from ..models.portal import DOORS_ANCHOR

PAGE = "/my/bookings/<int:booking_id>"


class SaltoKsPortal(CustomerPortal):
    """The doors on the guest's page of a booking.

    Who may not see a booking gets one and the same answer, whether it exists or not.
    """

    def _get_booking_sudo(self, booking_id, access_token):
        # Only text of plain letters can be compared with a token. Anything else would
        # break off for bookings that exist, and so tell which do.
        if not isinstance(access_token, str) or not access_token.isascii():
            access_token = None
        return super()._get_booking_sudo(booking_id, access_token)

    def _booking_get_page_view_values(self, booking_sudo, access_token, **kwargs):
        values = super()._booking_get_page_view_values(
            booking_sudo, access_token, **kwargs
        )
        booking = booking_sudo._salto_ks_for_guest(request.env.user)
        notice = self._salto_ks_pop_notice(booking)
        values["salto_ks_page"] = booking._salto_ks_guest_page(notice)
        return values

    @route()
    def portal_booking_page(self, booking_id, access_token=None, **kwargs):
        response = super().portal_booking_page(booking_id, access_token, **kwargs)
        # Going back must show what holds now, not what held before the press.
        response.headers["Cache-Control"] = "no-store"
        return response

    @route(
        f"{PAGE}/doors",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    def portal_booking_doors(self, booking_id, access_token=None, **_kwargs):
        """The part of the page about doors, for the page's script to renew it.

        It tells what our rules say now. Salto is not asked.
        """
        try:
            booking_sudo = self._get_booking_sudo(booking_id, access_token)
        except (AccessError, MissingError):
            if not self._salto_ks_take("stranger"):
                return self._salto_ks_too_many()
            return request.make_response("", status=404)
        booking = booking_sudo._salto_ks_for_guest(request.env.user)
        return request.render(
            "resource_booking_salto_ks.portal_doors",
            {
                "booking_sudo": booking_sudo,
                "access_token": access_token,
                "salto_ks_page": booking._salto_ks_guest_page(),
            },
            headers={"Cache-Control": "no-store"},
        )

    @route(
        f"{PAGE}/doors/open",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    def portal_booking_open_door(
        self, booking_id, access_token=None, intent=None, **_kwargs
    ):
        """Open the door that the intent is for, once, and show the page again.

        What came of it is on record, and the page reads it there: a reload, a second
        post and the way back open nothing.
        """
        try:
            booking_sudo = self._get_booking_sudo(booking_id, access_token)
        except (AccessError, MissingError):
            if not self._salto_ks_take("stranger"):
                return self._salto_ks_too_many()
            return request.redirect("/my")
        booking = booking_sudo._salto_ks_for_guest(request.env.user)
        lock, key = booking._salto_ks_intended(intent)
        if not lock:
            self._salto_ks_put_notice(booking, "outdated")
        elif not (
            self._salto_ks_take("address") and self._salto_ks_take("booking", booking)
        ):
            self._salto_ks_put_notice(booking, "too_many")
        else:
            booking._salto_ks_press(lock, key)
        return request.redirect(self._salto_ks_page_url(booking, access_token))

    def _salto_ks_take(self, kind, booking=None):
        """Count a try of this address, or of a booking; False if it is one too many."""
        what = booking.id if booking else request.httprequest.remote_addr
        return request.env["salto.ks.portal.try"].sudo()._take(kind, what)

    def _salto_ks_too_many(self):
        return request.render("resource_booking_salto_ks.portal_too_many", status=429)

    def _salto_ks_page_url(self, booking, access_token):
        query = f"?{url_encode({'access_token': access_token})}" if access_token else ""
        return f"{booking.access_url}{query}#{DOORS_ANCHOR}"

    # A notice is for the next page only. What became of a press is no notice: that is
    # on record.

    def _salto_ks_put_notice(self, booking, notice):
        request.session["salto_ks_notice"] = [booking.id, notice]

    def _salto_ks_pop_notice(self, booking):
        about, notice = request.session.pop("salto_ks_notice", None) or (None, None)
        return notice if about == booking.id else None
