from odoo import api, fields, models

from ...rules.access.access import fingerprint
from ..opening.resource_booking_caller import USER_GROUP


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
