from odoo import models
from odoo.fields import Domain


class ResourceBookingType(models.Model):
    """Its company says which sites' doors its bookings open."""

    _name = "resource.booking.type"
    _inherit = ["resource.booking.type", "salto.ks.access.cause"]
    _salto_ks_causes = frozenset({"company_id"})

    def _salto_ks_affected(self):
        return Domain("type_id", "in", self.ids)
