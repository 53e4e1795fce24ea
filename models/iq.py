import logging
from datetime import timedelta

from odoo import fields, models
from odoo.exceptions import UserError

from ..connect import KsError, compute_delta, compute_otp, errors
from .durable import durably
from .sentences import error_sentence

_logger = logging.getLogger(__name__)

# Salto blocks an account after 3 to 8 wrong OTPs; so we stop well before.
OTP_FAILURES_ALLOWED = 2
# How long such a block lasts (vendor guides; it varies).
BLOCK_MINUTES = 20
KEEP_PIN = "0000"


class SaltoKsIq(models.Model):
    _name = "salto.ks.iq"
    _description = "Salto KS IQ"
    _order = "name, id"
    _iq_unique = models.Constraint(
        "UNIQUE (integration_id, iq_id)", "This IQ is already on the list."
    )

    integration_id = fields.Many2one(
        "salto.ks.integration", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="integration_id.company_id", store=True, index=True
    )
    iq_id = fields.Char("IQ ID", required=True, help="The IQ's UUID at Salto.")
    name = fields.Char(required=True)
    active = fields.Boolean(default=True)
    online = fields.Boolean(readonly=True)
    activation_state = fields.Selection(
        [
            ("not_activated", "Not activated"),
            ("pin_requested", "PIN requested"),
            ("activated", "Activated"),
            ("reactivation_needed", "Activate again"),
        ],
        default="not_activated",
        required=True,
        readonly=True,
        copy=False,
    )
    otp_failures = fields.Integer(
        readonly=True, copy=False, help="Codes refused in a row."
    )
    blocked_until = fields.Datetime(readonly=True, copy=False)
    lock_ids = fields.One2many("salto.ks.lock", "salto_iq_id", "Locks")
    lock_count = fields.Integer(compute="_compute_lock_count")

    def _compute_lock_count(self):
        counts = dict(
            self.env["salto.ks.lock"]._read_group(
                [("salto_iq_id", "in", self.ids)], ["salto_iq_id"], ["__count"]
            )
        )
        for iq in self:
            iq.lock_count = counts.get(iq, 0)

    def _update_from_salto(self, integration, items, activated_items):
        """Make the IQs of a site equal to what Salto lists.

        :param items: IQs as the Connect API lists them
        :param activated_items: rows of the caller's activated IQs; an IQ that we
            hold as activated but Salto no longer does has to be activated again
        """
        known = {
            iq.iq_id: iq
            for iq in self.with_context(active_test=False).search(
                [("integration_id", "=", integration.id)]
            )
        }
        activated = {row["iq_id"] for row in activated_items if row.get("activated")}
        for item in items:
            vals = {
                "name": item.get("customer_reference") or item["id"],
                "online": bool(item.get("online")),
                "active": True,
            }
            iq = known.pop(item["id"], None)
            if not iq:
                self.create(
                    {**vals, "iq_id": item["id"], "integration_id": integration.id}
                )
                continue
            if iq.activation_state == "activated" and iq.iq_id not in activated:
                vals["activation_state"] = "reactivation_needed"
            iq.write(vals)
        if items:
            for gone in known.values():
                gone.write({"active": False, "online": False})

    def action_activate_pin(self):
        """Open the wizard that activates the IQ with a PIN."""
        self.ensure_one()
        wizard = self.env["salto.ks.pin.activation"].create({"iq_id": self.id})
        return wizard._show()

    # -- activation: each step is a fact at Salto, kept at once

    def _fetch_secret(self):
        """Have the IQ's secret in the vault. Salto hands it out only once.

        :raises UserError: Salto refused, or did not answer
        """
        self.ensure_one()
        site_id = self.integration_id._require_site()
        if self.env["salto.ks.vault"].sudo()._has("iq_secret", self):
            return
        try:
            secret = self.integration_id._client().iq_secret(site_id, self.iq_id)
        except errors.Forbidden:
            raise UserError(
                self.env._(
                    "Salto has already handed out the secret of %s to this account "
                    "and does so only once. Let the site's owner reset the account's "
                    "PIN on this IQ in the Salto KS app, then try again.",
                    self.name,
                )
            ) from None
        except KsError as error:
            raise UserError(error_sentence(self.env, error)) from None
        with durably(self) as iq:
            iq.env["salto.ks.vault"]._put("iq_secret", iq, secret)

    def _request_pin(self, by_email):
        """Let Salto send the account its first PIN.

        :returns: the PIN if the platform answers with it, else None
        :raises UserError: Salto refused, or did not answer
        """
        self._fetch_secret()
        site_id = self.integration_id._require_site()
        pin = self.integration_id._ask(
            lambda client: client.request_pin(site_id, self.iq_id, by_email=by_email)
        )
        with durably(self) as iq:
            iq.activation_state = "pin_requested"
        return pin

    def _set_pin(self, current_pin, new_pin):
        """Activate the IQ: prove the current PIN, and change it if another is given.

        :param current_pin: four digits
        :param new_pin: four digits, or empty to keep the current one
        :raises UserError: refused, or no answer
        """
        self._fetch_secret()
        new_pin = new_pin or current_pin
        # A replayed request finds the PIN changed already.
        changed = self.env["salto.ks.vault"].sudo()._get("iq_pin", self) == new_pin
        try:
            if not changed and new_pin != current_pin:
                self._put_pin(current_pin, compute_delta(current_pin, new_pin))
            self._put_pin(new_pin, KEEP_PIN)
        except KsError as error:
            self._note_otp_answer(error)
            raise UserError(self._pin_error_sentence(error)) from None
        with durably(self) as iq:
            iq.env["salto.ks.vault"]._put("iq_pin", iq, new_pin)
            iq.write(
                {
                    "activation_state": "activated",
                    "otp_failures": 0,
                    "blocked_until": False,
                }
            )
        self.invalidate_recordset()

    def _put_pin(self, pin, delta):
        secret = self.env["salto.ks.vault"].sudo()._get("iq_secret", self)
        self.integration_id._client().put_pin(
            self.integration_id.site_id,
            self.iq_id,
            sign=lambda at: compute_otp(secret, pin, at),
            delta=delta,
        )

    def _pin_error_sentence(self, error):
        if isinstance(error, errors.OtpInvalid):
            return self.env._(
                "Salto refused the PIN. Check the four digits of the newest message; "
                "after about three wrong ones Salto blocks the account for some 20 "
                "minutes."
            )
        return error_sentence(self.env, error)

    # -- what openings tell about the IQ

    def _signer(self):
        """A function that signs an open command at a moment.

        :raises UserError: the IQ is not activated
        """
        vault = self.env["salto.ks.vault"].sudo()
        secret, pin = vault._get("iq_secret", self), vault._get("iq_pin", self)
        if not secret or not pin:
            raise UserError(
                self.env._("The IQ %s is not activated: activate its PIN.", self.name)
            )
        return lambda at: compute_otp(secret, pin, at)

    def _note_otp_answer(self, error=None):
        """Keep count of refused codes, and stop before Salto blocks the account.

        :param error: the KsError of a signed command, or None when it worked
        """
        with durably(self) as iq:
            if error is None:
                if iq.otp_failures or iq.blocked_until:
                    iq.write({"otp_failures": 0, "blocked_until": False})
            elif isinstance(error, errors.OtpBlocked):
                iq.blocked_until = fields.Datetime.now() + timedelta(
                    minutes=BLOCK_MINUTES
                )
                iq._call_manager()
            elif isinstance(error, errors.OtpInvalid):
                iq.otp_failures += 1
                if (
                    iq.activation_state == "activated"
                    and iq.otp_failures >= OTP_FAILURES_ALLOWED
                ):
                    iq.activation_state = "reactivation_needed"
                    iq._call_manager()

    def _call_manager(self):
        """Put one activity on the site for whoever is responsible for it."""
        for iq in self:
            integration = iq.integration_id
            summary = self.env._("Doors of %s do not open", iq.name)
            if summary in integration.activity_ids.mapped("summary"):
                continue
            integration.activity_schedule(
                "mail.mail_activity_data_warning",
                summary=summary,
                note=self.env._(
                    "Salto refused our codes. Check the PIN and activate the IQ again."
                ),
                user_id=integration._responsible().id,
            )
            _logger.warning("Salto KS: IQ %s refuses our codes", iq.id)
