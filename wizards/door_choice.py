from odoo import api, fields, models


class SaltoKsDoorChoice(models.TransientModel):
    """Asks which of a booking's doors to open."""

    _name = "salto.ks.door.choice"
    _description = "Choose a door"

    booking_id = fields.Many2one(
        "resource.booking", required=True, readonly=True, ondelete="cascade"
    )
    lock_ids = fields.Many2many(
        "salto.ks.lock", related="booking_id.salto_ks_lock_ids", string="Doors"
    )

    @api.constrains("booking_id")
    def _check_may_see(self):
        """Only bookings that the person may see: their doors are read as superuser."""
        # Constraints are checked as superuser.
        self.sudo(False).booking_id.check_access("read")

    def _show(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Which door?"),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
