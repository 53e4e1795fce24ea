"""Activating an IQ: from the secret to a PIN that is proven, and back to where it can
be proven after a reset at the device."""

from contextlib import contextmanager
from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError

from ..connect import KsClient, KsError, errors
from ..connect.otp import compute_delta
from ..rules.site import activation as rules
from ..rules.site.activation import ActivationOutcome, Change, Pin, Problem
from ..tools.transactions import StillBusy, advisory_lock, own_transaction
from ..wording.errors import error_sentence
from .call_iq import ActivationError, IqCalls

# A second wish for the same message so soon is a double click or a replayed request.
SAME_WISH = timedelta(seconds=30)


class IqActivation:
    """What a person does to activate one IQ.

    Each step is a fact at Salto. So all of it is read and written in transactions of
    their own, by one at a time: a replayed request, a second click or a new worker
    finds what the first one got to, and never sends a change of the PIN again.
    What goes wrong comes as an ActivationError.

    :param iq: salto.ks.iq, one
    :raises AccessError: the user may not change it
    """

    def __init__(self, iq):
        iq.ensure_one()
        iq.check_access("write")
        self._iq = iq
        self._calls = IqCalls(iq)

    def store_typed(self, kind, pin):
        """Keep a PIN that somebody typed until it is proven.

        :raises UserError: a change that has this PIN in it has to be settled first
        """
        if self._is_change_open():
            if pin == self._calls.read_secret(kind):
                return
            raise UserError(self._iq.env._("First press Check which PIN works."))
        with own_transaction(self._iq) as iq:
            iq._store_secrets(**{kind: pin})

    def request_pin(self, delivery):
        """Let Salto send the account its PIN; if it answers with the PIN, keep it.

        :param delivery: sms or email
        """
        with self._alone():
            is_new_secret = self._calls.fetch_secret()
            if not is_new_secret and self._was_just_sent(delivery):
                return
            pin = self._calls.call(KsClient.request_pin, by_email=delivery == "email")
            with own_transaction(self._iq) as iq:
                iq.write(
                    {
                        "activation_state": "pin_requested",
                        "pin_sent_at": fields.Datetime.now(),
                        "pin_sent_by": delivery,
                    }
                )
                if pin:
                    iq._store_secrets(entered_pin=pin)

    def _was_just_sent(self, delivery):
        with own_transaction(self._iq) as iq:
            return (
                iq.activation_state == "pin_requested"
                and iq.pin_sent_by == delivery
                and fields.Datetime.now() - iq.pin_sent_at < SAME_WISH
            )

    def set_pin(self):
        """Activate the IQ with the PINs that were typed; they wait in the vault.

        Without a current PIN, the one that we keep counts; without a new one, the
        current one stays.

        :returns: rules.activation.ActivationOutcome
        """
        with self._alone():
            if self._is_change_open():
                return self._settle_change()
            read = self._calls.read_secret
            current, new = read("entered_pin") or read("iq_pin"), read("wanted_pin")
            if not current:
                raise UserError(
                    self._iq.env._(
                        "Enter the current PIN: the four digits that Salto sent."
                    )
                )
            if not read("iq_secret"):
                self._calls.fetch_secret()
            if not new or new == current:
                return self._prove_pin(current)
            self._send_change(current, new)
            return self._settle_change()

    def check_pin(self):
        """See whether the PIN that we keep holds; answers as ``set_pin`` does."""
        with self._alone():
            return self._prove_pin(self._calls.read_secret("iq_pin"))

    def find_out(self):
        """Which PIN holds, after a change whose answer was lost? As ``set_pin``."""
        with self._alone():
            return (
                self._settle_change()
                if self._is_change_open()
                else ActivationOutcome.KEPT
            )

    def use_previous_pin(self):
        """Go back to the PIN before the last change: Salto took it, the IQ did not."""
        with self._alone(), own_transaction(self._iq) as iq:
            previous = iq._read_secret("previous_pin")
            if previous:
                current = iq._read_secret("iq_pin")
                iq._record_activated(iq_pin=previous, previous_pin=current)

    @contextmanager
    def _alone(self):
        """Keep everybody else out of this IQ's activation, while inside.

        :raises ActivationError: a KsError that came out of it, explained
        """
        site = self._iq.integration_id
        site._require_site()
        site._client()
        failure = None
        try:
            with advisory_lock(self._iq.env, "salto.ks.iq.activation", self._iq.id):
                # An expected end: the lock's transaction has no reason to fail.
                try:
                    yield
                except KsError as error:
                    failure = self._calls.explain(error)
                except UserError as error:
                    failure = error
        except StillBusy:
            raise UserError(
                self._iq.env._(
                    "%s is being activated by somebody else at this moment.",
                    self._iq.name,
                )
            ) from None
        finally:
            self._iq.invalidate_recordset()
        if failure:
            raise failure

    # -- proving and changing the PIN

    def _prove_pin(self, pin):
        """Activate with a PIN that stays as it is."""
        if not self._calls.put_pin(pin):
            raise self._calls.explain_refusal(pin)
        with own_transaction(self._iq) as iq:
            if pin == iq._read_secret("iq_pin"):
                iq._record_activated()
            else:
                iq.pin_change = False
                iq._record_activated(iq_pin=pin, previous_pin=None)
        return ActivationOutcome.KEPT

    def _send_change(self, current, new):
        """Send the change of the PIN, once. Whether it holds is settled afterwards.

        :raises ActivationError, KsError: it was refused, or never left
        """
        self._calls.require_tries()
        with own_transaction(self._iq) as iq:
            before = {
                "activation_state": iq.activation_state,
                "pin_change": iq.pin_change,
            }
            iq._store_secrets(entered_pin=current, wanted_pin=new)
            # Until it is known which PIN holds, no opening may guess.
            known = iq._read_secret("iq_pin")
            stopped = "reactivation_needed" if known else "pin_requested"
            iq.write({"activation_state": stopped, "pin_change": Change.SENT.value})
        failure = None
        try:
            if self._calls.put_pin(current, delta=compute_delta(current, new)):
                return
        except KsError as error:
            if error.left and not error.answered:
                return
            failure = error
        with own_transaction(self._iq) as iq:
            iq.write(before)
        raise failure or self._calls.explain_refusal(current)

    def _settle_change(self):
        """Check which PIN holds after a change, the likeliest one first.

        :returns: rules.activation.ActivationOutcome
        :raises ActivationError, KsError: none holds, or it cannot be found out now
        """
        with own_transaction(self._iq) as iq:
            change = Change(iq.pin_change)
            old, new = iq._read_secret("entered_pin"), iq._read_secret("wanted_pin")
        by_digits = rules.pin_by_digits(old, compute_delta(old, new))
        pins = {Pin.NEW: new, Pin.OLD: old, Pin.BY_DIGITS: by_digits}
        while True:
            pin = rules.pin_to_check(change)
            refused_before = pin is Pin.BY_DIGITS and by_digits in (old, new)
            try:
                if not refused_before and self._calls.put_pin(pins[pin]):
                    return self._record_settled(pin, pins)
            except (errors.NotSent, errors.LostAnswer):
                raise self._calls.build_error(Problem.OUTCOME_UNKNOWN) from None
            change = rules.after_refusal(change)
            with own_transaction(self._iq) as iq:
                iq.pin_change = change.value
            if change is Change.SENT:
                raise self._calls.build_error(Problem.NO_PIN_HOLDS)

    def _record_settled(self, pin, pins):
        changed = pin is not Pin.OLD
        with own_transaction(self._iq) as iq:
            iq.pin_change = Change.UNPROVEN.value if changed else False
            iq._record_activated(
                iq_pin=pins[pin], previous_pin=pins[Pin.OLD] if changed else None
            )
        return rules.outcome_of(pin)

    def _is_change_open(self):
        with own_transaction(self._iq) as iq:
            return bool(iq.pin_change) and rules.is_open(Change(iq.pin_change))

    # -- after a reset at the device, an IQ takes no command until it is restored

    def restore(self):
        """Let Salto restore the IQ.

        What Salto shows afterwards counts, and not the answer: that may get lost, and
        somebody else may have been quicker, in the dashboard or with a second click.
        """
        with self._alone():
            failure = None
            try:
                self._calls.call(KsClient.restore_iq)
            except KsError as error:
                failure = error
            try:
                item, activated = self._calls.call(_read_state)
            except KsError as error:
                raise self._explain_restore(failure or error) from None
            with own_transaction(self._iq) as iq:
                iq.write(iq._state_from_salto(item))
                if not iq.restore_required and not activated:
                    iq._record_activation_ended()
            if item.get("restore_required"):
                raise self._explain_restore(failure, item)

    def _explain_restore(self, failure, item=None):
        """The ActivationError for an IQ that still waits.

        :param failure: the KsError that explains it; None if Salto took the order
        :param item: the IQ as Salto shows it, if it could be asked
        """
        if failure is None:
            return self._calls.build_error(Problem.RESTORE_GOES_ON)
        if item and not item.get("online"):
            return self._calls.build_error(Problem.OFFLINE)
        if isinstance(failure, errors.HardwareRefused):
            # Why, only its own words tell: that it has to be restored is no news.
            return ActivationError(Problem.OTHER, error_sentence(self._iq.env, failure))
        return self._calls.explain(failure)


def _read_state(client, site_uuid, iq_uuid):
    """The IQ as Salto shows it, and whether our account has it activated."""
    rows = client.activated_iqs(site_uuid)
    activated = any(row["iq_id"] == iq_uuid and row.get("activated") for row in rows)
    return client.iq(site_uuid, iq_uuid), activated
