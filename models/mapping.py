from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ..rules.doors import Row


class SaltoKsMapping(models.Model):
    _name = "salto.ks.mapping"
    _description = "Salto KS mapping"
    _order = "sequence, id"
    _row_unique = models.UniqueIndex(
        "(integration_id, COALESCE(type_id, 0), COALESCE(resource_id, 0))",
        "There is already a row for this object and sub-object: add the lock there.",
    )

    integration_id = fields.Many2one(
        "salto.ks.integration", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="integration_id.company_id", store=True, index=True
    )
    sequence = fields.Integer(default=10)
    type_id = fields.Many2one(
        "resource.booking.type",
        "Object",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('company_id', 'in', [company_id, False])]",
        help="The booking type. Empty: any.",
    )
    resource_id = fields.Many2one(
        "resource.resource",
        "Sub-object",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('company_id', 'in', [company_id, False])]",
        help="The booked resource. Empty: any.",
    )
    lock_ids = fields.Many2many(
        "salto.ks.lock",
        string="Locks",
        required=True,
        domain="[('integration_id', '=', integration_id)]",
    )

    @api.depends("type_id", "resource_id")
    def _compute_display_name(self):
        for row in self:
            names = [row.type_id.name, row.resource_id.name]
            row.display_name = " / ".join(filter(None, names)) or self.env._(
                "Everything else"
            )

    @api.constrains("integration_id", "lock_ids", "type_id", "resource_id")
    def _check_one_site(self):
        for row in self:
            if row.lock_ids.integration_id - row.integration_id:
                raise ValidationError(
                    self.env._("A row may only open locks of its own Salto site.")
                )
            foreign = (row.type_id.company_id | row.resource_id.company_id) - (
                row.company_id
            )
            if foreign:
                raise ValidationError(
                    self.env._(
                        "The object or sub-object belongs to another company "
                        "than the Salto site."
                    )
                )

    def _as_rule_rows(self):
        return [
            Row(row.id, row.type_id.id or None, row.resource_id.id or None, locks)
            for row in self
            for locks in [tuple(row.with_context(active_test=False).lock_ids.ids)]
        ]
