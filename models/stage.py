from odoo import fields, models


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
