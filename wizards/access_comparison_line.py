from odoo import fields, models


class SaltoKsAccessComparisonLine(models.TransientModel):
    _name = "salto.ks.access.comparison.line"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS comparison of access: line"
    _fixed = frozenset({"comparison_id", "access_id", "user_id", "remote_id"})
    _all_kept = True

    comparison_id = fields.Many2one(
        "salto.ks.access.comparison", required=True, ondelete="cascade"
    )
    kind = fields.Selection(
        [
            ("missing", "Missing at Salto: will be recreated"),
            ("differs", "Different at Salto: will be corrected"),
            ("leftover", "Left over from a lost answer: will be removed"),
            ("foreign", "Not created by Odoo: left alone"),
            ("person", "Person gone from Salto: will be added again if needed"),
        ],
        "What is wrong",
    )
    name = fields.Char("Group or person")
    remote_id = fields.Char()
    access_id = fields.Many2one("salto.ks.access", ondelete="cascade")
    user_id = fields.Many2one("salto.ks.user", ondelete="cascade")
    booking_name = fields.Char(
        "Booking", related="access_id.booking_name", related_sudo=False
    )
