import logging
from datetime import datetime, timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.reception import stay as rules
from ..stage.resource_booking_stage import NO_SHOW

_logger = logging.getLogger(__name__)

# How far back a stay may have ended that the clock still closes.
LOOK_BACK = timedelta(days=2)


class SaltoKsIntegration(models.Model):
    """What the desk's day looks like at this site, and its end by the clock."""

    _inherit = "salto.ks.integration"
    _checkout_after_range = models.Constraint(
        "CHECK (checkout_after BETWEEN 0 AND 1440)",
        "Check-out after must be between 0 and 1440 minutes.",
    )
    _no_show_after_range = models.Constraint(
        "CHECK (no_show_after BETWEEN 0 AND 1440)",
        "No-show after must be between 0 and 1440 minutes.",
    )

    checkout_stage_id = fields.Many2one(
        "resource.booking.stage",
        "Stage after check-out",
        ondelete="set null",
        domain=[("booking_state", "=", "confirmed")],
        default=lambda self: self.env.ref(
            "resource_booking_salto_ks.stage_checked_out", raise_if_not_found=False
        ),
        help="The booking moves to this stage when its guest leaves. "
        "Leave empty to leave the stage alone.",
    )
    checkout_after = fields.Integer(
        "Check-out after",
        default=15,
        help="Minutes after the booking's end at which a guest who arrived counts as "
        "having left. The next guest of the same room ends the stay at once.",
    )
    no_show_after = fields.Integer(
        "No-show after",
        help="Minutes after the booking's start at which a guest who has not arrived "
        "counts as not coming. 0 switches this off.",
    )

    @api.model
    def _cron_end_stays(self):
        """Check out who has left and mark who never came, at all active sites."""
        for site in self.sudo().search([("state", "=", "active")]):
            if not site.is_copy:
                site._end_stays()

    def _end_stays(self):
        now = datetime.now(timezone.utc)
        bookings = self._find_open_stays(now)
        next_starts = bookings._salto_ks_next_starts()
        for booking in bookings:
            try:
                with self.env.cr.savepoint():
                    self._end_stay(booking, now, next_starts[booking])
            except UserError as error:
                # What others attach to bookings may object; that stops no other one.
                _logger.info("Salto KS: %s stays as it is: %s", booking, error)

    def _end_stay(self, booking, now, next_start):
        stay = booking._salto_ks_stay(next_start)
        if rules.is_over(now, stay, timedelta(minutes=self.checkout_after)):
            booking._salto_ks_check_out()
        elif rules.is_no_show(now, stay, timedelta(minutes=self.no_show_after)):
            booking._salto_ks_mark_no_show()

    def _find_open_stays(self, now):
        """Bookings of this site that have begun, and have not ended."""
        no_show = self.env.ref(NO_SHOW, raise_if_not_found=False)
        ended = self.checkout_stage_id | (no_show or self.checkout_stage_id)
        bookings = self.env["resource.booking"].search(
            [
                ("state", "=", "confirmed"),
                ("start", "<=", now.replace(tzinfo=None)),
                ("stop", ">=", (now - LOOK_BACK).replace(tzinfo=None)),
                ("stage_id", "not in", ended.ids),
                ("salto_ks_left_at", "=", False),
                "|",
                ("type_id.company_id", "=", self.company_id.id),
                "&",
                ("type_id.company_id", "=", False),
                ("salto_ks_company_id", "=", self.company_id.id),
            ]
        )
        return bookings.filtered(lambda one: one._salto_ks_site() == self)
