from odoo import fields, models
from odoo.fields import Domain

from ..guard.guarded import KeptFields
from ..opening.resource_booking_verdict import USER_GROUP


class ResPartner(KeptFields, models.Model):
    _name = "res.partner"
    _inherit = ["res.partner", "salto.ks.access.cause"]
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
