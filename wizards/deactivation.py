from odoo import fields, models
from odoo.fields import NO_ACCESS

from ..tools.client_actions import open_dialog


class SaltoKsDeactivation(models.TransientModel):
    """Asks what becomes of people's access when a site is switched off.

    Only Odoo makes these, for whoever pressed Deactivate: nobody can point one at
    another site.
    """

    _name = "salto.ks.deactivation"
    _inherit = "salto.ks.guarded"
    _description = "Deactivate a Salto KS site"
    _all_kept = True
    _fixed = frozenset({"integration_id"})

    integration_id = fields.Many2one(
        "salto.ks.integration", required=True, ondelete="cascade", groups=NO_ACCESS
    )
    site_name = fields.Char(readonly=True)
    booking_count = fields.Integer("Bookings with access", readonly=True)
    people_count = fields.Integer("People with access", readonly=True)

    def _ask(self, site):
        """The dialog about a site that the user may change."""
        site.ensure_one()
        asked = self.sudo().create(
            {
                "integration_id": site.id,
                "site_name": site.name,
                "booking_count": site.kept_booking_count,
                "people_count": site.kept_people_count,
            }
        )
        return open_dialog(asked, self.env._("Deactivate %s", site.name))

    def _site(self):
        """The site, with the rights of the user."""
        self.ensure_one()
        self.check_access("read")
        site = self.sudo().integration_id.with_env(self.env)
        return site.with_context(salto_ks_ask=False)

    def action_keep_access(self):
        """Switch the site off; people keep their access until it ends."""
        return self._site().action_deactivate()

    def action_remove_access(self):
        """Switch the site off, and take all access away."""
        site = self._site()
        site.action_deactivate()
        return site.action_remove_access()
