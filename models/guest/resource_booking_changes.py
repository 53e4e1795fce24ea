from datetime import datetime, timedelta, timezone

from odoo import fields, models
from odoo.exceptions import ValidationError

from ...rules.guest import changes as rules
from ...rules.times.moments import aware
from ...wording.guest import guest_refusal_sentence


class ResourceBooking(models.Model):
    """What guests may change about their booking, on its page or by an invitation.

    The host's pages work with the context key ``using_portal``.
    """

    _inherit = "resource.booking"

    def write(self, vals):
        if self.env.context.get("using_portal") and vals.keys() & {"start", "duration"}:
            self._salto_ks_check_guest_may_change(vals.get("start"))
        return super().write(vals)

    def action_confirm(self):
        if self.env.context.get("using_portal"):
            self._salto_ks_check_guest_may_change()
        return super().action_confirm()

    def _salto_ks_check_guest_may_change(self, new_start=None):
        """
        :raises ValidationError: they may not, in the guest's words
        """
        for booking in self:
            sentence = booking._salto_ks_guest_refusal(new_start)
            if sentence:
                raise ValidationError(sentence)

    def _salto_ks_guest_refusal(self, new_start=None):
        """Why a guest may not confirm or move this booking, as a sentence; or "".

        :param new_start: naive UTC, or as text; None to leave the time as it is
        """
        refusal = self._salto_ks_why_no_change(new_start)
        return guest_refusal_sentence(self.env, refusal) if refusal else ""

    def _salto_ks_waits_for_guest(self):
        """Is it the guest who has to confirm, and still may?"""
        return self.state == "scheduled" and not self._salto_ks_why_no_change()

    def _salto_ks_why_no_change(self, new_start=None):
        self.ensure_one()
        booking = self.sudo()
        return rules.why_not(
            datetime.now(timezone.utc),
            rules.Booking(
                alive=booking.active,
                confirmed=booking.state == "confirmed",
                start=aware(booking.start),
                stop=aware(booking.stop),
                deadline=timedelta(hours=booking.type_id.modifications_deadline),
            ),
            aware(fields.Datetime.to_datetime(new_start)),
        )
