from odoo import fields, models


class SaltoKsDoorChoice(models.TransientModel):
    """Asks which of a booking's doors to open."""

    _name = "salto.ks.door.choice"
    _inherit = "salto.ks.guarded"
    _description = "Choose a door"
    _fixed = frozenset({"booking_id"})

    booking_id = fields.Many2one(
        "resource.booking", required=True, readonly=True, ondelete="cascade"
    )
    lock_ids = fields.Many2many(
        "salto.ks.lock",
        related="booking_id.salto_ks_lock_ids",
        related_sudo=False,
        string="Doors",
    )
