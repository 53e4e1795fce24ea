from odoo import api, fields, models

from ..opening.resource_booking_verdict import USER_GROUP


class ResourceBooking(models.Model):
    """What Salto holds for a booking, and how it follows the booking."""

    _inherit = "resource.booking"

    salto_ks_access_ids = fields.One2many(
        "salto.ks.access",
        "booking_id",
        "Access",
        # What common doors no longer need is in nobody's way.
        domain=["|", ("is_common", "=", False), ("state", "!=", "revoked")],
        groups=USER_GROUP,
    )
    # Nobody reads it. Odoo computes it again whenever something changes that access
    # depends on, however that happens: by the form, the calendar, an attendee's answer
    # or another module. No ``write`` sees all of these.
    salto_ks_access_noted = fields.Boolean(
        compute="_compute_salto_ks_access_noted", store=True, copy=False
    )

    @api.depends(
        "active",
        "state",
        "stage_id",
        "start",
        "stop",
        "type_id",
        "combination_id.resource_ids.active",
        "combination_id.resource_ids.resource_type",
        "partner_ids",
    )
    def _compute_salto_ks_access_noted(self):
        self.salto_ks_access_noted = True
        self._salto_ks_note_access()

    def _salto_ks_note_access(self):
        """Have the access of these bookings looked at."""
        saved = [id_ for id_ in self._ids if isinstance(id_, int)]
        self.env["salto.ks.access.note"]._note_bookings(saved)

    def unlink(self):
        self._salto_ks_note_access()
        return super().unlink()
