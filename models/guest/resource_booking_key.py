"""The link that opens a booking's doors: a key, so it is made late and kept nowhere.

The host has a link of its own, which shows the booking's page and nothing more: it is
in messages, pages and a field that many people read. The key beside it is signed for
the booking, its attendees and its token. That is made anew when the booking is canceled
or its attendees change, and every earlier key is void then. A key says until when it is
good: the booking's end when it was made.
"""

import re
from datetime import datetime, timezone

from odoo import models
from odoo.tools.misc import hash_sign, verify_hash_signed

from ...rules.times.moments import aware
from ...tools.calendar_file import make_calendar_file

# The parameter of the page's address that holds the key.
KEY = "door"
# The one that holds a mark in its place, in all that Odoo keeps of an e-mail.
MARK = "door_link"
_KEYS = re.compile(rf"\b{KEY}=[\w-]+")
_MARKS = re.compile(rf"\b{MARK}=([\w-]+)")


class ResourceBooking(models.Model):
    """Making and reading keys."""

    _inherit = "resource.booking"

    def write(self, vals):
        """Whoever cancels a booking or changes its attendees makes its links void, the
        host's as well: by whatever button."""
        before = {booking: booking._salto_ks_attendees() for booking in self}
        result = super().write(vals)
        void = self.filtered(
            lambda one: not one.sudo().active
            or one._salto_ks_attendees() != before[one]
        )
        void.sudo().filtered("access_token").access_token = False
        return result

    def _salto_ks_attendees(self):
        return self.sudo().partner_ids.ids

    def _salto_ks_guest_emails(self):
        return self.sudo().partner_ids.filtered("email").mapped("email")

    def get_portal_url(
        self,
        suffix=None,
        report_type=None,
        download=None,
        query_string=None,
        anchor=None,
    ):
        """With the key, where somebody asks who may open the doors; superuser code
        speaks for others, who may not."""
        if not self.env.su and not suffix and self._salto_ks_may_give_link():
            query_string = f"{query_string or ''}&{KEY}={self._salto_ks_make_key()}"
        return super().get_portal_url(
            suffix, report_type, download, query_string, anchor
        )

    def _salto_ks_may_give_link(self):
        """May the one who asks hand out the key of this booking, and is there one?"""
        self.ensure_one()
        caller = self._salto_ks_caller()
        return (
            not caller.is_stranger
            and caller.works_for(self._salto_ks_company().id)
            and bool(self.sudo().stop and self._salto_ks_guest_locks())
        )

    def _salto_ks_make_key(self):
        return self._salto_ks_sign(KEY, self._salto_ks_end())

    def _salto_ks_link_end(self, key):
        """When the booking ended for which a key was made.

        :param key: as it came from a browser
        :returns: aware datetime; None if it is no key, or void
        """
        end = self._salto_ks_read_signed(KEY, key)
        return datetime.fromtimestamp(end, timezone.utc) if end else None

    def _salto_ks_end(self):
        """The booking's end as it is now, in seconds since 1970."""
        return int(aware(self.sudo().stop).timestamp())

    # -- marks: they stand for a key until the e-mail leaves

    def _salto_ks_make_mark(self):
        """Good for the one who asks, and no other: whoever reads the e-mail in Odoo and
        sends it on sends no key."""
        values = [self._salto_ks_end(), self.env.uid]
        return self._salto_ks_sign(MARK, values)

    def _salto_ks_put_keys(self, body, sender):
        """An e-mail's text with keys instead of marks.

        :param sender: res.users who wrote it; empty if it goes to somebody else than
            the booking's attendees: then it gets no key
        """

        def put_key(found):
            end, uid = self._salto_ks_read_signed(MARK, found[1]) or (None, None)
            if end is None or not sender or uid != sender.id:
                return ""
            return f"{KEY}={self._salto_ks_sign(KEY, end)}"

        return _MARKS.sub(put_key, body)

    def _salto_ks_calendar_file(self, body, sender):
        """The appointment with the door's link, for an e-mail that tells of the link.

        :param body: with a mark, before the key is put
        :param sender: as for ``_salto_ks_put_keys``
        :returns: (name, bytes, media type); None if the e-mail gets no key
        """
        mark = _MARKS.search(body or "")
        query = mark and self._salto_ks_put_keys(mark[0], sender)
        if not query:
            return None
        door = self.with_context(lang=self.partner_id.lang)._salto_ks_door_link()
        link = self._salto_ks_door_url(query)
        database = self.env["ir.config_parameter"].sudo().get_param("database.uuid")
        content = make_calendar_file(
            f"salto_ks_booking_{self.id}@{database}",
            door.title,
            aware(self.start),
            aware(self.stop),
            place=door.address,
            url=link,
            text=f"{door.doors}\n{link}",
        )
        return "booking.ics", content, "text/calendar"

    # -- signing

    def _salto_ks_sign(self, purpose, values):
        self.sudo()._portal_ensure_token()
        return hash_sign(self.sudo().env, self._salto_ks_link_scope(purpose), values)

    def _salto_ks_read_signed(self, purpose, text):
        """What was signed for this booking as it is now; None if nothing was."""
        if not self.sudo().access_token:
            return None
        try:
            return verify_hash_signed(
                self.sudo().env, self._salto_ks_link_scope(purpose), text
            )
        except (ValueError, AttributeError):
            # No text, or none that we made.
            return None

    def _salto_ks_link_scope(self, purpose):
        """The token is a new one after a cancellation. The attendees are named because
        they may also change behind the ORM's back, as when contacts are merged."""
        booking = self.sudo()
        people = ",".join(str(one) for one in sorted(self._salto_ks_attendees()))
        return f"salto_ks_{purpose}:{booking.id}:{booking.access_token}:{people}"


def without_keys(body):
    """The same kind of text, without keys."""
    return type(body)(_KEYS.sub("", body))
