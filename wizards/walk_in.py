from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..models.reception.resource_booking_extension import ROOMS
from ..services.find_free_rooms import FreeRooms
from ..tools.client_actions import notify
from ..tools.transactions import StillBusy, advisory_lock, own_transaction
from ..wording.times import local_time

# A stay that is proposed ends at a round time.
ROUND = timedelta(minutes=15)


class SaltoKsWalkIn(models.TransientModel):
    """Somebody stands at the desk without a booking: who, which room, until when."""

    _name = "salto.ks.walk.in"
    _inherit = "salto.ks.guarded"
    _description = "Walk-in"

    partner_id = fields.Many2one(
        "res.partner", "Guest", help="Leave empty for somebody who is new here."
    )
    partner_name = fields.Char("Name")
    partner_phone = fields.Char("Phone")
    partner_email = fields.Char("E-mail")
    type_id = fields.Many2one(
        "resource.booking.type",
        "Booking type",
        default=lambda self: self._default_type(),
    )
    free_resource_ids = fields.Many2many(
        "resource.resource", compute="_compute_free_resource_ids"
    )
    resource_id = fields.Many2one(
        "resource.resource",
        "Room",
        compute="_compute_resource_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', free_resource_ids)]",
    )
    free_text = fields.Char(compute="_compute_free_text")
    until = fields.Datetime(compute="_compute_until", store=True, readonly=False)
    booking_id = fields.Many2one(
        "resource.booking", readonly=True, help="What this dialog has booked."
    )

    # -- what is proposed

    @api.model
    def _default_type(self):
        """The first booking type with a room that is free."""
        types = self.env["resource.booking.type"].search(
            [("company_id", "in", [*self.env.companies.ids, False])]
        )
        with_rooms = types.filtered("combination_rel_ids")
        return next((one for one in with_rooms if FreeRooms(one).rooms), with_rooms[:1])

    @api.depends("type_id")
    def _compute_free_resource_ids(self):
        for dialog in self:
            dialog.free_resource_ids = (
                dialog.type_id and FreeRooms(dialog.type_id).rooms
            )

    @api.depends("free_resource_ids")
    def _compute_resource_id(self):
        for dialog in self:
            if dialog.resource_id not in dialog.free_resource_ids:
                dialog.resource_id = dialog.free_resource_ids._origin[:1]

    @api.depends("resource_id")
    def _compute_until(self):
        now = datetime.now(timezone.utc)
        for dialog in self:
            end = dialog._find_end()
            if not end:
                dialog.until = False
                continue
            usual = now + timedelta(hours=dialog.type_id.duration)
            until_round = timedelta(seconds=-usual.timestamp() % ROUND.total_seconds())
            until = min((usual + until_round).replace(microsecond=0), end)
            dialog.until = until.astimezone(timezone.utc).replace(tzinfo=None)

    @api.depends("type_id", "resource_id")
    @api.depends_context("tz", "lang")
    def _compute_free_text(self):
        for dialog in self:
            end = dialog._find_end()
            if end:
                dialog.free_text = self.env._(
                    "Free until %s.", local_time(self.env, end)
                )
            elif dialog.type_id and not dialog.free_resource_ids:
                dialog.free_text = self.env._(
                    "No room of this booking type is free now."
                )
            else:
                dialog.free_text = False

    def _find_end(self):
        """Until when the chosen room is free; an aware datetime, or None."""
        if not (self.type_id and self.resource_id):
            return None
        return FreeRooms(self.type_id).end(self.resource_id._origin)

    # -- buttons

    def action_book(self):
        """Book the room from now on, confirmed."""
        self._book()
        until = self.until.replace(tzinfo=timezone.utc)
        message = self.env._(
            "%(room)s is booked until %(time)s.",
            room=self.resource_id.name,
            time=local_time(self.env, until),
        )
        return notify(message)

    def action_book_and_open(self):
        """Book the room, check the guest in, and open the door."""
        self._book()
        try:
            # The request's own transaction began before the booking was made.
            with own_transaction(self) as own:
                booking = own.with_user(self.env.user).booking_id
                answer = booking.action_salto_ks_open_door()
                if not booking.salto_ks_arrived_at:
                    booking.action_salto_ks_check_in()
        except UserError as error:
            message = self.env._(
                "%(room)s is booked, and its door stayed closed. %(reason)s",
                room=self.resource_id.name,
                reason=str(error),
            )
            return notify(message, kind="warning")
        return answer

    # -- booking

    def _book(self):
        """The booking that this dialog is for; made once, whatever is pressed again.

        It is committed before anything else happens: a door is opened for a booking
        that others can see, and a room that is taken is taken for all desks.

        :raises UserError: something is missing, or somebody else took the room
        """
        self.ensure_one()
        self.check_access("write")
        self.env["resource.booking"]._salto_ks_check_right()
        self._check_complete()
        self.env.flush_all()
        try:
            with advisory_lock(self.env, ROOMS), own_transaction(self) as own:
                dialog = own.with_user(self.env.user)
                if not own.booking_id:
                    own.booking_id = dialog._create_booking()
        except StillBusy:
            raise UserError(
                self.env._("Another desk is booking at this moment. Try again.")
            ) from None
        self.invalidate_recordset()

    def _check_complete(self):
        """
        :raises UserError: it says what is missing
        """
        if self.booking_id:
            return
        if not self.partner_id and not (self.partner_name or "").strip():
            raise UserError(self.env._("Who is it? Choose a guest, or enter a name."))
        if not self.partner_id and not (self.partner_phone or self.partner_email):
            raise UserError(
                self.env._("Enter a phone number or an e-mail address, too.")
            )
        if not (self.type_id and self.resource_id and self.until):
            raise UserError(self.env._("Choose a booking type, a room and an end."))
        if self.until <= fields.Datetime.now():
            raise UserError(self.env._("The end is in the past."))

    def _create_booking(self):
        """While other desks wait, with the rights of the one who asks."""
        until = self.until.replace(tzinfo=timezone.utc)
        free = FreeRooms(self.type_id)
        combination = free.combination(self.resource_id, until)
        if not combination:
            raise UserError(self._taken_sentence(free.end(self.resource_id)))
        start = fields.Datetime.now().replace(second=0)
        bookings = self.env["resource.booking"].with_context(
            dont_notify=True, no_mail_to_attendees=True, mail_create_nosubscribe=True
        )
        try:
            booking = bookings.create(
                {
                    "type_id": self.type_id.id,
                    "combination_auto_assign": False,
                    "combination_id": combination.id,
                    "partner_ids": [fields.Command.set(self._find_guest().ids)],
                    "start": start,
                    "duration": (self.until - start).total_seconds() / 3600,
                }
            )
        except ValidationError:
            raise UserError(self._taken_sentence(None)) from None
        booking.action_confirm()
        return booking

    def _taken_sentence(self, end):
        if end:
            return self.env._(
                "%(room)s is free only until %(time)s. Choose an earlier end, or "
                "another room.",
                room=self.resource_id.name,
                time=local_time(self.env, end),
            )
        return self.env._(
            "%s has just been taken: choose another room.", self.resource_id.name
        )

    def _find_guest(self):
        if self.partner_id:
            return self.partner_id
        partners = self.env["res.partner"]
        email = (self.partner_email or "").strip()
        known = email and partners.search([("email_normalized", "=", email.lower())])
        if known:
            raise UserError(
                self.env._(
                    "The e-mail address belongs to %s already: choose that guest, or "
                    "correct the address.",
                    known[0].display_name,
                )
            )
        return partners.create(
            {
                "name": self.partner_name.strip(),
                "phone": self.partner_phone,
                "email": email or False,
                "company_id": self.env.company.id,
            }
        )
