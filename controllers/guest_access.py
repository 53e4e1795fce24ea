"""What every road of a guest shares: who comes, by which link, and how often."""

import functools

from werkzeug.exceptions import MethodNotAllowed

from odoo.exceptions import AccessError, MissingError
from odoo.http import request

# Links that a browser came with: {booking id as text: key}. The address stays clean of
# them, and so do logs, histories and what other sites are told.
SESSION_LINKS = "salto_ks_links"
MOST_LINKS = 20
SHIELD = {
    # Going back must show what holds now, not what held before the press.
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    # Nobody lays something else over the control.
    "X-Frame-Options": "SAMEORIGIN",
    "Content-Security-Policy": "frame-ancestors 'self'",
}


class TooManyWrongLinks(Exception):
    """So many came from one address that it has to wait."""


def guest_page(endpoint):
    """A route for guests: its answers tell other sites and other pages nothing, and
    whoever tries many links is kept waiting."""

    @functools.wraps(endpoint)
    def answer(self, *args, **kwargs):
        try:
            response = endpoint(self, *args, **kwargs)
        except TooManyWrongLinks:
            response = request.render(
                "resource_booking_salto_ks.portal_too_many", status=429
            )
        response.headers.update(SHIELD)
        return response

    return answer


def require_post():
    """Odoo lets OPTIONS into every route, and asks it for no CSRF token."""
    if request.httprequest.method != "POST":
        raise MethodNotAllowed(["POST"])


class GuestAccess:
    """For the controllers of a booking's pages.

    Who may not see a booking gets one and the same answer, whether it exists or not.
    """

    def _get_booking_sudo(self, booking_id, access_token):
        """As the host does it, or by a link that the browser came with before.

        :raises TooManyWrongLinks: this was one too many
        """
        # Only text of plain letters can be compared with a token. Anything else would
        # break off for bookings that exist, and so tell which do.
        if not isinstance(access_token, str) or not access_token.isascii():
            access_token = None
        try:
            return super()._get_booking_sudo(booking_id, access_token)
        except (AccessError, MissingError):
            booking_sudo = request.env["resource.booking"].sudo().browse(booking_id)
            if self._salto_ks_link_end(booking_sudo):
                zone = booking_sudo.type_id.resource_calendar_id.tz
                return booking_sudo.with_context(using_portal=True, tz=zone)
            if access_token:
                self._salto_ks_count_stranger()
            raise

    def _salto_ks_link_end(self, booking_sudo):
        """When the link ends that this browser came with for a booking; None without a
        good one."""
        if not booking_sudo.exists():
            return None
        key = request.session.get(SESSION_LINKS, {}).get(str(booking_sudo.id))
        return booking_sudo._salto_ks_link_end(key)

    def _salto_ks_keep_link(self, booking_id, key):
        """Keep a key with the session, if it is a good one.

        :returns: whether it is
        """
        booking_sudo = request.env["resource.booking"].sudo().browse(booking_id)
        if not booking_sudo.exists() or not booking_sudo._salto_ks_link_end(key):
            return False
        links = {**request.session.get(SESSION_LINKS, {}), str(booking_id): key}
        request.session[SESSION_LINKS] = dict([*links.items()][-MOST_LINKS:])
        return True

    def _salto_ks_count_stranger(self):
        """
        :raises TooManyWrongLinks: this was one too many
        """
        if not self._salto_ks_take("stranger"):
            raise TooManyWrongLinks()

    def _salto_ks_take(self, kind, booking=None):
        """Count a try of this address, or of a booking; False if it is one too many."""
        what = booking.id if booking else request.httprequest.remote_addr
        return request.env["salto.ks.portal.try"].sudo()._take(kind, what)
