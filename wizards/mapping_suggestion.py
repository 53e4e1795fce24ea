from odoo import Command, api, fields, models


class SaltoKsMappingSuggestion(models.TransientModel):
    """Mapping rows that the names suggest, for a person to confirm."""

    _name = "salto.ks.mapping.suggestion"
    _description = "Suggested mapping rows"

    integration_id = fields.Many2one(
        "salto.ks.integration", required=True, readonly=True, ondelete="cascade"
    )
    line_ids = fields.One2many("salto.ks.mapping.suggestion.line", "suggestion_id")

    @api.model
    def _offer(self, integration, suggestions):
        """Make the dialog. What needs a thought is not ticked: names that are only
        alike, and rows that would close doors that open now.

        :param suggestions: as the integration's ``_suggest_rows`` returns them
        """
        return self.create(
            {
                "integration_id": integration.id,
                "line_ids": [
                    Command.create(
                        {
                            **values,
                            "chosen": values["same_name"]
                            and not values["replaced_lock_ids"],
                        }
                    )
                    for values in suggestions
                ],
            }
        )

    @api.constrains("integration_id")
    def _check_may_change(self):
        # Constraints are checked as superuser.
        self.sudo(False).integration_id.check_access("write")

    def action_add_rows(self):
        """Add a row for each line that is ticked."""
        self.ensure_one()
        chosen = self.line_ids.filtered("chosen")
        last = max(self.integration_id.mapping_ids.mapped("sequence"), default=0)
        self.env["salto.ks.mapping"].create(
            [
                {
                    "integration_id": self.integration_id.id,
                    "sequence": last + place,
                    "type_id": line.type_id.id,
                    "resource_id": line.resource_id.id,
                    "lock_ids": [Command.set(line.lock_id.ids)],
                }
                for place, line in enumerate(chosen, 1)
            ]
        )
        return self.integration_id._notify(self.env._("Rows added: %s.", len(chosen)))

    def _show(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Suggested rows"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }


class SaltoKsMappingSuggestionLine(models.TransientModel):
    _name = "salto.ks.mapping.suggestion.line"
    _description = "Suggested mapping row"

    suggestion_id = fields.Many2one(
        "salto.ks.mapping.suggestion", required=True, ondelete="cascade"
    )
    chosen = fields.Boolean("Add")
    type_id = fields.Many2one("resource.booking.type", "Object", readonly=True)
    resource_id = fields.Many2one("resource.resource", "Sub-object", readonly=True)
    lock_id = fields.Many2one("salto.ks.lock", "Lock", readonly=True, required=True)
    replaced_lock_ids = fields.Many2many(
        "salto.ks.lock",
        string="Instead of",
        readonly=True,
        help="What opens now, by a row for any sub-object. It no longer does with a "
        "row of its own.",
    )
    same_name = fields.Boolean(readonly=True)
    likeness = fields.Char("Names are", compute="_compute_likeness")

    @api.constrains("suggestion_id", "type_id", "resource_id", "lock_id")
    def _check_may_see(self):
        """A name is shown of whatever stands here."""
        lines = self.sudo(False)
        lines.suggestion_id.check_access("write")
        for name in ("type_id", "resource_id", "lock_id"):
            lines[name].check_access("read")

    @api.depends("same_name")
    @api.depends_context("lang")
    def _compute_likeness(self):
        for line in self:
            line.likeness = (
                self.env._("the same") if line.same_name else self.env._("alike")
            )
