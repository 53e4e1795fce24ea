"""What is mapped stays in its company: a row must not name another company's things."""

from odoo import api, models


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    @api.constrains("company_id")
    def _check_mapping_company(self):
        rows = self.env["salto.ks.mapping"].sudo()
        rows.search([("resource_id", "in", self.ids)])._check_one_company()
