from odoo import api, models

from .resource_booking_key import without_keys


class MailMessage(models.Model):
    """A guest who answers sends the link back: it does not stay in the history."""

    _inherit = "mail.message"

    @api.model_create_multi
    def create(self, vals_list):
        for vals in vals_list:
            if vals.get("model") == "resource.booking" and vals.get("body"):
                vals["body"] = without_keys(vals["body"])
        return super().create(vals_list)
