from odoo import api, models

from ...services.find_free_rooms import FreeRooms
from ...wording.times import local_time
from ..opening.resource_booking_verdict import USER_GROUP

# The booking type for which a room is chosen.
FOR_TYPE = "salto_ks_walk_in_type"


class ResourceResource(models.Model):
    """A room that is chosen for a walk-in says until when it is free."""

    _inherit = "resource.resource"

    @api.depends_context(FOR_TYPE, "uid", "tz", "lang")
    def _compute_display_name(self):
        super()._compute_display_name()
        booking_type = self.env["resource.booking.type"].browse(
            self.env.context.get(FOR_TYPE) or ()
        )
        may_know = self.env.user.has_group(USER_GROUP)
        if not may_know or not booking_type.exists():
            return
        free = FreeRooms(booking_type)
        for room in self:
            end = free.end(room._origin)
            if end:
                room.display_name = self.env._(
                    "%(room)s · free until %(time)s",
                    room=room.name,
                    time=local_time(self.env, end),
                )
