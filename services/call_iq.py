"""Calls to Salto about one IQ, for a person who waits for what comes of them."""

from contextlib import suppress

from odoo.exceptions import UserError
from odoo.fields import Datetime

from ..connect import KsClient, KsError, errors
from ..connect.otp import compute_otp
from ..rules.site.activation import Problem, Tries
from ..rules.times.moments import aware
from ..tools.transactions import own_transaction
from ..wording.activation import problem_sentence
from ..wording.errors import error_sentence
from ..wording.times import local_time


class ActivationError(UserError):
    """An activation that did not come further, in a sentence.

    :ivar problem: rules.activation.Problem
    """

    def __init__(self, problem, sentence):
        super().__init__(sentence)
        self.problem = problem


class IqCalls:
    """Fetches the secret of an IQ and sends signed PINs, and keeps count of the wrong
    ones. The IQ is read and written in transactions of their own.

    :param iq: salto.ks.iq, one
    """

    def __init__(self, iq):
        self._iq = iq

    def call(self, question, **arguments):
        """Put a question to Salto: a callable that takes the client, the UUIDs of the
        site and of the IQ, and ``arguments``, as methods of the client do."""
        site = self._iq.integration_id
        return site._call(
            lambda client: question(client, site.site_id, self._iq.iq_id, **arguments)
        )

    def read_secret(self, kind):
        """A secret of the IQ as it is in the vault now."""
        with own_transaction(self._iq) as iq:
            return iq._read_secret(kind)

    # -- the secret

    def fetch_secret(self):
        """Have the secret that is in force in the vault.

        Salto tells it only once, and then again after the owner has reset the
        account's PIN, when the one we keep is void. So to ask is always right.

        :returns: whether it is a new one
        :raises ActivationError: it was told before, and is not here
        :raises UserError: the IQ is not saved, or there is no usable encryption key
        """
        with own_transaction(self._iq) as iq:
            # Stop while nothing is lost, if a secret could not be kept.
            if not iq.exists():
                raise UserError(self._iq.env._("Save the IQ first."))
            iq.env["salto.ks.vault"]._encrypted("rehearsal")
        try:
            # Kept before anything else: there is no second chance.
            self.call(
                lambda client, *uuids: self._store_secret(client.iq_secret(*uuids))
            )
        except errors.Forbidden:
            if self.read_secret("iq_secret"):
                return False
            raise self.build_error(Problem.SECRET_TAKEN) from None
        return True

    def _store_secret(self, secret):
        """Store a new secret, alone; then, what belonged to an older one is void."""
        with own_transaction(self._iq) as iq:
            iq._store_secrets(iq_secret=secret)
        with own_transaction(self._iq) as iq:
            iq._store_secrets(iq_pin=None, previous_pin=None)
            iq._record_activation_ended()

    # -- signed PINs

    def require_tries(self):
        """
        :raises ActivationError: one more wrong PIN may block the account
        """
        with own_transaction(self._iq) as iq:
            blocked = iq._pin_tries().is_blocked(Datetime.now())
        if blocked:
            raise self.build_error(Problem.BLOCKED)

    def put_pin(self, pin, **delta):
        """Send one signed command, and keep count of the wrong ones.

        :param delta: the change, as ``KsClient.put_pin`` takes it; none only checks
        :returns: whether the PIN holds
        :raises KsError: neither yes nor no
        :raises ActivationError: no try is left
        """
        self.require_tries()
        secret = self.read_secret("iq_secret")
        try:
            self.call(
                KsClient.put_pin, sign=lambda at: compute_otp(secret, pin, at), **delta
            )
        except errors.OtpInvalid:
            with own_transaction(self._iq) as iq:
                iq._record_pin_tries(iq._pin_tries().after_wrong(Datetime.now()))
            return False
        with own_transaction(self._iq) as iq:
            iq._record_pin_tries(Tries())
            iq.write({"online": True, "restore_required": False})
        return True

    # -- when it goes wrong

    def explain_refusal(self, pin):
        """The ActivationError for a PIN that Salto refused; asks whether the owner has
        reset it."""
        with own_transaction(self._iq) as iq:
            was_kept = pin == iq._read_secret("iq_pin")
            iq._store_secrets(entered_pin=None)
        with suppress(ActivationError, KsError):
            if self.fetch_secret():
                return self.build_error(Problem.PIN_RESET)
        return self.build_error(Problem.PIN_REFUSED if was_kept else Problem.PIN_WRONG)

    def explain(self, error):
        """The ActivationError for a KsError; asks how the IQ is, if that may help."""
        match error:
            case errors.OtpBlocked():
                with own_transaction(self._iq) as iq:
                    iq._record_pin_tries(iq._pin_tries().after_block(Datetime.now()))
                return self.build_error(Problem.BLOCKED)
            case errors.CommandForbidden():
                return self.build_error(Problem.ALREADY_ACTIVATED)
            case errors.NotFound():
                return self.build_error(Problem.UNKNOWN_IQ)
            case errors.LostAnswer():
                return self.build_error(Problem.NO_ANSWER)
            case errors.HardwareRefused():
                known = self._look_for_problem()
                if known:
                    return self.build_error(known)
        return ActivationError(Problem.OTHER, error_sentence(self._iq.env, error))

    def _look_for_problem(self):
        """Ask Salto how the IQ is; the Problem that this explains, or None."""
        try:
            state = self._iq._record_state(self.call(KsClient.iq))
        except KsError:
            return None
        if state["restore_required"]:
            return Problem.RESTORE_REQUIRED
        return None if state["online"] else Problem.OFFLINE

    def build_error(self, problem):
        """The ActivationError for a Problem."""
        with own_transaction(self._iq) as iq:
            tries = iq._pin_tries()
        env, until = self._iq.env, tries.blocked_until
        return ActivationError(
            problem,
            problem_sentence(
                env,
                problem,
                iq=self._iq.name,
                account=self._iq.integration_id.username,
                left=tries.left(Datetime.now()),
                until=until and local_time(env, aware(until)),
            ),
        )
