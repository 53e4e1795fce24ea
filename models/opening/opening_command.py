import logging
import time
from datetime import timedelta, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request

from ...connect import KsError
from ...rules.opening import budget
from ...rules.opening.opening import Code, Verdict
from ...tools.transactions import StillBusy, durably, exclusively
from ...wording.opening import verdict_sentence

_logger = logging.getLogger(__name__)

# A second click so soon after an answer is the same click.
SAME_CLICK = timedelta(seconds=5)
# So is one of many that pile up while the server is slow, each soon after the other.
BURST_GAP, LONGEST_BURST = timedelta(seconds=3), timedelta(seconds=20)


class SaltoKsOpening(models.Model):
    """How a door is opened: claim, send, record.

    A door is a physical effect without undo. So the attempt is claimed in a
    transaction of its own before anything is sent, and its result is committed in
    another one as soon as it is known. Whoever comes second finds the claim.
    """

    _inherit = "salto.ks.opening"

    @api.private
    def open_door(self, booking, lock, channel, intent=None):
        """Open one lock for one booking, at most once for one click.

        The rules were asked by the caller. A replay of the same request, a double
        click and a second worker get the result of the first attempt instead.

        :param booking: resource.booking, one, saved and committed
        :param lock: salto.ks.lock, one, of an activated IQ
        :param channel: where the wish came from, see the field
        :param intent: the page's own name for this click, if it has one
        :returns: Outcome
        """
        try:
            with exclusively(self.env, self._name, booking.id, lock.id):
                self._close_dead_claims(booking, lock)
                earlier = self.earlier_outcome(booking, lock, intent)
                if earlier:
                    self._note_repeated(earlier)
                    return earlier
                refusal = self._over_budget(booking, lock)
                if refusal:
                    return self.record_refusal(
                        booking, lock, channel, Code.TOO_MANY, refusal
                    )
                opening_id = self._claim(booking, lock, channel, intent)
                if opening_id:
                    return self._send_and_record(opening_id, lock)
                reason = self.env._("Save the booking before opening its door.")
        except StillBusy:
            reason = self.env._(
                "%s is being opened by an earlier click that has no answer yet. "
                "Look at the door, then try again.",
                lock.name,
            )
        return self._record_idle(booking, lock, channel, "not_sent", reason)

    @api.private
    def record_refusal(self, booking, lock, channel, code, reason):
        """Keep an attempt that our own rules refused.

        :param lock: may be empty: the booking has no door
        :param code: rules.opening.Code
        :returns: Outcome
        """
        return self._record_idle(
            booking, lock, channel, "refused", reason, by_rules=True, code=code.value
        )

    def _record_idle(self, booking, lock, channel, state, reason, **values):
        """Keep an attempt for which nothing was sent."""
        now = fields.Datetime.now()
        with durably(self) as openings:
            vals = openings._claim_vals(booking, lock, channel, now)
            if not booking.with_env(openings.env).exists():
                vals["booking_id"] = False
            vals |= {
                **values,
                "state": state,
                "reason": reason,
                "answered_at": now,
                "followed": True,
            }
            if openings._is_abroad(vals["company_id"], channel):
                vals |= openings._abroad_vals()
            return openings.create(vals)._outcome()

    def _is_abroad(self, company_id, channel):
        """Did a person try a door of a company that is none of theirs? (A guest's page
        is for people of no company, and Odoo itself is everybody's.)"""
        user = self.env.user
        return not (
            channel == "portal"
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
            "company_id": self.env.user.company_id.id,
            "reason": verdict_sentence(self.env, verdict),
            "code": verdict.code.value,
        }

    def _claim_vals(self, booking, lock, channel, now):
        user, lock = self.env.user, lock.sudo()
        person = booking._salto_ks_person()
        company = (
            lock.company_id or booking.sudo().type_id.company_id or self.env.company
        )
        return {
            "booking_id": booking.id,
            "booking_name": booking.display_name,
            "lock_id": lock.id,
            "lock_name": lock.name,
            "company_id": company.id,
            "user_id": user.id,
            "partner_id": person.id,
            "person_name": person.name,
            "channel": channel,
            "state": "claimed",
            "requested_at": now,
        }

    def _over_budget(self, booking, lock):
        """Why this person or this door has to wait, as a sentence; "" if neither.

        Two workers that ask at the same moment may both be let through: a budget
        is no security, and needs no lock of its own.
        """
        now = fields.Datetime.now()
        person = booking._salto_ks_person()
        with durably(self) as openings:
            waits = [
                openings._next_try(now, [(name, "=", record.id)], limit)
                for name, record, limit in (
                    ("partner_id", person, budget.PER_PERSON),
                    ("lock_id", lock, budget.PER_DOOR),
                )
            ]
        at = max(filter(None, waits), default=None)
        if not at:
            return ""
        verdict = Verdict(Code.TOO_MANY, at.replace(tzinfo=timezone.utc))
        return verdict_sentence(self.env, verdict, door=lock.name)

    def _next_try(self, now, domain, limit):
        recent = self.search(
            [
                *domain,
                ("by_rules", "=", False),
                ("requested_at", ">", now - limit.within),
            ],
            limit=limit.attempts,
        )
        return budget.next_try(now, recent.mapped("requested_at"), limit)

    @api.private
    def earlier_outcome(self, booking, lock, intent=None):
        """The outcome of the click that this one repeats, or None.

        :returns: Outcome of the same request, of the same page, or of a click a
            few seconds ago
        """
        own = self._claims_of_request().get((booking.id, lock.id), 0)
        now = fields.Datetime.now()
        with durably(self) as openings:
            same = openings.browse(own).exists()
            if not same and intent:
                same = openings.search([("intent", "=", intent)], limit=1)
            if not same:
                same = openings.search(
                    [
                        ("booking_id", "=", booking.id),
                        ("lock_id", "=", lock.id),
                        ("state", "in", ("opened", "refused", "unknown")),
                        ("by_rules", "=", False),
                        "|",
                        ("answered_at", ">", now - SAME_CLICK),
                        "&",
                        ("repeated_at", ">", now - BURST_GAP),
                        ("answered_at", ">", now - LONGEST_BURST),
                    ],
                    limit=1,
                )
            return same._outcome(repeated=same.id != own) if same else None

    def _note_repeated(self, outcome):
        with durably(self) as openings:
            openings.browse(outcome.opening_id).repeated_at = fields.Datetime.now()

    def _close_dead_claims(self, booking, lock):
        """Claims whose worker is gone: what it sent, if anything, nobody knows.

        To be called while holding the lock of the claims' booking and door, which
        a living worker keeps until its claim is answered.
        """
        with durably(self) as openings:
            claims = openings.search(
                [
                    ("state", "=", "claimed"),
                    ("booking_id", "=", booking.id),
                    ("lock_id", "=", lock.id),
                ]
            )
            claims._mark_unknown(
                self.env._("The server stopped before Salto's answer was recorded.")
            )

    def _mark_unknown(self, reason):
        if self:
            self.write(
                {
                    "state": "unknown",
                    "reason": reason,
                    "answered_at": fields.Datetime.now(),
                }
            )
            self._settle_soon()

    def _claim(self, booking, lock, channel, intent):
        """The claim's id; None for a booking that nobody else can see yet."""
        with durably(self) as openings:
            if not booking.with_env(openings.env).exists():
                return None
            vals = openings._claim_vals(booking, lock, channel, fields.Datetime.now())
            opening_id = openings.create({**vals, "intent": intent}).id
        self._claims_of_request()[booking.id, lock.id] = opening_id
        return opening_id

    def _claims_of_request(self):
        """Claims made by this web request, over all its replays.

        Odoo replays a request with the same request object.
        """
        if not request:
            return {}
        if not hasattr(request, "salto_ks_claims"):
            request.salto_ks_claims = {}
        return request.salto_ks_claims

    def _send_and_record(self, opening_id, lock):
        """Send the command, and have its result on record before anything else.

        Commands to one IQ go one after the other: only so can we stop after two
        refused codes, before Salto blocks the account.
        """
        iq, integration = lock.salto_iq_id.sudo(), lock.integration_id.sudo()
        error = None
        try:
            with exclusively(self.env, "salto.ks.iq.command", iq.id):
                outcome, error = self._recorded(opening_id, lock)
                if outcome.state == "opened" or error:
                    iq._note_otp_answer(error)
        except StillBusy:
            reason = self.env._("Other doors of the same IQ are still being opened.")
            outcome = self._record(opening_id, "not_sent", reason)
        if outcome.state == "opened" or error:
            integration._note_contact(error)
        return outcome

    def _recorded(self, opening_id, lock):
        """As ``_send``, with the result on record whatever happens.

        :returns: (Outcome, KsError or None)
        """
        started = time.monotonic()
        state, reason = "unknown", self.env._("The attempt broke off unexpectedly.")
        error = None
        try:
            state, reason, error = self._send(lock)
        finally:
            outcome = self._record(
                opening_id, state, reason, duration=time.monotonic() - started
            )
        return outcome, error

    def _record(self, opening_id, state, reason, **values):
        with durably(self) as openings:
            opening = openings.browse(opening_id)
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
            return opening._outcome()

    def _send(self, lock):
        """Send one open command.

        :returns: (state, reason, KsError or None)
        """
        iq, integration = lock.salto_iq_id.sudo(), lock.integration_id.sudo()
        try:
            sign = iq._signer()
            client = integration._client()
            site_id = integration._require_site()
        except UserError as error:
            return "not_sent", str(error), None
        try:
            client.unlock(site_id, lock.sudo().lock_id, sign=sign)
        except KsError as error:
            _logger.info("Salto KS: no opening: %s", error)
            return self._state_after(error), iq._refusal_sentence(error), error
        return "opened", "", None

    def _state_after(self, error):
        if not error.left:
            return "not_sent"
        return "refused" if error.answered else "unknown"
