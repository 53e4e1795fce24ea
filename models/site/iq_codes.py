import logging

from odoo import fields, models

from ...connect import errors
from ...rules.site.activation import BLOCK, Change, Tries
from ...tools.activities import schedule_activity
from ...tools.transactions import StillBusy, advisory_lock, own_transaction
from ...wording.activation import refused_after_change_sentence
from ...wording.errors import error_sentence, iq_offline_sentence

_logger = logging.getLogger(__name__)

# Salto blocks an account after 3 to 8 wrong OTPs; so we stop well before.
OTP_FAILURES_ALLOWED = 2


class SaltoKsIq(models.Model):
    """Codes that the IQ refused: counting them, and calling a manager before Salto
    blocks the account."""

    _inherit = "salto.ks.iq"

    def _learns_from_good_code(self):
        """Is there anything on record that a code ends which Salto accepts?"""
        return bool(self.otp_failures or self.blocked_until or self.pin_change)

    def _note_otp_answer(self, error=None):
        """Keep count of refused codes, and stop before Salto blocks the account.

        :param error: the KsError of a signed command, or None when it worked
        """
        try:
            # One at a time: doors of one IQ may open at the same moment.
            with (
                advisory_lock(self.env, "salto.ks.iq.activation", self.id, patience=5),
                own_transaction(self) as iq,
            ):
                iq._count_otp_answer(error)
        except StillBusy:
            _logger.warning("Salto KS: answer of IQ %s not counted", self.id)

    def _count_otp_answer(self, error):
        if error is None:
            if self.otp_failures or self.blocked_until:
                self.write({"otp_failures": 0, "blocked_until": False})
            if self.pin_change == Change.UNPROVEN.value:
                # A door that opens proves the PIN that signed for it.
                self._store_secrets(previous_pin=None)
                self.pin_change = False
        elif isinstance(error, errors.IqOffline):
            # Everywhere at once, and not only after the next look at the site.
            self.write({"online": False, "looked_at": fields.Datetime.now()})
        elif isinstance(error, errors.OtpBlocked):
            self.blocked_until = fields.Datetime.now() + BLOCK
            self._call_manager()
        elif isinstance(error, errors.OtpInvalid):
            self.otp_failures += 1
            active = self.activation_state == "activated"
            if active and self.otp_failures >= OTP_FAILURES_ALLOWED:
                self.activation_state = "reactivation_needed"
                self._call_manager()

    def _refusal_sentence(self, error):
        """What became of an open command that failed with a KsError, in words."""
        changed = self.pin_change == Change.UNPROVEN.value
        if changed and isinstance(error, errors.OtpInvalid):
            return refused_after_change_sentence(self.env)
        if isinstance(error, errors.IqOffline):
            return iq_offline_sentence(self.env, self.name)
        return error_sentence(self.env, error)

    def _call_manager(self):
        """Put one activity on the site for whoever is responsible for it."""
        if self.refusal_activity_id.active:
            return
        integration = self.integration_id
        self.refusal_activity_id = schedule_activity(
            integration,
            "resource_booking_salto_ks.activity_type_refusal",
            summary=self.env._("Doors of %s do not open", self.name),
            note=self.env._(
                "Salto refused Odoo's codes. Check the PIN and activate the IQ again."
            ),
            person=integration._responsible(),
        )
        _logger.warning("Salto KS: IQ %s refuses our codes", self.id)

    # -- wrong PINs while activating

    def _pin_tries(self):
        return Tries(self.pin_failures, self.pin_blocked_until or None)

    def _record_pin_tries(self, tries):
        self.pin_failures = tries.wrong
        self.pin_blocked_until = tries.blocked_until
