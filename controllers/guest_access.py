"""What every road of a guest shares: who comes, by which link, and how often."""

import functools

from werkzeug.exceptions import MethodNotAllowed

from odoo.exceptions import AccessError, MissingError
from odoo.http import request
from odoo.tools import consteq

from ..models.guest.resource_booking_token import ONLY_LOOKS
from ..wording.guest import guest_help_sentence

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


class VoidLink(Exception):
    """Somebody may not see the booking that they ask for, or there is none."""


class TooManyWrongLinks(Exception):
    """So many came from one address that it has to wait."""


def guest_page(endpoint):
    """A route for guests: its answers tell other sites and other pages nothing, and
    whoever tries many links is kept waiting. All links that do not work get one page,
    whether they never did or no longer do."""

    @functools.wraps(endpoint)
    def answer(self, *args, **kwargs):
        try:
            response = endpoint(self, *args, **kwargs)
        except VoidLink:
            response = render_to_stranger("portal_void_link", 404)
        except TooManyWrongLinks:
            response = render_to_stranger("portal_too_many", 429)
        response.headers.update(SHIELD)
        return response

    return answer


def render_to_stranger(template, status):
    """A page that says whom to call, and nothing about a booking."""
    phone = request.env["salto.ks.integration"]._house_phone()
    values = {
        "phone": phone,
        "phone_help": guest_help_sentence(request.env, request.env.company.name),
    }
    return request.render(
        f"resource_booking_salto_ks.{template}", values, status=status
    )


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

        :raises VoidLink: it does not work
        :raises TooManyWrongLinks: this was one too many
        """
        # Only text of plain letters can be compared with a token. Anything else would
        # break off for bookings that exist, and so tell which do.
        if not isinstance(access_token, str) or not access_token.isascii():
            access_token = None
        try:
            booking_sudo = super()._get_booking_sudo(booking_id, access_token)
            if not self._salto_ks_is_guest(booking_sudo, access_token):
                booking_sudo = booking_sudo.with_context(**{ONLY_LOOKS: True})
            return booking_sudo
        except (AccessError, MissingError):
            booking_sudo = request.env["resource.booking"].sudo().browse(booking_id)
            if self._salto_ks_link_end(booking_sudo):
                zone = booking_sudo.type_id.resource_calendar_id.tz
                return booking_sudo.with_context(using_portal=True, tz=zone)
            if access_token:
                self._salto_ks_count_stranger()
            raise VoidLink() from None

    def _salto_ks_is_guest(self, booking_sudo, access_token):
        """May this person do more than look at the page? Followers may not."""
        token = booking_sudo.access_token
        holds_link = bool(token and access_token and consteq(token, access_token))
        booking = booking_sudo.with_env(request.env)
        return (
            holds_link
            or booking._salto_ks_attends(request.env.user)
            or booking.has_access("write")
            or bool(self._salto_ks_link_end(booking_sudo))
        )

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
