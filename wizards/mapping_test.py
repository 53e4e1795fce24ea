from odoo import api, fields, models

from ..models.mapping.mapping import rule_resources
from ..rules.mapping.doors import find_matches


class SaltoKsMappingTest(models.TransientModel):
    """Answers which doors a booking would open, by which row, and why.

    It asks the same rules as a booking does, so it cannot be of another opinion.
    """

    _name = "salto.ks.mapping.test"
    _inherit = "salto.ks.guarded"
    _description = "Test the mapping"
    _fixed = frozenset({"integration_id"})

    integration_id = fields.Many2one(
        "salto.ks.integration", required=True, readonly=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="integration_id.company_id", related_sudo=False
    )
    type_id = fields.Many2one(
        "resource.booking.type",
        "Object",
        domain="[('company_id', 'in', [company_id, False])]",
        help="The booking type.",
    )
    bookable_resource_ids = fields.Many2many(
        "resource.resource", compute="_compute_bookable_resource_ids"
    )
    resource_ids = fields.Many2many(
        "resource.resource",
        string="Resources",
        domain="[('id', 'in', bookable_resource_ids)]",
        compute="_compute_resource_ids",
        store=True,
        readonly=False,
        help="The resources that are booked together.",
    )
    result = fields.Html(compute="_compute_result", sanitize=False)

    @api.depends("type_id")
    def _compute_bookable_resource_ids(self):
        for wizard in self:
            site = wizard.integration_id
            bookable = site._combinations(wizard.type_id).resource_ids
            wizard.bookable_resource_ids = site._own(bookable).ids

    @api.depends("type_id")
    def _compute_resource_ids(self):
        """Keep of the choice what the object still offers."""
        for wizard in self:
            wizard.resource_ids &= wizard.bookable_resource_ids

    @api.depends("type_id", "resource_ids")
    @api.depends_context("lang", "tz")
    def _compute_result(self):
        for wizard in self:
            wizard.result = False
            if wizard.type_id:
                wizard.result = self.env["ir.qweb"]._render(
                    "resource_booking_salto_ks.mapping_test_result",
                    wizard._find_doors(),
                )

    def _find_doors(self):
        """What the template shows.

        :returns: ``site``; ``doors``: list of (lock, by which row and why); ``idle``:
            sentences about sub-objects that open nothing
        """
        self.ensure_one()
        # In the form the records are drafts of themselves.
        resources = self.resource_ids._origin
        matches = find_matches(
            self.integration_id._company_rows()._as_rule_rows(),
            self.type_id._origin.id,
            rule_resources(resources),
        )
        doors = {}
        for match in matches:
            row = self.env["salto.ks.mapping"].browse(match.row.key)
            resource = resources.browse(match.resource.id if match.resource else ())
            for lock in row.lock_ids:
                doors.setdefault(lock, self._row_sentence(row, resource))
        matched = {match.resource.id for match in matches if match.resource}
        idle = resources.filtered(lambda one: one.id not in matched)
        return {
            "site": self.integration_id,
            "doors": list(doors.items()),
            "idle": [self._idle_sentence(one) for one in idle] if doors else [],
        }

    def _row_sentence(self, row, resource):
        words = {"number": row.number, "reason": row._reason(resource)}
        if row.integration_id == self.integration_id:
            return self.env._("Row %(number)s: %(reason)s", **words)
        return self.env._(
            "Row %(number)s of %(site)s: %(reason)s",
            site=row.integration_id.name,
            **words,
        )

    def _idle_sentence(self, resource):
        rooms = self.resource_ids.filtered(lambda one: one.resource_type != "user")
        if resource.resource_type == "user" and rooms:
            return self.env._(
                "%s adds no door: a person who is booked along with a room only adds "
                "doors from rows of their own.",
                resource.name,
            )
        return self.env._(
            "%s opens no door: no row is for it, nor for everything else.",
            resource.name,
        )
