from odoo import models

from .resource_booking_key import MARK


class MailMail(models.Model):
    """E-mails get their key when they leave, and not before."""

    _inherit = "mail.mail"

    def _prepare_outgoing_body(self):
        body = super()._prepare_outgoing_body()
        if self.model != "resource.booking" or MARK not in body:
            return body
        booking = self.env["resource.booking"].sudo().browse(self.res_id).exists()
        if not booking:
            return body
        return booking._salto_ks_put_keys(body, self.mail_message_id.create_uid)
