import re

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..rules.site.activation import (
    ActivationOutcome,
    Change,
    Problem,
    Progress,
    Severity,
    WizardStep,
    next_step,
    offers_new_pin,
    severity_of,
)
from ..rules.times.moments import aware
from ..services.activate_iq import IqActivation
from ..tools.client_actions import notify, open_dialog
from ..tools.secret_field import Secret
from ..wording.activation import outcome_sentence
from ..wording.times import local_time

# Shown for a PIN that was entered: a PIN never goes back to a browser.
ENTERED = "••••"


class SaltoKsPinActivation(models.TransientModel):
    """Walks a person through the activation of an IQ.

    The wizard itself holds nothing that matters: what is typed goes to the vault at
    once, what Salto did is kept on the IQ. Whoever opens the next wizard goes on where
    this one stopped.
    """

    _name = "salto.ks.pin.activation"
    _inherit = "salto.ks.guarded"
    _description = "Activate an IQ with its PIN"
    _fixed = frozenset({"iq_id"})

    iq_id = fields.Many2one(
        "salto.ks.iq", "IQ", required=True, readonly=True, ondelete="cascade"
    )
    step = fields.Selection(
        [
            (WizardStep.RESTORE.value, "Restore"),
            (WizardStep.GET_PIN.value, "Get the PIN"),
            (WizardStep.SET_PIN.value, "Set the PIN"),
            (WizardStep.FIND_OUT.value, "Check the PIN"),
            (WizardStep.DONE.value, "Activated"),
        ],
        compute="_compute_step",
    )
    wants_to_type = fields.Boolean(help="The person asked to type a PIN.")
    is_restored = fields.Boolean(help="The IQ was restored in this dialog.")
    problem_code = fields.Char(
        readonly=True, help="Why the last attempt failed, for the rules."
    )
    severity = fields.Selection(
        [(Severity.WARNING.value, "Warning"), (Severity.DANGER.value, "Danger")],
        compute="_compute_severity",
    )
    offers_new_pin = fields.Boolean(compute="_compute_offers_new_pin")
    problem_text = fields.Char(readonly=True)
    sent_text = fields.Char(compute="_compute_sent_text")
    username = fields.Char(
        "Account", related="iq_id.integration_id.username", related_sudo=False
    )
    activation_state = fields.Selection(
        related="iq_id.activation_state", related_sudo=False
    )
    activated_at = fields.Datetime(
        "since", related="iq_id.activated_at", related_sudo=False
    )
    pin_change = fields.Selection(related="iq_id.pin_change", related_sudo=False)
    has_pin = fields.Boolean(compute="_compute_pins")
    delivery = fields.Selection(
        [("sms", "Text message"), ("email", "E-mail")],
        "Send the PIN by",
        default="sms",
        required=True,
    )
    current_pin = Secret(
        "Current PIN",
        compute="_compute_pins",
        mask=ENTERED,
        inverse="_inverse_current_pin",
        help="The four digits of the message.",
    )
    new_pin = Secret(
        "New PIN",
        compute="_compute_pins",
        mask=ENTERED,
        inverse="_inverse_new_pin",
        help="Four digits of your own. Leave empty to keep the current PIN.",
    )
    new_pin_repeated = Secret(
        "New PIN, once more",
        compute="_compute_pins",
        mask=ENTERED,
        inverse="_inverse_new_pin_repeated",
    )

    # -- where we stand

    @api.depends("iq_id", "wants_to_type", "current_pin")
    def _compute_step(self):
        for wizard in self:
            iq = wizard.iq_id
            activated = iq.activation_state == "activated"
            progress = Progress(
                activated=activated,
                pin_requested=iq.activation_state == "pin_requested",
                pin_at_hand=wizard.wants_to_type
                or (not activated and bool(wizard.current_pin)),
                change=Change(iq.pin_change) if iq.pin_change else None,
                restore_required=iq.restore_required,
            )
            wizard.step = next_step(progress).value

    @api.depends("problem_code")
    def _compute_severity(self):
        for wizard in self:
            code = wizard.problem_code
            wizard.severity = code and severity_of(Problem(code)).value

    @api.depends("problem_code", "step")
    def _compute_offers_new_pin(self):
        for wizard in self:
            code = wizard.problem_code
            problem = Problem(code) if code else None
            wizard.offers_new_pin = offers_new_pin(problem, WizardStep(wizard.step))

    @api.depends("iq_id")
    @api.depends_context("tz", "lang")
    def _compute_sent_text(self):
        vault = self.env["salto.ks.vault"].sudo()
        ways = self.env["salto.ks.iq"]._fields["pin_sent_by"]
        ways = dict(ways._description_selection(self.env))
        for wizard in self:
            iq = wizard.iq_id._origin
            if not iq.pin_sent_at:
                wizard.sent_text = False
            elif vault._has("entered_pin", iq):
                wizard.sent_text = self.env._("The PIN is here, and filled in.")
            else:
                wizard.sent_text = self.env._(
                    "The PIN is on its way: sent by %(way)s at %(at)s.",
                    way=ways[iq.pin_sent_by],
                    at=local_time(self.env, aware(iq.pin_sent_at)),
                )

    # -- PINs

    @api.depends("iq_id")
    def _compute_pins(self):
        vault = self.env["salto.ks.vault"].sudo()
        for wizard in self:
            iq = wizard.iq_id._origin
            entered, wanted = (
                vault._has("entered_pin", iq),
                vault._has("wanted_pin", iq),
            )
            wizard.has_pin = vault._has("iq_pin", iq)
            wizard.current_pin = ENTERED if entered else False
            wizard.new_pin = ENTERED if wanted else False
            wizard.new_pin_repeated = wizard.new_pin

    def _inverse_current_pin(self):
        for wizard in self:
            wizard._keep_typed("entered_pin", wizard.current_pin)

    def _inverse_new_pin(self):
        for wizard in self:
            wizard._keep_typed("wanted_pin", wizard.new_pin)

    def _inverse_new_pin_repeated(self):
        """Compared when it is written; there is nothing to keep."""

    def _keep_typed(self, kind, pin):
        if pin == ENTERED:
            return
        if pin and not re.fullmatch("[0-9]{4}", pin):
            raise ValidationError(
                self.env._("A PIN has four digits, for example 0427.")
            )
        IqActivation(self.iq_id).store_typed(kind, pin)

    @api.onchange("new_pin")
    def _onchange_new_pin(self):
        """Another PIN has to be repeated anew."""
        self.new_pin_repeated = False

    @api.model_create_multi
    def create(self, vals_list):
        self._check_repeated(*vals_list)
        wizards = super().create(vals_list)
        wizards._mask_typed()
        return wizards

    def write(self, vals):
        self._check_repeated(vals)
        result = super().write(vals)
        self._mask_typed()
        return result

    def _check_repeated(self, *vals_list):
        for vals in vals_list:
            repeated = vals.get("new_pin_repeated")
            if repeated and vals.get("new_pin", repeated) != repeated:
                raise ValidationError(
                    self.env._("The two new PINs differ: type the new PIN again.")
                )

    def _mask_typed(self):
        """Forget what was typed, so that this transaction does not answer with it."""
        for wizard in self:
            for name in ("current_pin", "new_pin", "new_pin_repeated"):
                if wizard[name] not in (False, ENTERED):
                    wizard[name] = ENTERED

    # -- buttons

    def action_restore(self):
        """Ask Salto to restore the IQ after a reset at the device."""
        answer = self._attempt(IqActivation.restore)
        self.is_restored = not self.problem_code
        return answer

    def action_get_pin(self):
        """Ask Salto to send the PIN; if it answers with the PIN, that is filled in."""
        return self._attempt(IqActivation.request_pin, self.delivery)

    def action_set_pin(self):
        """Activate the IQ with the PINs that were entered."""
        return self._attempt(IqActivation.set_pin)

    def action_check_pin(self):
        """See whether the PIN that is kept still holds."""
        return self._attempt(IqActivation.check_pin)

    def action_find_out(self):
        """Find out which PIN holds, after the answer to a change was lost."""
        return self._attempt(IqActivation.find_out)

    def action_use_previous_pin(self):
        """Go back to the PIN before the last change."""
        return self._attempt(IqActivation.use_previous_pin)

    def action_type_pin(self):
        """Type a PIN that is known, or a new one."""
        self.check_access("write")
        self.sudo().write({"wants_to_type": True, "problem_code": False})
        return self._show()

    def action_back(self):
        self.check_access("write")
        self.sudo().write({"wants_to_type": False, "problem_code": False})
        return self._show()

    def _attempt(self, step, *arguments):
        """Take a step, and show where it led.

        :param step: method of IqActivation; returns an ActivationOutcome when activated
        :raises UserError: it failed; in the dialog, the sentence is shown there
        """
        self.ensure_one()
        try:
            outcome = step(IqActivation(self.iq_id), *arguments)
        except UserError as error:
            if not self.env.context.get("salto_ks_in_dialog"):
                raise
            problem = getattr(error, "problem", Problem.OTHER)
            self.sudo().write(
                {"problem_code": problem.value, "problem_text": str(error)}
            )
            return self._show()
        self.sudo().write({"problem_code": False, "wants_to_type": False})
        return self._notify(outcome) if outcome else self._show()

    def _notify(self, outcome):
        wished = outcome in (ActivationOutcome.KEPT, ActivationOutcome.CHANGED)
        sentence = outcome_sentence(self.env, outcome, self.iq_id.name)
        self.iq_id.integration_id.sudo().message_post(
            body=sentence,
            author_id=self.env.user.partner_id.id,
            subtype_xmlid="mail.mt_note",
        )
        return notify(
            sentence,
            kind="success" if wished else "warning",
            sticky=outcome is not ActivationOutcome.KEPT,
        )

    def _show(self):
        self.ensure_one()
        title = self.env._("Activate %s", self.iq_id.name)
        context = {"dialog_size": "medium", "salto_ks_in_dialog": True}
        return open_dialog(self, title, **context)
