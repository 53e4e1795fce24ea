from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError

from ...rules.reception.stay import Stay
from ...rules.times.moments import aware
from ...tools.activities import schedule_activity
from ..opening.resource_booking_verdict import USER_GROUP
from ..stage.resource_booking_stage import NO_SHOW


class ResourceBooking(models.Model):
    """A guest's stay: arrived, left, or never came.

    The stage says so to people, and whoever moves a booking there by hand, by a door
    that opened or by the clock has it recorded alike.
    """

    _inherit = "resource.booking"

    salto_ks_arrived_at = fields.Datetime(
        "Arrived", readonly=True, copy=False, groups=USER_GROUP
    )
    salto_ks_left_at = fields.Datetime(
        "Left", readonly=True, copy=False, groups=USER_GROUP
    )

    @api.model_create_multi
    def create(self, vals_list):
        bookings = super().create(vals_list)
        bookings.filtered("stage_id")._salto_ks_record_stay()
        return bookings

    def write(self, vals):
        if vals.get("stage_id") and self.env.user._is_internal():
            # Whoever may press Confirm may drag there just as well.
            stage = self.env["resource.booking.stage"].browse(vals["stage_id"])
            if stage.booking_state == "confirmed":
                self.filtered(lambda one: one.state == "scheduled").action_confirm()
        result = super().write(vals)
        if "stage_id" in vals and (self.env.su or self.env.user.has_group(USER_GROUP)):
            # Who moves a booking without standing at the desk has seen nobody come.
            self._salto_ks_record_stay()
        return result

    def _salto_ks_record_stay(self):
        """Note when a guest arrived and left, as the stage tells."""
        now = fields.Datetime.now()
        for booking in self.sudo():
            site, stage = booking._salto_ks_site(), booking.stage_id
            arrived, left = booking.salto_ks_arrived_at, booking.salto_ks_left_at
            if not site.checkin_stage_id or stage._is_before(site.checkin_stage_id):
                arrived = left = False
            elif stage == site.checkin_stage_id:
                arrived, left = arrived or now, False
            elif stage == site.checkout_stage_id:
                left = left or now
            if (arrived, left) != (
                booking.salto_ks_arrived_at,
                booking.salto_ks_left_at,
            ):
                booking._salto_ks_apart_from_calendar().write(
                    {"salto_ks_arrived_at": arrived, "salto_ks_left_at": left}
                )

    def _salto_ks_apart_from_calendar(self):
        """These bookings, to write what the appointment has no part in; for the sake of
        somebody whose right was checked."""
        return self.sudo().with_context(syncing_booking_ids=self.ids)

    def _salto_ks_site(self):
        """The site whose settings count for this booking: that of its doors, or else
        the only active one of its company; perhaps none."""
        booking = self.sudo()
        site = booking.salto_ks_lock_ids.integration_id[:1]
        if site:
            return site
        sites = self.env["salto.ks.integration"].sudo()
        company = booking._salto_ks_company()
        return sites.search(
            [("company_id", "=", company.id), ("state", "=", "active")], limit=1
        )

    def _salto_ks_stay(self, next_start):
        """What the rules of stays know of this booking."""
        booking = self.sudo()
        return Stay(
            start=aware(booking.start),
            stop=aware(booking.stop),
            arrived=bool(booking.salto_ks_arrived_at),
            left=bool(booking.salto_ks_left_at),
            next_start=aware(next_start),
        )

    # -- by hand

    def action_salto_ks_check_in(self):
        """The guest is here. Confirms the booking, too, if nobody has.

        :raises UserError: the booking is not of today, or has no time
        :raises AccessError: the caller may not open doors, or works elsewhere
        """
        self._salto_ks_check_own_desk()
        for booking in self:
            booking._salto_ks_check_today()
            if booking.state == "scheduled":
                booking.action_confirm()
            booking._salto_ks_move_to(booking._salto_ks_site().checkin_stage_id)
        return True

    def action_salto_ks_check_out(self):
        """The guest has left.

        :raises UserError: the guest never arrived
        :raises AccessError: as for the check-in
        """
        self._salto_ks_check_own_desk()
        for booking in self:
            if not booking.salto_ks_arrived_at:
                raise UserError(
                    self.env._(
                        "%s has not been checked in, so there is nobody to check out.",
                        booking.display_name,
                    )
                )
            booking._salto_ks_check_out()
        return True

    def _salto_ks_check_own_desk(self):
        """
        :raises AccessError: the caller has no right to open doors, or the booking is
            of a company that they do not work in
        """
        self._salto_ks_check_desk()
        if self.env.su:
            return
        for booking in self:
            if not booking._salto_ks_caller().works_for(booking._salto_ks_company().id):
                raise AccessError(
                    self.env._(
                        "This booking is of another company: switch to that company "
                        "first."
                    )
                )

    def _salto_ks_check_today(self):
        """
        :raises UserError: nobody can be here for this booking today
        """
        if self.state not in ("scheduled", "confirmed"):
            raise UserError(
                self.env._(
                    "%s is not scheduled: give it a time first.", self.display_name
                )
            )
        if not self._salto_ks_is_today():
            raise UserError(
                self.env._("%s is not a booking of today.", self.display_name)
            )

    def _salto_ks_is_today(self):
        """Does the booking touch the present day, as the caller's clock has it?"""
        booking = self.sudo()
        if not booking.start:
            return False
        first, today, last = (
            fields.Datetime.context_timestamp(self, moment).date()
            for moment in (booking.start, fields.Datetime.now(), booking.stop)
        )
        return first <= today <= last

    # -- by the clock, too

    def _salto_ks_check_out(self):
        site = self._salto_ks_site()
        self._salto_ks_move_to(site.checkout_stage_id)
        if not self.sudo().salto_ks_left_at:
            self._salto_ks_apart_from_calendar().salto_ks_left_at = (
                fields.Datetime.now()
            )

    def _salto_ks_mark_no_show(self):
        stage = self.env.ref(NO_SHOW, raise_if_not_found=False)
        if not stage:
            # Somebody deleted it, and does without.
            return
        self._salto_ks_move_to(stage)
        schedule_activity(
            self,
            "mail.mail_activity_data_call",
            summary=self.env._("Guest did not come"),
            note="",
            person=self.user_id or self.env.user,
        )

    def _salto_ks_move_to(self, stage):
        """Put the booking into a stage; an empty one leaves it where it is."""
        if stage and self.stage_id != stage:
            self._salto_ks_apart_from_calendar().stage_id = stage

    def _salto_ks_next_starts(self):
        """{booking: start of the next booking of one of its resources, or None}; naive
        UTC."""
        resources = self.combination_id.resource_ids
        others = (
            self.env["resource.booking"]
            .sudo()
            .search(
                [
                    ("meeting_id", "!=", False),
                    ("start", ">=", min(self.mapped("stop"), default=False)),
                    ("combination_id.resource_ids", "in", resources.ids),
                ],
                order="start",
            )
            if self
            else self
        )
        return {
            booking: next(
                (
                    other.start
                    for other in others
                    if other != booking
                    and other.start >= booking.stop
                    and other.combination_id.resource_ids
                    & booking.combination_id.resource_ids
                ),
                None,
            )
            for booking in self
        }
