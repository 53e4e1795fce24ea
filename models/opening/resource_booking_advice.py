from odoo import models

from ...rules.opening.advice import ADVISED, Reader, find_advice
from .resource_booking_verdict import OVERRIDE_GROUP


class ResourceBooking(models.Model):
    """What whoever reads a refusal can do about it themselves."""

    _inherit = "resource.booking"

    def _salto_ks_advice(self, code):
        """What the caller can do about a refusal: rules.opening.advice.Advice, or
        None."""
        if code not in ADVISED:
            return None
        reader = Reader(
            may_change=self.is_modifiable,
            may_extend=self._salto_ks_may_extend(),
            may_override=self.env.user.has_group(OVERRIDE_GROUP),
            waits=self.sudo().state == "scheduled",
            is_today=self._salto_ks_is_today(),
        )
        return find_advice(code, reader)
