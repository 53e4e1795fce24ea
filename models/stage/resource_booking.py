from odoo import api, fields, models
from odoo.exceptions import ValidationError


class ResourceBooking(models.Model):
    """A booking's stage: the host's state, told apart more finely."""

    _inherit = "resource.booking"

    stage_id = fields.Many2one(
        "resource.booking.stage",
        "Stage",
        compute="_compute_stage_id",
        store=True,
        readonly=False,
        index=True,
        ondelete="restrict",
        copy=False,
        tracking=True,
        group_expand="_read_group_stage_ids",
    )

    @api.depends("state")
    def _compute_stage_id(self):
        first_of_state = {}
        of_states = [("booking_state", "in", self.mapped("state"))]
        for stage in self.env["resource.booking.stage"].search(of_states):
            first_of_state.setdefault(stage.booking_state, stage)
        for booking in self:
            if booking.stage_id.booking_state != booking.state:
                booking.stage_id = first_of_state.get(booking.state)

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        return stages.search([("booking_state", "!=", False)])

    @api.constrains("stage_id")
    def _check_stage_of_state(self):
        for booking in self:
            stage = booking.stage_id
            if stage and stage.booking_state != booking.state:
                raise ValidationError(booking._stage_mismatch_sentence(stage))

    def _stage_mismatch_sentence(self, stage):
        what_to_do = {
            "pending": self.env._("press Unschedule (or Set pending) instead"),
            "scheduled": self.env._("press Schedule and choose a time instead"),
            "confirmed": self.env._("give it a time, and press Confirm first"),
            "canceled": self.env._("press Cancel instead"),
        }
        states = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "'%(booking)s' is %(state)s and cannot be moved to '%(stage)s' by hand: "
            "%(what_to_do)s.",
            booking=self.display_name,
            state=states[self.state].lower(),
            stage=stage.name,
            what_to_do=what_to_do[stage.booking_state],
        )
