from odoo import Command, api, fields, models

from ..tools.client_actions import notify


class SaltoKsMappingSuggestion(models.TransientModel):
    """Mapping rows that the names suggest, for a person to confirm."""

    _name = "salto.ks.mapping.suggestion"
    _inherit = "salto.ks.guarded"
    _description = "Suggested mapping rows"
    _fixed = frozenset({"integration_id"})

    integration_id = fields.Many2one(
        "salto.ks.integration", required=True, readonly=True, ondelete="cascade"
    )
    line_ids = fields.One2many("salto.ks.mapping.suggestion.line", "suggestion_id")

    @api.model
    def _offer(self, integration, suggestions):
        """Make the dialog. What needs a thought is not ticked: names that are only
        alike, and rows that would close doors that open now.

        :param integration: salto.ks.integration that the caller may change
        :param suggestions: as the integration's ``_suggest_rows`` returns them
        """
        integration.check_access("write")
        return self.sudo().create(
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
        return notify(self.env._("Rows added: %s.", len(chosen)))
