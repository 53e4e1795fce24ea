from dataclasses import dataclass

from odoo import api, fields, models

from ...rules.times.moments import aware
from ...wording.guest import (
    guest_day,
    guest_day_time,
    guest_help_sentence,
    guest_period,
    guest_subject,
)
from ...wording.opening import windows_sentence
from ..opening.resource_booking_verdict import USER_GROUP
from .resource_booking_key import MARK
from .resource_booking_page import DOORS_ANCHOR

TEMPLATE = "resource_booking_salto_ks.mail_template_door_link"
SUBTYPE = "resource_booking_salto_ks.subtype_door_link"


@dataclass(frozen=True)
class DoorLink:
    """What a guest is told beforehand; all of it words, or empty. Doors that open at
    different times are named with them."""

    subject: str
    title: str
    when: str
    address: str
    url: str
    doors: str
    opens: str
    closes: str
    help: str
    phone: str


class ResourceBooking(models.Model):
    """The link to the page on which a guest opens the doors."""

    _inherit = "resource.booking"

    salto_ks_guests_open = fields.Boolean(
        compute="_compute_salto_ks_guests_open", groups=USER_GROUP
    )

    @api.depends("salto_ks_lock_ids", "active")
    def _compute_salto_ks_guests_open(self):
        for booking in self:
            booking.salto_ks_guests_open = booking.active and bool(
                booking._salto_ks_guest_locks()
            )

    def _salto_ks_guest_locks(self):
        """The booking's doors that guests may open, at the right time."""
        locks = self.sudo().salto_ks_lock_ids
        return locks.filtered("integration_id.guest_opening")

    def action_salto_ks_send_door_link(self):
        """Write to the guests where they open the door; sent by whoever reads it."""
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Send door link"),
            "res_model": "mail.compose.message",
            "view_mode": "form",
            "target": "new",
            "context": {
                "default_model": self._name,
                "default_res_ids": self.ids,
                "default_composition_mode": "comment",
                "default_template_id": self.env.ref(TEMPLATE).id,
                "default_email_layout_xmlid": "mail.mail_notification_light",
                # Followers read that it was sent, and get no key.
                "default_subtype_id": self.env.ref(SUBTYPE).id,
                "force_email": True,
            },
        }

    def _salto_ks_mail_door_link(self):
        """Send the link at once, where guests may open a door: for automation rules.

        :raises AccessError: as ``_salto_ks_check_desk``
        """
        self._salto_ks_check_desk()
        template = self.env.ref(TEMPLATE)
        for booking in self.sudo().filtered("salto_ks_guests_open"):
            template.sudo().send_mail(
                booking.id, email_layout_xmlid="mail.mail_notification_light"
            )

    def _salto_ks_door_link(self):
        """What the e-mail to the guest says, in the language and zone of the guest.

        :returns: DoorLink
        """
        self.ensure_one()
        locks = self._salto_ks_guest_locks()
        site = locks[:1].integration_id
        booking = self.with_context(tz=self.type_id.resource_calendar_id.tz)
        when = day = ""
        if self.start:
            start, stop = aware(self.start), aware(self.stop)
            when = guest_period(booking.env, start, stop)
            day = guest_day(booking.env, start)
        doors, opens, closes = ", ".join(locks.mapped("name")), "", ""
        windows = self._salto_ks_windows(locks)
        if windows:
            starts, ends = zip(
                *((one.start, one.end) for one in windows.values()), strict=True
            )
            opens = guest_day_time(booking.env, min(starts))
            closes = guest_day_time(booking.env, max(ends))
            if len({*starts}) > 1 or len({*ends}) > 1:
                doors = windows_sentence(booking.env, windows)
        company = site.company_id or self.env.company
        title = self.type_id.name
        return DoorLink(
            subject=guest_subject(self.env, title, day),
            title=title,
            when=when,
            address=self.location or _address_line(company),
            url=self._salto_ks_door_url(),
            doors=doors,
            opens=opens,
            closes=closes,
            help=guest_help_sentence(self.env, company.name),
            phone=site._guest_phone(company),
        )

    def _salto_ks_door_url(self, query=None):
        """The page in the guest's language, with a mark in the place of its key.

        :param query: another parameter in that place
        """
        language = self.partner_id.lang and self.env["res.lang"]._get_data(
            code=self.partner_id.lang
        )
        prefix = f"/{language.url_code}" if language else ""
        may_give = self.stop and (self.env.su or self._salto_ks_may_give_link())
        if not query and may_give:
            query = f"{MARK}={self._salto_ks_make_mark()}"
        path = f"{self.access_url}{f'?{query}' if query else ''}#{DOORS_ANCHOR}"
        return f"{self.get_base_url()}{prefix}{path}"


def _address_line(company):
    address = company.sudo().partner_id._display_address(without_company=True)
    return ", ".join(filter(None, map(str.strip, address.splitlines())))
