from odoo import models

from ..opening.resource_booking_verdict import USER_GROUP

HOSTS_ENTRY = "resource_booking.resource_booking_menu"


class IrUiMenu(models.Model):
    """The desk has its own entry for all bookings: the host's shows those of whoever
    looks, and nobody at the desk has any."""

    _inherit = "ir.ui.menu"

    def _load_menus_blacklist(self):
        hidden = super()._load_menus_blacklist()
        if self.env.user.has_group(USER_GROUP):
            hosts = self.env.ref(HOSTS_ENTRY, raise_if_not_found=False)
            hidden = [*hidden, *(hosts.ids if hosts else ())]
        return hidden
