from odoo import api, fields, models

from ..rules.access import fingerprint
from .booking_caller import USER_GROUP
from .claims import certainly


class ResourceBooking(models.Model):
    """What Salto holds for a booking, and how it follows the booking."""

    _inherit = "resource.booking"

    salto_ks_access_ids = fields.One2many(
        "salto.ks.access", "booking_id", "Access", groups=USER_GROUP
    )
    salto_ks_access_print = fields.Char(
        compute="_compute_salto_ks_access_print",
        store=True,
        copy=False,
        help="Fingerprint of all that the booking's access depends on.",
    )

    @api.depends(
        "active",
        "state",
        "stage_id",
        "start",
        "stop",
        "type_id",
        "combination_id.resource_ids",
        "partner_ids",
    )
    def _compute_salto_ks_access_print(self):
        for booking in self:
            booking.salto_ks_access_print = fingerprint(
                booking.active,
                booking.state,
                booking.stage_id.id,
                booking.start,
                booking.stop,
                booking.type_id.id,
                sorted(booking.combination_id.resource_ids.ids),
                sorted(booking.partner_ids.ids),
            )
        self._salto_ks_note_access()

    def _salto_ks_note_access(self):
        """Let the access follow, however the booking was changed: by the form, the
        calendar, an attendee's answer or another module."""
        saved = [id_ for id_ in self._ids if isinstance(id_, int)]
        self.env["salto.ks.access.note"]._note(saved)

    def unlink(self):
        self._salto_ks_note_access()
        return super().unlink()

    def action_salto_ks_sync_access(self):
        """Bring Salto to what this booking says, now."""
        self.ensure_one()
        self.env["salto.ks.access"]._check_user()
        self.check_access("read")
        self.env.cr.flush()
        booking_ids = self.ids
        rows = certainly(
            self.env["salto.ks.access"],
            lambda access: access._follow_and_find(booking_ids),
        )
        return self.env["salto.ks.access"].browse(rows)._work_and_tell()

    def action_salto_ks_revoke_access(self):
        """Take the booking's access away now; no pass gives it back."""
        self.ensure_one()
        access = self.env["salto.ks.access"]
        access._check_user()
        self.check_access("read")
        # What was changed just now may not have an access yet.
        self.env.cr.flush()
        booking_ids = self.ids
        rows = certainly(access, lambda own: own._follow_and_find(booking_ids))
        return access.browse(rows).action_revoke()
