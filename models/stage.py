from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResourceBookingStage(models.Model):
    """Configurable status of a booking, within one of the host's four states."""

    _name = "resource.booking.stage"
    _description = "Booking stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    sequence = fields.Integer(default=10)
    fold = fields.Boolean(
        "Folded", help="Shown folded in the status bar and in kanban views."
    )
    booking_state = fields.Selection(
        selection=lambda self: self.env["resource.booking"]
        ._fields["state"]
        ._description_selection(self.env),
        string="Belongs to state",
        required=True,
        help="A booking can be in this stage only while it is in this state.",
    )

    @api.constrains("booking_state")
    def _check_bookings(self):
        bookings = self.env["resource.booking"].sudo().with_context(active_test=False)
        for stage in self:
            if bookings.search_count(
                [("stage_id", "=", stage.id), ("state", "!=", stage.booking_state)],
                limit=1,
            ):
                raise ValidationError(
                    self.env._(
                        "Bookings are in the stage '%s': move them to another one "
                        "before it becomes a stage of another state.",
                        stage.name,
                    )
                )
