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
    doors = fields.Json(
        compute="_compute_doors", help="[{id, name, site, can_open, sentence}]"
    )

    def _compute_doors(self):
        """Each door with what the rules say of it; its site, if there are several."""
        for choice in self:
            booking = choice.booking_id
            verdicts = booking._salto_ks_verdicts()
            sites = {lock.integration_id for lock in verdicts}
            choice.doors = [
                {
                    "id": lock.id,
                    "name": lock.name,
                    "site": lock.integration_id.name if len(sites) > 1 else "",
                    "can_open": verdict.allowed,
                    "sentence": booking._salto_ks_verdict_sentence(verdict, lock),
                }
                for lock, verdict in verdicts.items()
            ]
