from odoo import Command, api, fields, models

from ..models.access.integration_sync import DOUBT_ACTIVITY
from ..rules.access.drift import Kind
from ..services.sync.comparison import AccessComparer, Drift


class SaltoKsAccessComparison(models.TransientModel):
    """What Salto holds otherwise than Odoo recorded, before it is fixed.

    Only Odoo's own code makes one: what a person carries out is what they were shown.
    """

    _name = "salto.ks.access.comparison"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS comparison of access"
    _fixed = frozenset({"integration_id"})
    _all_kept = True

    integration_id = fields.Many2one(
        "salto.ks.integration", "Site", required=True, readonly=True
    )
    line_ids = fields.One2many(
        "salto.ks.access.comparison.line", "comparison_id", readonly=True
    )
    is_credible = fields.Boolean(
        readonly=True, help="Off: an unusual share is missing at Salto."
    )
    can_fix = fields.Boolean(compute="_compute_can_fix")

    def _compute_can_fix(self):
        for comparison in self:
            comparison.can_fix = any(
                line.kind != Kind.FOREIGN.value for line in comparison.line_ids
            )

    @api.model
    def _offer(self, integration, drift, is_credible):
        """
        :param integration: salto.ks.integration that the caller may change
        :param drift, is_credible: as services.sync.comparison returns them
        """
        integration.check_access("write")
        return self.sudo().create(
            {
                "integration_id": integration.id,
                "is_credible": is_credible,
                "line_ids": [
                    Command.create(
                        {
                            "kind": one.kind.value,
                            "remote_id": one.remote_id,
                            "name": one.name,
                            "access_id": one.access_id,
                            "user_id": one.user_id,
                        }
                    )
                    for one in drift
                ],
            }
        )

    def _show(self):
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Compared with Salto"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }

    def action_fix(self):
        """Fix what is Odoo's own."""
        self.ensure_one()
        self.check_access("read")
        site = self.integration_id
        site.check_access("write")
        comparer = AccessComparer(site._for_staff())
        comparer.run(comparer.fix_drift(self.sudo()._drift_of_site()))
        site.sudo().activity_unlink([DOUBT_ACTIVITY])
        return site.action_sync_access()

    def _drift_of_site(self):
        """What the lines say about rows of the site that was compared."""
        site = self.integration_id
        return [
            Drift(
                Kind(line.kind),
                line.remote_id,
                line.name,
                line.access_id.id,
                line.user_id.id,
            )
            for line in self.line_ids
            if (line.access_id or line.user_id).integration_id <= site
        ]
