from odoo import fields, models

from ...tools.activities import schedule_activity
from ...tools.transactions import certainly

BRAKE_ACTIVITY = "resource_booking_salto_ks.activity_type_brake"


class SaltoKsIntegration(models.Model):
    """The brake on mass removal: what it holds, who is called, and who lets it go.

    When it holds is decided in ``rules``.
    """

    _inherit = "salto.ks.integration"

    brake_at = fields.Datetime(
        "Removal stopped since", compute="_compute_brake", compute_sudo=True
    )
    brake_spares_bookings = fields.Boolean(
        compute="_compute_brake",
        compute_sudo=True,
        help="Only access of bookings that still stand waits.",
    )

    def _compute_brake(self):
        for integration in self:
            contact = integration.contact_ids[:1]
            integration.brake_at = contact.brake_at
            integration.brake_spares_bookings = contact.brake_spares_bookings

    def action_release_brake(self):
        """Take the access on the list away after all, and nothing that comes later."""
        self.check_access("write")
        certainly(
            self.env["salto.ks.access"], lambda rows: rows._removals(self)._agree()
        )
        return self._sync_and_tell()

    def action_view_removals(self):
        """What the brake keeps from being taken away."""
        rows = self.env["salto.ks.access"]._removals(self)
        return self._access_action([("id", "in", rows.ids)])

    def _call_about_brake(self):
        """One activity for a manager, with the list."""
        if self.activity_search([BRAKE_ACTIVITY]):
            return
        rows = self.env["salto.ks.access"]._removals(self)
        schedule_activity(
            self,
            BRAKE_ACTIVITY,
            summary=self.env._("%s: mass removal of access stopped", self.name),
            note=self.env["ir.qweb"]._render(
                "resource_booking_salto_ks.brake_note", {"rows": rows}
            ),
            person=self._responsible(),
        )

    def _dismiss_brake(self):
        self.activity_unlink([BRAKE_ACTIVITY])
