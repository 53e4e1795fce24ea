from odoo import models
from odoo.tools.mail import email_normalize_all

from .resource_booking_key import MARK


class MailMail(models.Model):
    """E-mails get their key when they leave, and only those to a guest. So does the
    calendar file beside it: Odoo keeps neither."""

    _inherit = "mail.mail"

    def _prepare_outgoing_list(self, mail_server=False, doc_to_followers=None):
        mails = super()._prepare_outgoing_list(mail_server, doc_to_followers)
        if self.model != "resource.booking":
            return mails
        booking = self.env["resource.booking"].sudo().browse(self.res_id).exists()
        sender = self.mail_message_id.create_uid
        guests = {*email_normalize_all(",".join(booking._salto_ks_guest_emails()))}
        for mail in mails:
            people = {*mail["email_to_normalized"]}
            is_to_guests = bool(people) and people <= guests and not mail["email_cc"]
            key_sender = sender if is_to_guests else sender.browse()
            calendar_file = booking._salto_ks_calendar_file(mail["body"], key_sender)
            if calendar_file:
                mail["attachments"] = [*mail["attachments"], calendar_file]
            for part in ("body", "body_alternative"):
                if MARK in (mail[part] or ""):
                    mail[part] = booking._salto_ks_put_keys(mail[part], key_sender)
        return mails
