from datetime import timezone

from dateutil.parser import isoparse
from werkzeug.exceptions import BadRequest
from werkzeug.urls import url_encode

from odoo.exceptions import ValidationError
from odoo.http import request, route

from odoo.addons.resource_booking.controllers.portal import CustomerPortal

from ..models.guest.resource_booking_key import KEY, MARK
from ..models.guest.resource_booking_page import DOORS_ANCHOR
from ..models.guest.resource_booking_token import ONLY_LOOKS
from ..wording.guest import (
    kept_copy_sentence,
    outdated_sentence,
    taken_sentence,
    too_many_sentence,
)
from .guest_access import GuestAccess, VoidLink, guest_page, require_post

PAGE = "/my/bookings/<int:booking_id>"


class SaltoKsPortal(GuestAccess, CustomerPortal):
    """The doors on the guest's page of a booking."""

    def _booking_get_page_view_values(self, booking_sudo, access_token, **kwargs):
        values = super()._booking_get_page_view_values(
            booking_sudo, access_token, **kwargs
        )
        booking = booking_sudo._salto_ks_for_guest(request.env.user)
        notice = self._salto_ks_pop_notice(booking)
        if MARK in kwargs:
            notice = kept_copy_sentence(booking.env)
        values["salto_ks_token"] = booking_sudo._portal_ensure_token()
        values["salto_ks_notice"] = notice
        values["salto_ks_contact"] = booking._salto_ks_guest_contact()
        values["salto_ks_page"] = booking._salto_ks_guest_page(
            self._salto_ks_link_end(booking_sudo)
        )
        # Beside doors with their times; a page without is the host's.
        doors = values["salto_ks_page"]
        values["salto_ks_dates"] = doors and booking._salto_ks_guest_dates()
        values["salto_ks_needs_link"] = (
            request.env.user._is_public() and booking_sudo.salto_ks_guests_open
        )
        return values

    @route()
    def home(self, **kw):
        """The portal's first page begins with the doors of today."""
        response = super().home(**kw)
        bookings = request.env["resource.booking"]
        cards = bookings._salto_ks_guest_cards(request.env.user)
        response.qcontext["salto_ks_cards"] = cards
        return response

    @route()
    @guest_page
    def portal_booking_page(self, booking_id, access_token=None, **kwargs):
        if KEY in kwargs:
            return self._salto_ks_arrive(booking_id, access_token, kwargs[KEY])
        return super().portal_booking_page(booking_id, access_token, **kwargs)

    def _salto_ks_arrive(self, booking_id, access_token, key):
        """Keep the key that came with the address, and go on without it."""
        if not self._salto_ks_keep_link(booking_id, key):
            try:
                self._get_booking_sudo(booking_id, access_token)
            except VoidLink:
                self._salto_ks_count_stranger()
                raise
        query = f"?{url_encode({'access_token': access_token})}" if access_token else ""
        return request.redirect(f"/my/bookings/{booking_id}{query}")

    @route(
        f"{PAGE}/doors",
        type="http",
        auth="public",
        methods=["GET"],
        website=True,
        sitemap=False,
    )
    @guest_page
    def portal_booking_doors(self, booking_id, access_token=None, **_kwargs):
        """The part of the page about doors, for the page's script to renew it.

        It tells what our rules say now. Salto is not asked.
        """
        booking_sudo = self._get_booking_sudo(booking_id, access_token)
        booking = booking_sudo._salto_ks_for_guest(request.env.user)
        link_end = self._salto_ks_link_end(booking_sudo)
        return request.render(
            "resource_booking_salto_ks.portal_doors",
            {
                "booking_sudo": booking_sudo,
                "salto_ks_page": booking._salto_ks_guest_page(link_end),
            },
        )

    @route(
        f"{PAGE}/doors/open",
        type="http",
        auth="public",
        methods=["POST"],
        website=True,
        sitemap=False,
    )
    @guest_page
    def portal_booking_open_door(
        self, booking_id, access_token=None, intent=None, **_kwargs
    ):
        """Open the door that the intent is for, once, and show the page again.

        What came of it is on record, and the page reads it there: a reload, a second
        post and the way back open nothing.
        """
        require_post()
        booking_sudo = self._get_booking_sudo(booking_id, access_token)
        booking = booking_sudo._salto_ks_for_guest(request.env.user)
        link_end = self._salto_ks_link_end(booking_sudo)
        if booking._salto_ks_has_page_for(link_end):
            self._salto_ks_press(booking, intent, link_end)
        return request.redirect(f"{booking.access_url}#{DOORS_ANCHOR}")

    def _salto_ks_press(self, booking, intent, link_end):
        lock, key = booking._salto_ks_intended(intent)
        if not lock:
            self._salto_ks_put_notice(booking, outdated_sentence(booking.env))
        elif not (
            self._salto_ks_take("address") and self._salto_ks_take("booking", booking)
        ):
            self._salto_ks_put_notice(booking, too_many_sentence(booking.env))
        else:
            booking._salto_ks_press(lock, key, link_end)

    # -- what the host lets guests do

    @route()
    @guest_page
    def portal_booking_schedule(self, booking_id, access_token=None, **kwargs):
        return super().portal_booking_schedule(booking_id, access_token, **kwargs)

    @route()
    @guest_page
    def portal_booking_cancel(self, booking_id, access_token=None, **kwargs):
        booking_sudo = self._get_booking_sudo(booking_id, access_token)
        if booking_sudo.env.context.get(ONLY_LOOKS):
            return request.redirect(booking_sudo.access_url)
        return super().portal_booking_cancel(booking_id, access_token, **kwargs)

    @route(methods=["POST"])
    @guest_page
    def portal_booking_confirm(
        self, booking_id, access_token=None, when=None, **kwargs
    ):
        """As the host, but by POST alone, and never to a booking that has begun, is
        over, is confirmed, or can no longer be changed."""
        require_post()
        booking_sudo = self._get_booking_sudo(booking_id, access_token)
        try:
            moment = isoparse(when).astimezone(timezone.utc).replace(tzinfo=None)
        except (TypeError, ValueError, OverflowError):
            raise BadRequest() from None
        if booking_sudo.env.context.get(ONLY_LOOKS):
            return request.redirect(booking_sudo.access_url)
        refusal = booking_sudo._salto_ks_guest_refusal(moment)
        if not refusal:
            try:
                with request.env.cr.savepoint():
                    return super().portal_booking_confirm(
                        booking_id, access_token, when, **kwargs
                    )
            except (ValidationError, ValueError):
                # The host puts its reason into an address, where not all fit.
                refusal = taken_sentence(booking_sudo.env)
        self._salto_ks_put_notice(booking_sudo, refusal)
        query = f"?{url_encode({'access_token': access_token})}" if access_token else ""
        return request.redirect(f"{booking_sudo.access_url}{query}")

    # A notice is for the next page only. What became of a press is no notice: that is
    # on record.

    def _salto_ks_put_notice(self, booking, notice):
        request.session["salto_ks_notice"] = [booking.id, notice]

    def _salto_ks_pop_notice(self, booking):
        about, notice = request.session.pop("salto_ks_notice", None) or (None, None)
        return notice if about == booking.id else None
