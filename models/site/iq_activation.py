from contextlib import contextmanager, suppress
from datetime import timedelta, timezone

from odoo import fields, models
from odoo.exceptions import UserError

from ...connect import KsError, compute_delta, compute_otp, errors
from ...rules.site import activation as rules
from ...rules.site.activation import Change, Outcome, Pin, Problem
from ...tools.transactions import StillBusy, durably, exclusively
from ...wording.activation import problem_sentence
from ...wording.errors import error_sentence
from ...wording.times import local_time

KEEP_PIN = "0000"
# A second wish for the same message so soon is a double click or a replayed request.
SAME_WISH = timedelta(seconds=30)


class ActivationError(UserError):
    """An activation that did not come further, in a sentence.

    :ivar problem: rules.activation.Problem
    """

    def __init__(self, problem, sentence):
        super().__init__(sentence)
        self.problem = problem


class SaltoKsIq(models.Model):
    """Activation: from the secret to a PIN that is proven.

    Each step is a fact at Salto. So all of it is read and written in transactions of
    their own, by one at a time: a replayed request, a second click or a new worker
    finds what the first one got to, and never sends a change of the PIN again.
    """

    _inherit = "salto.ks.iq"

    activated_at = fields.Datetime("Activated", readonly=True, copy=False)
    pin_sent_at = fields.Datetime("PIN sent", readonly=True, copy=False)
    pin_sent_by = fields.Selection(
        [("sms", "text message"), ("email", "e-mail")], readonly=True, copy=False
    )
    pin_failures = fields.Integer(
        "Wrong PINs", readonly=True, copy=False, help="In a row, while activating."
    )
    pin_blocked_until = fields.Datetime(readonly=True, copy=False)
    pin_change = fields.Selection(
        [
            (Change.SENT.value, "Sent, no answer"),
            (Change.NEW_REFUSED.value, "New PIN refused"),
            (Change.OLD_REFUSED.value, "New and old PIN refused"),
            (Change.UNPROVEN.value, "Accepted, no door opened yet"),
        ],
        "Change of the PIN",
        readonly=True,
        copy=False,
        help="Only while something about the last change is not known yet.",
    )

    # -- what a person does

    def _keep_typed(self, kind, pin):
        """Keep a PIN that somebody typed until it is proven.

        :param kind: entered_pin or wanted_pin
        :raises UserError: a change that has this PIN in it has to be settled first
        """
        self.check_access("write")
        if rules.is_open(self._change()):
            if pin == self._kept(kind):
                return
            raise UserError(
                self.env._("First find out which PIN holds: press Find out.")
            )
        with durably(self) as iq:
            iq._keep(**{kind: pin})

    def _request_pin(self, delivery):
        """Let Salto send the account its PIN; if it answers with the PIN, keep it.

        :param delivery: sms or email
        :raises ActivationError: see rules.activation.Problem
        """
        with self._activating():
            is_new_secret = self._fetch_secret()
            if not is_new_secret and self._was_just_sent(delivery):
                return
            try:
                pin = self.integration_id._call(
                    lambda client: client.request_pin(
                        *self._salto_ids(), by_email=delivery == "email"
                    )
                )
            except KsError as error:
                raise self._problem_of(error) from None
            with durably(self) as iq:
                iq.write(
                    {
                        "activation_state": "pin_requested",
                        "pin_sent_at": fields.Datetime.now(),
                        "pin_sent_by": delivery,
                    }
                )
                if pin:
                    iq._keep(entered_pin=pin)

    def _set_pin(self):
        """Activate the IQ with the PINs that were typed; they wait in the vault.

        Without a current PIN, the one that we keep counts; without a new one, the
        current one stays.

        :returns: rules.activation.Outcome
        :raises ActivationError: see rules.activation.Problem
        """
        with self._activating():
            if rules.is_open(self._change()):
                return self._settle_change()
            current = self._kept("entered_pin") or self._kept("iq_pin")
            new = self._kept("wanted_pin")
            if not current:
                raise UserError(
                    self.env._(
                        "Enter the current PIN: the four digits that Salto sent."
                    )
                )
            if not self._kept("iq_secret"):
                self._fetch_secret()
            if not new or new == current:
                return self._prove(current)
            self._send_change(current, new)
            return self._settle_change()

    def _check_pin(self):
        """See whether the PIN that we keep holds, without changing anything.

        Returns and raises as ``_set_pin`` does.
        """
        with self._activating():
            return self._prove(self._kept("iq_pin"))

    def _find_out(self):
        """Which PIN holds, after a change whose answer was lost?

        Returns and raises as ``_set_pin`` does.
        """
        with self._activating():
            if not rules.is_open(self._change()):
                return Outcome.KEPT
            return self._settle_change()

    def _use_previous_pin(self):
        """Go back to the PIN before the last change: Salto took it, the IQ did not."""
        with self._activating():
            current, previous = self._kept("iq_pin"), self._kept("previous_pin")
            if not previous:
                return
            with durably(self) as iq:
                iq._keep(iq_pin=previous, previous_pin=current)
                iq._note_activated()

    # -- the secret

    def _fetch_secret(self):
        """Have the secret that is in force in the vault.

        Salto tells it only once, and then again after the owner has reset the
        account's PIN, when the one we keep is void. So to ask is always right.

        :returns: whether it is a new one
        :raises ActivationError: see rules.activation.Problem
        """
        self._require_keeping()
        try:
            # Kept before anything else: there is no second chance.
            self.integration_id._call(
                lambda client: self._keep_secret(client.iq_secret(*self._salto_ids()))
            )
        except errors.Forbidden:
            if self._kept("iq_secret"):
                return False
            raise self._problem(Problem.SECRET_TAKEN) from None
        except KsError as error:
            raise self._problem_of(error) from None
        return True

    def _require_keeping(self):
        """Stop while nothing is lost, if a secret could not be kept.

        :raises UserError: the IQ is not saved, or there is no usable encryption key
        """
        with durably(self) as iq:
            if not iq.exists():
                raise UserError(self.env._("Save the IQ first."))
            iq.env["salto.ks.vault"]._encrypted("rehearsal")

    def _keep_secret(self, secret):
        """Keep a new secret, by itself; then, what belonged to an older one is void."""
        with durably(self) as iq:
            iq._keep(iq_secret=secret)
        with durably(self) as iq:
            iq._keep(iq_pin=None, previous_pin=None)
            iq._note_activation_ended()

    # -- proving and changing the PIN

    def _prove(self, pin):
        """Activate with a PIN that stays as it is."""
        if not self._put_pin_or_problem(pin):
            raise self._refusal(pin)
        with durably(self) as iq:
            if pin != iq._kept("iq_pin"):
                iq._keep(iq_pin=pin, previous_pin=None)
                iq.pin_change = False
            iq._note_activated()
        return Outcome.KEPT

    def _send_change(self, current, new):
        """Send the change of the PIN, once. Whether it holds is settled afterwards.

        :raises ActivationError: it was refused, or never left: nothing has changed
        """
        self._require_tries()
        with durably(self) as iq:
            before = {
                "activation_state": iq.activation_state,
                "pin_change": iq.pin_change,
            }
            iq._keep(entered_pin=current, wanted_pin=new)
            # Until it is known which PIN holds, no opening may guess.
            stopped = "reactivation_needed" if iq._kept("iq_pin") else "pin_requested"
            iq.write({"activation_state": stopped, "pin_change": Change.SENT.value})
        try:
            accepted = self._put_pin(current, compute_delta(current, new))
        except KsError as error:
            if error.left and not error.answered:
                return
            accepted, failure = False, self._problem_of(error)
        else:
            failure = None
        if not accepted:
            with durably(self) as iq:
                iq.write(before)
            raise failure or self._refusal(current)

    def _settle_change(self):
        """Check which PIN holds after a change, the likeliest one first.

        :returns: rules.activation.Outcome
        :raises ActivationError: none holds, or it cannot be found out now
        """
        old, new = self._kept("entered_pin"), self._kept("wanted_pin")
        by_digits = rules.pin_by_digits(old, compute_delta(old, new))
        pins = {Pin.NEW: new, Pin.OLD: old, Pin.BY_DIGITS: by_digits}
        while True:
            change = self._change()
            pin = rules.pin_to_check(change)
            refused_before = pin is Pin.BY_DIGITS and by_digits in (old, new)
            if not refused_before and self._put_pin_or_problem(
                pins[pin], lost=Problem.OUTCOME_UNKNOWN
            ):
                return self._keep_settled(pin, pins)
            change = rules.after_refusal(change)
            with durably(self) as iq:
                iq.pin_change = change.value
            if change is Change.SENT:
                raise self._problem(Problem.NO_PIN_HOLDS)

    def _keep_settled(self, pin, pins):
        changed = pin is not Pin.OLD
        with durably(self) as iq:
            iq._keep(iq_pin=pins[pin], previous_pin=pins[Pin.OLD] if changed else None)
            iq.pin_change = Change.UNPROVEN.value if changed else False
            iq._note_activated()
        return rules.outcome_of(pin)

    def _put_pin_or_problem(self, pin, lost=Problem.NO_ANSWER):
        """As ``_put_pin`` without a change, for a person who waits.

        :param lost: what it means when no answer comes
        :raises ActivationError: see rules.activation.Problem
        """
        try:
            return self._put_pin(pin)
        except (errors.NotSent, errors.LostAnswer) as error:
            if lost is Problem.OUTCOME_UNKNOWN or error.left:
                raise self._problem(lost) from None
            raise self._problem_of(error) from None
        except KsError as error:
            raise self._problem_of(error) from None

    def _put_pin(self, pin, delta=KEEP_PIN):
        """Send one signed command, and keep count of the wrong ones.

        :returns: whether the PIN holds
        :raises KsError: neither yes nor no
        :raises ActivationError: no try is left
        """
        self._require_tries()
        secret = self._kept("iq_secret")
        try:
            self.integration_id._call(
                lambda client: client.put_pin(
                    *self._salto_ids(),
                    sign=lambda at: compute_otp(secret, pin, at),
                    delta=delta,
                )
            )
        except errors.OtpInvalid:
            with durably(self) as iq:
                iq._note_tries(iq._tries().after_wrong(self._now()))
            return False
        with durably(self) as iq:
            iq._note_tries(rules.Tries())
            iq.write({"online": True, "restore_required": False})
        return True

    # -- when it goes wrong

    def _refusal(self, pin):
        """The ActivationError for a PIN that Salto refused."""
        was_kept = pin == self._kept("iq_pin")
        with durably(self) as iq:
            iq._keep(entered_pin=None)
        with suppress(ActivationError):
            if self._fetch_secret():
                return self._problem(Problem.PIN_RESET)
        return self._problem(Problem.PIN_REFUSED if was_kept else Problem.PIN_WRONG)

    def _problem_of(self, error):
        """The ActivationError for a KsError; asks how the IQ is, if that may help."""
        match error:
            case errors.OtpBlocked():
                with durably(self) as iq:
                    iq._note_tries(iq._tries().after_block(self._now()))
                return self._problem(Problem.BLOCKED)
            case errors.CommandForbidden():
                return self._problem(Problem.ALREADY_ACTIVATED)
            case errors.NotFound():
                return self._problem(Problem.UNKNOWN_IQ)
            case errors.LostAnswer():
                return self._problem(Problem.NO_ANSWER)
            case errors.HardwareRefused():
                known = self._look()
                if known:
                    return self._problem(known)
        return ActivationError(Problem.OTHER, error_sentence(self.env, error))

    def _look(self):
        """Ask Salto how the IQ is; the Problem that this explains, or None."""
        try:
            item = self.integration_id._call(
                lambda client: client.iq(*self._salto_ids())
            )
        except KsError:
            return None
        state = self._state_from_salto(item)
        with durably(self) as iq:
            iq.write(state)
        if state["restore_required"]:
            return Problem.RESTORE_REQUIRED
        return None if state["online"] else Problem.OFFLINE

    def _problem(self, problem):
        with durably(self) as iq:
            tries = iq._tries()
        until = tries.blocked_until
        return ActivationError(
            problem,
            problem_sentence(
                self.env,
                problem,
                iq=self.name,
                account=self.integration_id.username,
                left=tries.left(self._now()),
                until=until and local_time(self.env, until),
            ),
        )

    def _require_tries(self):
        with durably(self) as iq:
            blocked = iq._tries().is_blocked(self._now())
        if blocked:
            raise self._problem(Problem.BLOCKED)

    # -- what is kept

    @contextmanager
    def _activating(self):
        """Keep everybody else out of this IQ's activation, while inside."""
        self.ensure_one()
        self.check_access("write")
        self.integration_id._require_site()
        self.integration_id._client()
        failure = None
        try:
            with exclusively(self.env, "salto.ks.iq.activation", self.id):
                try:
                    yield
                except UserError as error:
                    # An expected end: the lock's transaction has no reason to fail.
                    failure = error
        except StillBusy:
            raise UserError(
                self.env._(
                    "%s is being activated by somebody else at this moment.", self.name
                )
            ) from None
        finally:
            self.invalidate_recordset()
        if failure:
            raise failure

    def _kept(self, kind):
        """A secret of this IQ as it is in the vault now."""
        with durably(self) as iq:
            return iq.env["salto.ks.vault"]._get(kind, iq)

    def _keep(self, **secrets):
        """Put secrets into the vault, by their kinds; None removes one."""
        vault = self.env["salto.ks.vault"].sudo()
        for kind, secret in secrets.items():
            vault._put(kind, self, secret)

    def _change(self):
        with durably(self) as iq:
            return Change(iq.pin_change) if iq.pin_change else None

    def _tries(self):
        until = self.pin_blocked_until
        return rules.Tries(
            self.pin_failures, until.replace(tzinfo=timezone.utc) if until else None
        )

    def _note_tries(self, tries):
        until = tries.blocked_until
        self.write(
            {
                "pin_failures": tries.wrong,
                "pin_blocked_until": until.replace(tzinfo=None) if until else False,
            }
        )

    def _note_activated(self):
        """The PIN that we keep holds; what was typed has done its duty."""
        self._keep(entered_pin=None, wanted_pin=None)
        self.write(
            {
                "activation_state": "activated",
                "activated_at": fields.Datetime.now(),
                "otp_failures": 0,
            }
        )
        self._dismiss_manager()

    def _note_activation_ended(self):
        """No PIN holds any more; so what was typed is void, too."""
        self._keep(entered_pin=None, wanted_pin=None)
        again = self.activation_state in ("activated", "reactivation_needed")
        self.write(
            {
                "activation_state": "reactivation_needed" if again else "not_activated",
                "pin_change": False,
            }
        )

    def _note_door_opened(self):
        """A door that opens proves the PIN that signed for it."""
        if self.pin_change == Change.UNPROVEN.value:
            self._keep(previous_pin=None)
            self.pin_change = False

    def _was_just_sent(self, delivery):
        with durably(self) as iq:
            return (
                iq.activation_state == "pin_requested"
                and iq.pin_sent_by == delivery
                and fields.Datetime.now() - iq.pin_sent_at < SAME_WISH
            )

    def _salto_ids(self):
        return self.integration_id.site_id, self.iq_id

    def _now(self):
        return fields.Datetime.now().replace(tzinfo=timezone.utc)
