from odoo import api, fields, models
from odoo.exceptions import UserError


class SaltoKsOverride(models.TransientModel):
    """Opens a door outside the booking's time and stages, for a reason on record.

    Only what the booking says is overridden: a site that is switched off, a copy of the
    database, an IQ that is stopped or another company's door stay closed.
    """

    _name = "salto.ks.override"
    _inherit = "salto.ks.guarded"
    _description = "Open anyway"
    _fixed = frozenset({"booking_id"})

    booking_id = fields.Many2one(
        "resource.booking", required=True, readonly=True, ondelete="cascade"
    )
    lock_ids = fields.Many2many(
        "salto.ks.lock", related="booking_id.salto_ks_lock_ids", related_sudo=False
    )
    lock_id = fields.Many2one(
        "salto.ks.lock",
        "Door",
        compute="_compute_lock_id",
        store=True,
        readonly=False,
        domain="[('id', 'in', lock_ids)]",
    )
    verdict = fields.Char(
        "Why it stays closed",
        related="booking_id.salto_ks_open_verdict",
        related_sudo=False,
    )
    reason = fields.Char(help="It is kept with the opening and in the chatter.")

    @api.depends("booking_id")
    def _compute_lock_id(self):
        for dialog in self:
            locks = dialog.booking_id.salto_ks_lock_ids
            dialog.lock_id = locks if len(locks) == 1 else False

    def action_open(self):
        """
        :raises UserError: something is missing, or the rules refuse all the same
        """
        self.ensure_one()
        self.check_access("write")
        reason = (self.reason or "").strip()
        if not reason:
            raise UserError(self.env._("Say why: the reason is kept on record."))
        if self.lock_id not in self.booking_id.salto_ks_lock_ids:
            raise UserError(self.env._("Choose one of the booking's doors."))
        return self.booking_id._salto_ks_open_anyway(self.lock_id, reason)
