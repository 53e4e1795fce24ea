from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

NO_SHOW = "resource_booking_salto_ks.stage_no_show"


class ResourceBookingStage(models.Model):
    """Configurable status of a booking, within one of the host's four states."""

    _name = "resource.booking.stage"
    _inherit = "salto.ks.guarded"
    _description = "Booking stage"
    _order = "sequence, id"

    name = fields.Char(required=True, translate=True)
    # After those that are there: bookings come into the first stage of their state.
    sequence = fields.Integer(default=100)
    fold = fields.Boolean(
        "Folded", help="Shown folded in the status bar and in kanban views."
    )
    booking_state = fields.Selection(
        selection=lambda self: self._states(),
        string="Belongs to state",
        required=True,
        help="A booking can be in this stage only while it is in this state.",
    )

    @api.model
    def _states(self):
        """The host's states, as a selection."""
        states = self.env["resource.booking"]._fields["state"]
        return states._description_selection(self.env)

    @api.constrains("booking_state")
    def _check_bookings(self):
        for stage in self:
            if stage._any_booking([("state", "!=", stage.booking_state)]):
                raise ValidationError(
                    self.env._(
                        "Bookings are in the stage '%s': move them to another one "
                        "before it becomes a stage of another state.",
                        stage.name,
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        stages = super().create(vals_list)
        stages._check_not_first()
        return stages

    def _check_not_first(self):
        """Bookings come into the first stage of their state: a new one in that place
        would close the doors of all companies.

        :raises UserError: a site that the caller does not work for goes by the stage
            that was the first one
        """
        for stage in self:
            others = self.search(
                [
                    ("booking_state", "=", stage.booking_state),
                    ("id", "not in", self.ids),
                ]
            )
            if others and (stage.sequence, stage.id) < (
                others[0].sequence,
                others[0].id,
            ):
                others[0]._check_only_own_sites()

    def write(self, vals):
        if {"booking_state", "sequence", "name"} & vals.keys():
            self._check_only_own_sites()
        result = super().write(vals)
        if "sequence" in vals or "booking_state" in vals:
            self._check_not_first()
        if "booking_state" in vals:
            every = [("booking_state", "!=", False)]
            self._check_each_state_has_one(self.search(every))
        return result

    def _check_only_own_sites(self):
        """All companies share the stages, and state and order decide which one a
        booking comes into: so they open doors.

        :raises UserError: a site that the caller does not work for goes by a stage
        """
        self.check_access("write")
        for stage in self:
            if not self.env.su and stage._sites() - stage._own_sites():
                raise UserError(
                    self.env._(
                        "The stage '%s' is in the settings of a Salto KS site of "
                        "another company, whose doors would follow: add a stage of "
                        "your own instead.",
                        stage.name,
                    )
                )

    def _check_each_state_has_one(self, stages):
        """Bookings that come into a state need a stage there."""
        missing = set(dict(self._states())) - set(stages.mapped("booking_state"))
        if missing:
            raise ValidationError(
                self.env._(
                    "Bookings in the state %s would have no stage: make another one "
                    "for it first.",
                    ", ".join(name for key, name in self._states() if key in missing),
                )
            )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        for stage in self:
            sites = stage._own_sites()
            if stage._sites() - sites:
                raise UserError(
                    self.env._(
                        "The stage '%s' is in the settings of a Salto KS site of "
                        "another company.",
                        stage.name,
                    )
                )
            if sites:
                raise UserError(
                    self.env._(
                        "The stage '%(stage)s' is in the settings of %(sites)s: choose "
                        "another one there, on the tabs Details and Access groups, "
                        "before you delete it. Or rename it.",
                        stage=stage.name,
                        sites=", ".join(sites.mapped("name")),
                    )
                )
            if stage._any_booking():
                raise UserError(
                    self.env._(
                        "Bookings are in the stage '%s', perhaps archived ones: move "
                        "them to another stage before you delete it. Or rename it.",
                        stage.name,
                    )
                )
        self._check_each_state_has_one(self.search([("id", "not in", self.ids)]))

    def _is_before(self, other):
        """Does a booking pass this stage before the other one?"""
        return (self.sequence, self.id) < (other.sequence, other.id)

    def _any_booking(self, domain=()):
        """One booking in these stages that matches ``domain``, or none."""
        bookings = self.env["resource.booking"].sudo().with_context(active_test=False)
        return bookings.search([("stage_id", "in", self.ids), *domain], limit=1)

    def _own_sites(self):
        """Those of ``_sites`` that are of a company which the caller works in."""
        sites = self._sites()
        if self.env.su:
            return sites
        return sites.filtered(lambda site: site.company_id in self.env.companies)

    def _sites(self):
        """The sites whose settings name one of these stages."""
        sites = self.env["salto.ks.integration"].sudo().with_context(active_test=False)
        return sites.search(
            [
                "|",
                "|",
                "|",
                ("open_stage_ids", "in", self.ids),
                ("access_stage_ids", "in", self.ids),
                ("checkin_stage_id", "in", self.ids),
                ("checkout_stage_id", "in", self.ids),
            ]
        )
