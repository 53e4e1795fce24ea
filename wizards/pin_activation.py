import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

# Shown for a PIN that was entered: a PIN never goes back to a browser.
ENTERED = "••••"


class SaltoKsPinActivation(models.TransientModel):
    """Activates an IQ: get a PIN from Salto, prove it, and change it if wished.

    What is typed is kept encrypted in the vault, so that an error in the middle
    loses nothing and no PIN is ever readable in this table.
    """

    _name = "salto.ks.pin.activation"
    _description = "Activate an IQ with its PIN"

    iq_id = fields.Many2one(
        "salto.ks.iq", "IQ", required=True, readonly=True, ondelete="cascade"
    )
    activation_state = fields.Selection(related="iq_id.activation_state")
    username = fields.Char(related="iq_id.integration_id.username")
    delivery = fields.Selection(
        [("sms", "Text message"), ("email", "E-mail")],
        "Send the PIN by",
        default="sms",
        required=True,
    )
    current_pin = fields.Char(
        "Current PIN",
        compute="_compute_pins",
        inverse="_inverse_current_pin",
        help="The four digits of the message.",
    )
    new_pin = fields.Char(
        "New PIN",
        compute="_compute_pins",
        inverse="_inverse_new_pin",
        help="Four digits of your own. Leave empty to keep the current PIN.",
    )

    @api.depends("iq_id")
    def _compute_pins(self):
        vault = self.env["salto.ks.vault"].sudo()
        for wizard in self:
            entered = vault._has("entered_pin", wizard.iq_id)
            wanted = vault._has("wanted_pin", wizard.iq_id)
            wizard.current_pin = ENTERED if entered else False
            wizard.new_pin = ENTERED if wanted else False

    def _inverse_current_pin(self):
        for wizard in self:
            wizard._keep("entered_pin", wizard.current_pin)
        self._forget_typed_pins()

    def _inverse_new_pin(self):
        for wizard in self:
            wizard._keep("wanted_pin", wizard.new_pin)
        self._forget_typed_pins()

    def _forget_typed_pins(self):
        """Or else this transaction would still answer with what was typed."""
        self.invalidate_recordset(["current_pin", "new_pin"])

    def _keep(self, kind, pin):
        if pin == ENTERED:
            return
        if pin and not re.fullmatch("[0-9]{4}", pin):
            raise ValidationError(
                self.env._("A PIN has four digits, for example 0427.")
            )
        self.env["salto.ks.vault"].sudo()._put(kind, self.iq_id, pin)

    @api.model_create_multi
    def create(self, vals_list):
        """Start with empty PINs, whatever an earlier, unfinished try left."""
        vault = self.env["salto.ks.vault"].sudo()
        for vals in vals_list:
            iq = self.env["salto.ks.iq"].browse(vals.get("iq_id"))
            for kind in ("entered_pin", "wanted_pin"):
                vault._put(kind, iq, None)
        return super().create(vals_list)

    def action_get_pin(self):
        """Let Salto send the PIN; if it answers with the PIN, fill it in."""
        self.ensure_one()
        pin = self.iq_id._request_pin(by_email=self.delivery == "email")
        if pin:
            self.current_pin = pin
        return self._show()

    def action_set_pin(self):
        """Activate the IQ with the PINs that were entered."""
        self.ensure_one()
        vault = self.env["salto.ks.vault"].sudo()
        current_pin = vault._get("entered_pin", self.iq_id)
        if not current_pin:
            raise UserError(
                self.env._("Enter the current PIN: the four digits that Salto sent.")
            )
        self.iq_id._set_pin(current_pin, vault._get("wanted_pin", self.iq_id))
        for kind in ("entered_pin", "wanted_pin"):
            vault._put(kind, self.iq_id, None)
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self.env._("%s: IQ is activated.", self.iq_id.name),
                "type": "success",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

    def _show(self):
        self.ensure_one()
        return {
            "type": "ir.actions.act_window",
            "name": self.env._("Activate %s", self.iq_id.name),
            "res_model": self._name,
            "res_id": self.id,
            "view_mode": "form",
            "target": "new",
        }
