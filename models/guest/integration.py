from odoo import api, models


class SaltoKsIntegration(models.Model):
    """Whom guests call when a door stays closed."""

    _inherit = "salto.ks.integration"

    def _guest_phone(self, company):
        """The site's phone, or that of its company; "" for none.

        :param company: res.company, where there is no site
        """
        site = self.sudo()
        return site.guest_phone or (site.company_id or company).sudo().phone or ""

    @api.model
    def _house_phone(self):
        """The phone on pages that must not tell which booking somebody asks for."""
        company = self.env.company
        sites = self.sudo().search(
            [
                ("company_id", "=", company.id),
                ("guest_opening", "=", True),
                ("state", "=", "active"),
            ]
        )
        phones = {site._guest_phone(company) for site in sites}
        none = self.browse()
        return phones.pop() if len(phones) == 1 else none._guest_phone(company)
