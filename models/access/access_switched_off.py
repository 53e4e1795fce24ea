"""Access at sites that are switched off: it stays at Salto until its time is over, and
Odoo goes on taking it away wherever a booking or a person wants that."""

from odoo import api, fields, models


class SaltoKsAccess(models.Model):
    _inherit = "salto.ks.access"

    why_not_updated = fields.Char("Not updated", compute="_compute_why_not_updated")

    @api.depends(
        "state",
        "integration_id.state",
        "integration_id.active",
        "integration_id.sync_access",
        "integration_id.is_copy",
    )
    @api.depends_context("lang")
    def _compute_why_not_updated(self):
        for access in self:
            access.why_not_updated = access._find_why_not_updated()

    def _find_why_not_updated(self):
        """Why what is shown may be other than what the booking says; "" if nothing is
        in the way. What is taken away is followed at switched-off sites, too."""
        site = self.integration_id
        if self.state == "revoked":
            return ""
        if site.is_copy:
            return self.env._(
                "This database is a copy: Odoo does not update this access."
            )
        if self.state == "revoking":
            return ""
        if site.state != "active" or not site.active:
            return self.env._("The site is inactive: Odoo does not update this access.")
        if not site.sync_access:
            return self.env._(
                "Keep access groups is switched off: Odoo does not update this access."
            )
        return ""
