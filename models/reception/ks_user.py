from odoo import models


class SaltoKsUser(models.Model):
    """A light of the board."""

    _name = "salto.ks.user"
    _inherit = ["salto.ks.user", "salto.ks.board.item"]
    _board_fields = frozenset({"user_uuid", "problem", "seated", "blocked"})
