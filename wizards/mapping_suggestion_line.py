from odoo import api, fields, models


class SaltoKsMappingSuggestionLine(models.TransientModel):
    _name = "salto.ks.mapping.suggestion.line"
    _inherit = "salto.ks.guarded"
    _description = "Suggested mapping row"
    _fixed = frozenset({"suggestion_id"})

    suggestion_id = fields.Many2one(
        "salto.ks.mapping.suggestion", required=True, ondelete="cascade"
    )
    chosen = fields.Boolean("Add")
    type_id = fields.Many2one("resource.booking.type", "Object", readonly=True)
    resource_id = fields.Many2one("resource.resource", "Resource", readonly=True)
    lock_id = fields.Many2one("salto.ks.lock", "Lock", readonly=True, required=True)
    replaced_lock_ids = fields.Many2many(
        "salto.ks.lock",
        string="Instead of",
        readonly=True,
        help="What opens now, by a row for any resource. It no longer does with a "
        "row of its own.",
    )
    same_name = fields.Boolean(readonly=True)
    likeness = fields.Char("Match", compute="_compute_likeness")

    @api.depends("same_name")
    @api.depends_context("lang")
    def _compute_likeness(self):
        for line in self:
            line.likeness = (
                self.env._("exact") if line.same_name else self.env._("similar")
            )
