from odoo import api, fields, models

from ...tools.client_actions import open_list
from .resource_booking_verdict import USER_GROUP


class ResPartner(models.Model):
    """Which doors a person opened, or tried to."""

    _inherit = "res.partner"

    salto_ks_opening_ids = fields.One2many(
        "salto.ks.opening", "partner_id", "Openings", groups=USER_GROUP
    )
    salto_ks_opening_count = fields.Integer(
        compute="_compute_salto_ks_opening_count", groups=USER_GROUP
    )

    @api.depends("salto_ks_opening_ids")
    def _compute_salto_ks_opening_count(self):
        counts = dict(
            self.env["salto.ks.opening"]._read_group(
                [("partner_id", "in", self.ids)], ["partner_id"], ["__count"]
            )
        )
        for partner in self:
            partner.salto_ks_opening_count = counts.get(partner, 0)

    def action_salto_ks_view_openings(self):
        self.ensure_one()
        domain = [("partner_id", "=", self.id)]
        return open_list(self.env, "opening_action", domain)
