from odoo import api, fields, models

from ...rules.opening.opening import opening_window
from ...wording.opening import windows_sentence
from .resource_booking_verdict import USER_GROUP, opening_policy


class ResourceBooking(models.Model):
    """When the doors of a booking open, in words. Where another booking is next to it,
    a room's own door and a common one have different times."""

    _inherit = "resource.booking"

    salto_ks_door_times = fields.Char(
        "Doors open",
        compute="_compute_salto_ks_door_times",
        groups=USER_GROUP,
        help="From the first minute to the last one in which each door opens. A room's "
        "own door never opens into the time of another booking of the room.",
    )

    @api.depends("salto_ks_lock_ids", "start", "stop")
    @api.depends_context("uid", "tz", "lang", "allowed_company_ids")
    def _compute_salto_ks_door_times(self):
        facts = self._salto_ks_booking_facts(self.salto_ks_lock_ids)
        for booking in self:
            windows = booking._salto_ks_windows(booking.salto_ks_lock_ids, facts)
            booking.salto_ks_door_times = windows_sentence(self.env, windows)

    def _salto_ks_windows(self, locks, facts=None):
        """When doors of this booking open: {salto.ks.lock: rules.times.moments.Window};
        empty while it has no time.

        :param facts: of ``_salto_ks_booking_facts``, if they were just read
        """
        booking = (facts or self._salto_ks_booking_facts(locks))[self]
        if booking.start is None:
            return {}
        return {
            lock: opening_window(
                booking, opening_policy(lock.integration_id), lock.is_common
            )
            for lock in locks.sudo()
        }
