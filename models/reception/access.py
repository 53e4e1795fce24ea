from odoo import models


class SaltoKsAccess(models.Model):
    """A light of the board."""

    _name = "salto.ks.access"
    _inherit = ["salto.ks.access", "salto.ks.board.item"]
    _board_fields = frozenset({"state", "error"})
