from odoo import models


class SaltoKsIq(models.Model):
    """A light of the board."""

    _name = "salto.ks.iq"
    _inherit = ["salto.ks.iq", "salto.ks.board.item"]
    _board_fields = frozenset(
        {"online", "activation_state", "blocked_until", "restore_required"}
    )
