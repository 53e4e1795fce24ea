"""What is mapped stays in its company: a row must not name another company's things."""

from odoo import api, fields, models


class ResourceResource(models.Model):
    _inherit = "resource.resource"

    salto_ks_type_ids = fields.Many2many(
        "resource.booking.type",
        string="Offered by booking types",
        compute="_compute_salto_ks_type_ids",
        search="_search_salto_ks_type_ids",
    )

    def _compute_salto_ks_type_ids(self):
        types = self.env["resource.booking.type"].search([("active", "=", True)])
        offered = types._salto_ks_offered()
        for resource in self:
            resource.salto_ks_type_ids = types.filtered(
                lambda one, resource=resource: resource in offered[one]
            )

    @api.model
    def _search_salto_ks_type_ids(self, operator, value):
        """Compared with nothing, it finds what any type offers: so it is meant in the
        mapping, where an empty type is any."""
        if operator != "in":
            return NotImplemented
        types = self.env["resource.booking.type"]
        named = types.browse([one for one in value if one])
        types = named or types.search([("active", "=", True)])
        offered = self.browse().union(*types._salto_ks_offered().values())
        return [("id", "in", offered.ids)]

    @api.model
    def _search(self, domain, offset=0, limit=None, order=None, **kwargs):
        if self.env.context.get("salto_ks_rooms_first"):
            order = "resource_type, name"
        return super()._search(domain, offset, limit, order, **kwargs)

    @api.constrains("company_id")
    def _check_mapping_company(self):
        rows = self.env["salto.ks.mapping"].sudo()
        rows.search([("resource_id", "in", self.ids)])._check_one_company()
