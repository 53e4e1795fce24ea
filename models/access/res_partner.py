from odoo import fields, models
from odoo.exceptions import AccessError
from odoo.fields import Domain

from ..opening.resource_booking_verdict import USER_GROUP


class ResPartner(models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "salto.ks.kept", "salto.ks.access.cause"]
    _salto_ks_causes = frozenset(
        {"name", "email", "active", "category_id", "salto_ks_tag"}
    )

    salto_ks_tag = fields.Char(
        "Salto KS tag",
        copy=False,
        groups=USER_GROUP,
        help="Number of the tag that the person carries, as it is printed on it.",
    )

    def _salto_ks_affected(self):
        return Domain("partner_ids", "in", self.ids)

    def _salto_ks_check_merge(self):
        """Whoever merges contacts decides who gets in: one stands for the others.

        :raises AccessError: one of them has bookings to come, and the caller does not
            have the right to open doors
        """
        if self.env.su or self.env.user.has_group(USER_GROUP):
            return
        bookings = self.env["resource.booking"].sudo()
        now = fields.Datetime.now()
        if bookings.search_count(
            [("partner_ids", "in", self.ids), ("stop", ">", now)], limit=1
        ):
            raise AccessError(
                self.env._(
                    "One of these contacts has a booking, which opens doors: somebody "
                    "with the right 'Salto KS: open doors' has to merge them."
                )
            )

    def _salto_ks_forget_twins(self):
        """Contacts that are one and the same user at Salto keep one row for it."""
        users = self.env["salto.ks.user"].sudo()
        known = users.search(
            [("partner_id", "in", self.ids), ("user_uuid", "!=", False)]
        )
        for same in known.grouped(
            lambda one: (one.integration_id, one.user_uuid)
        ).values():
            same[1:].unlink()
