"""What is mapped stays in its company: a row must not name another company's things."""

from odoo import api, models
from odoo.exceptions import AccessError


class ResourceBookingType(models.Model):
    _inherit = "resource.booking.type"

    def write(self, vals):
        """The doors of a type's bookings are those of its company: nobody gives a type
        to a company that they do not work in."""
        if not self.env.su and "company_id" in vals:
            company = self.env["res.company"].browse(vals["company_id"] or ())
            if company - self.env.companies:
                raise AccessError(
                    self.env._(
                        "Booking types are given to companies by people who work there."
                    )
                )
        return super().write(vals)

    @api.constrains("company_id")
    def _check_mapping_company(self):
        rows = self.env["salto.ks.mapping"].sudo()
        rows.search([("type_id", "in", self.ids)])._check_one_company()

    def _salto_ks_offered(self):
        """{type: what its combinations consist of, as resource.resource}."""
        return {
            one: one.sudo()
            .combination_rel_ids.combination_id.filtered("active")
            .resource_ids.sudo(False)
            for one in self
        }
