"""How a door is opened: claim, send, record."""

import logging
import time
from dataclasses import dataclass
from datetime import datetime

from odoo import fields
from odoo.exceptions import UserError
from odoo.http import request

from ..connect import KsError
from ..connect.otp import compute_otp
from ..rules.opening.opening import Code, Verdict
from ..rules.times.moments import aware
from ..tools.transactions import StillBusy, advisory_lock, own_transaction
from ..wording.opening import verdict_sentence

_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class OpeningOutcome:
    """What became of one attempt; plain data, because the row that records it was
    committed elsewhere and may be invisible to the transaction that reads this.

    :param state: a state of salto.ks.opening
    :param at: when that was known; naive UTC
    :param reason: a sentence for staff; empty when the door opened
    :param code: value of rules.opening.Code if our own rules refused
    :param repeated: this is the answer to another request's click
    """

    opening_id: int
    state: str
    at: datetime
    reason: str = ""
    code: str = ""
    repeated: bool = False


class DoorCommand:
    """Opens one lock for one booking, at most once for one click.

    A door is a physical effect without undo. So the attempt is claimed in a
    transaction of its own before anything is sent, and its result is committed in
    another one as soon as it is known. Whoever comes second finds the claim.

    :param booking: resource.booking, one, with the environment of whoever asks
    :param lock: salto.ks.lock; empty for a booking without a door, to refuse only
    :param channel: where the wish came from, as on salto.ks.opening
    :param person: res.partner who asks
    :param intent: the page's own name for this click, if it has one
    """

    def __init__(self, booking, lock, channel, person, intent=None):
        self._env = booking.env
        self._openings = booking.env["salto.ks.opening"]
        self._booking = booking
        self._lock = lock.sudo()
        self._iq = self._lock.salto_iq_id
        self._site = self._lock.integration_id
        self._channel = channel
        self._person = person
        self._intent = intent
        self._opening_id = None
        # Does a door that opened change what is on record about the IQ, and the site?
        self._iq_learns = self._site_learns = False

    def open_door(self):
        """Open the door. The rules were asked by the caller.

        A replay of the same request, a double click and a second worker get the result
        of the first attempt instead.
        """
        claim = (self._openings._name, self._booking.id, self._lock.id)
        try:
            with advisory_lock(self._env, *claim):
                return self._claim() or self._send_and_record()
        except StillBusy:
            reason = self._env._(
                "%s is being opened by an earlier click that has no answer yet. "
                "Look at the door, then try again.",
                self._lock.name,
            )
        with own_transaction(self._openings) as openings:
            return self._record_unsent(openings, "not_sent", reason)

    def refuse(self, code, reason):
        """Keep an attempt that our own rules refused, for a reason that staff reads.

        The second half of a double click may come after the first one moved the booking
        on: it gets the first one's answer.
        """
        with own_transaction(self._openings) as openings:
            return self._find_earlier(openings) or self._record_refusal(
                openings, code, reason
            )

    # -- claim

    def _claim(self):
        """Claim the attempt; if nothing is to be sent, returns its outcome. To be
        called while holding the lock of the booking's door."""
        with own_transaction(self._openings) as openings:
            openings._close_dead_claims(self._booking, self._lock)
            earlier = self._find_earlier(openings)
            if earlier:
                opening = openings.browse(earlier.opening_id)
                opening.repeated_at = fields.Datetime.now()
                return earlier
            at = openings._find_next_try(self._person, self._lock)
            if at:
                verdict = Verdict(Code.TOO_MANY, aware(at))
                reason = verdict_sentence(self._env, verdict, door=self._lock.name)
                return self._record_refusal(openings, verdict.code, reason)
            if not self._is_saved(openings):
                reason = self._env._("Save the booking before opening its door.")
                return self._record_unsent(openings, "not_sent", reason)
            vals = self._attempt_vals(fields.Datetime.now())
            opening_id = openings.create({**vals, "intent": self._intent}).id
        self._opening_id = opening_id
        self._claims_of_request()[self._booking.id, self._lock.id] = opening_id
        return None

    def _find_earlier(self, openings):
        """The outcome of the click that this one repeats, or None."""
        if not self._lock:
            return None
        own = self._claims_of_request().get((self._booking.id, self._lock.id), 0)
        earlier = openings.browse(own).exists() or openings._find_repeated(
            self._booking, self._lock, self._intent
        )
        return earlier._as_outcome(repeated=earlier.id != own) if earlier else None

    def _claims_of_request(self):
        """Claims made by this web request: Odoo replays it with the same object."""
        if not request:
            return {}
        if not hasattr(request, "salto_ks_claims"):
            request.salto_ks_claims = {}
        return request.salto_ks_claims

    def _attempt_vals(self, now):
        booking, lock = self._booking, self._lock
        company = (
            lock.company_id or booking.sudo().type_id.company_id or self._env.company
        )
        return {
            "booking_id": booking.id,
            "booking_name": booking.display_name,
            "lock_id": lock.id,
            "lock_name": lock.name,
            "company_id": company.id,
            "user_id": self._env.user.id,
            "partner_id": self._person.id,
            "person_name": self._person.name,
            "channel": self._channel,
            "state": "claimed",
            "requested_at": now,
        }

    # -- attempts for which nothing is sent

    def _record_refusal(self, openings, code, reason):
        return self._record_unsent(
            openings, "refused", reason, by_rules=True, code=code.value
        )

    def _record_unsent(self, openings, state, reason, **values):
        now = fields.Datetime.now()
        vals = self._attempt_vals(now)
        if not self._is_saved(openings):
            vals["booking_id"] = False
        vals |= {
            **values,
            "state": state,
            "reason": reason,
            "answered_at": now,
            "followed": True,
        }
        if self._is_abroad(vals["company_id"]):
            vals |= self._abroad_vals()
        return openings.create(vals)._as_outcome()

    def _is_saved(self, openings):
        """Can others see the booking, or does it only exist in this request?"""
        return self._booking.with_env(openings.env).exists()

    def _is_abroad(self, company_id):
        """Did a person try a door of a company that is none of theirs? (A guest's page
        is for people of no company, and Odoo itself is everybody's.)"""
        user = self._env.user
        return not (
            self._channel == "portal"
            or user._is_superuser()
            or company_id in user.company_ids.ids
        )

    def _abroad_vals(self):
        """What stays of an attempt abroad. It is on record at home, where nobody has
        business with the names of another company; and there, nobody with this one."""
        verdict = Verdict(Code.OTHER_COMPANY)
        return {
            "booking_id": False,
            "booking_name": False,
            "lock_id": False,
            "lock_name": False,
            "company_id": self._env.user.company_id.id,
            "reason": verdict_sentence(self._env, verdict),
            "code": verdict.code.value,
        }

    # -- send and record

    def _send_and_record(self):
        """Send the command, and have its result on record before anything else.

        Commands to one IQ go one after the other: only so can we stop after two
        refused codes, before Salto blocks the account.
        """
        try:
            with advisory_lock(self._env, "salto.ks.iq.command", self._iq.id):
                outcome, error = self._send_recorded()
                if error or self._iq_learns:
                    self._iq._note_otp_answer(error)
        except StillBusy:
            reason = self._env._("Other doors of the same IQ are still being opened.")
            return self._record("not_sent", reason)
        if error or self._site_learns:
            self._site._note_contact(error)
        return outcome

    def _send_recorded(self):
        """As ``_send``, with the result on record whatever happens."""
        started = time.monotonic()
        state, reason = "unknown", self._env._("The attempt broke off unexpectedly.")
        error = None
        try:
            state, reason, error = self._send()
        finally:
            outcome = self._record(state, reason, duration=time.monotonic() - started)
        return outcome, error

    def _send(self):
        """Send one open command; returns (state, reason, KsError or None)."""
        try:
            sign = self._load_signer()
            client = self._site._client()
            site_uuid = self._site._require_site()
        except UserError as error:
            return "not_sent", str(error), None
        try:
            client.unlock(site_uuid, self._lock.lock_id, sign=sign)
        except KsError as error:
            _logger.info("Salto KS: no opening: %s", error)
            return _state_after(error), self._iq._refusal_sentence(error), error
        return "opened", "", None

    def _load_signer(self):
        """A function that signs the command at a moment, by the newest committed state:
        an earlier command may just have shown that our codes are refused.

        :raises UserError: something keeps the door closed by now
        """
        with own_transaction(self._lock) as lock:
            iq = lock.salto_iq_id
            verdict = self._booking._salto_ks_find_hindrance(lock)
            rows = iq.env["salto.ks.vault"]._find("iq_secret", "iq_pin", owner=iq)
            secret, pin = (row._decrypted() for row in rows.values())
        if not (verdict or (secret and pin)):
            verdict = Verdict(Code.IQ_NOT_ACTIVATED)
        if verdict:
            raise UserError(verdict_sentence(self._env, verdict, door=self._lock.name))
        return lambda at: compute_otp(secret, pin, at)

    def _record(self, state, reason, **values):
        with own_transaction(self._openings) as openings:
            opening = openings.browse(self._opening_id)
            opening.write(
                {
                    "state": state,
                    "reason": reason,
                    "answered_at": fields.Datetime.now(),
                    **values,
                }
            )
            if state == "unknown":
                opening._settle_soon()
            if state == "opened":
                iq = self._iq.with_env(openings.env)
                self._iq_learns = iq._learns_from_good_code()
                self._site_learns = not iq.integration_id.contact_ids[:1]._is_fresh()
            return opening._as_outcome()


def _state_after(error):
    if not error.left:
        return "not_sent"
    return "refused" if error.answered else "unknown"
