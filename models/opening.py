import logging
from dataclasses import dataclass
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.http import request

from ..connect import KsError
from .durable import StillBusy, durably, exclusively

_logger = logging.getLogger(__name__)

# A second click so soon after an answer is the same click.
SAME_CLICK = timedelta(seconds=5)


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt; plain data, because the row that records it was
    committed elsewhere and may be invisible to the transaction that reads this.

    :param state: a state of salto.ks.opening
    :param reason: a sentence for people; empty when the door opened
    :param repeated: this is the answer to another request's click
    """

    opening_id: int
    state: str
    reason: str = ""
    repeated: bool = False


class SaltoKsOpening(models.Model):
    """One attempt to open one lock, kept for ever as evidence.

    A door is a physical effect without undo. So the attempt is claimed in a
    transaction of its own before anything is sent, and its result is committed in
    another one as soon as it is known. Whoever comes second finds the claim.
    """

    _name = "salto.ks.opening"
    _description = "Salto KS opening"
    _order = "requested_at desc, id desc"
    _rec_name = "lock_id"
    _one_claim = models.UniqueIndex("(booking_id, lock_id) WHERE state = 'claimed'")

    booking_id = fields.Many2one(
        "resource.booking", index=True, ondelete="set null", readonly=True
    )
    booking_name = fields.Char("Booking name", readonly=True)
    lock_id = fields.Many2one(
        "salto.ks.lock",
        "Door",
        required=True,
        index=True,
        ondelete="restrict",
        readonly=True,
    )
    company_id = fields.Many2one(related="lock_id.company_id", store=True, index=True)
    user_id = fields.Many2one(
        "res.users", "Asked by", required=True, ondelete="restrict", readonly=True
    )
    channel = fields.Selection(
        [
            ("backend", "Back office"),
            ("portal", "Portal"),
            ("automation", "Automation"),
        ],
        required=True,
        readonly=True,
    )
    state = fields.Selection(
        [
            ("claimed", "In progress"),
            ("opened", "Opened"),
            ("refused", "Refused"),
            ("not_sent", "Not sent"),
            ("unknown", "Unknown"),
        ],
        string="Result",
        required=True,
        readonly=True,
        index=True,
        help="Opened: Salto confirmed it.\n"
        "Refused: Salto, or our own rules, said no.\n"
        "Not sent: the command never left.\n"
        "Unknown: the command left, and no answer came.",
    )
    reason = fields.Char(readonly=True)
    by_rules = fields.Boolean(
        "Refused by our rules", readonly=True, help="Salto was not asked."
    )
    requested_at = fields.Datetime("When", required=True, readonly=True)
    answered_at = fields.Datetime("Answered", readonly=True)

    # -- opening

    @api.private
    def open_door(self, booking, lock, channel):
        """Open one lock for one booking, at most once for one click.

        The rules were asked by the caller. A replay of the same request, a double
        click and a second worker get the result of the first attempt instead.

        :param booking: resource.booking, one, saved and committed
        :param lock: salto.ks.lock, one, of an activated IQ
        :param channel: where the wish came from, see the field
        :returns: Outcome
        """
        try:
            with exclusively(self.env, self._name, booking.id, lock.id):
                self._close_dead_claims(booking, lock)
                earlier = self.earlier_outcome(booking, lock)
                if earlier:
                    return earlier
                opening_id = self._claim(booking, lock, channel)
                return self._send_and_record(opening_id, lock)
        except StillBusy:
            raise UserError(
                self.env._(
                    "%s is being opened by an earlier click that has no answer yet. "
                    "Look at the door, then try again.",
                    lock.name,
                )
            ) from None

    @api.private
    def record_refusal(self, booking, lock, channel, reason):
        """Keep an attempt that our own rules refused."""
        with durably(self) as openings:
            if not booking.with_env(openings.env).exists():
                return
            now = fields.Datetime.now()
            vals = openings._claim_vals(booking, lock, channel, now)
            vals.update(state="refused", by_rules=True)
            openings.create({**vals, "reason": reason, "answered_at": now})

    def _claim_vals(self, booking, lock, channel, now):
        return {
            "booking_id": booking.id,
            "booking_name": booking.display_name,
            "lock_id": lock.id,
            "user_id": self.env.uid,
            "channel": channel,
            "state": "claimed",
            "requested_at": now,
        }

    @api.private
    def earlier_outcome(self, booking, lock):
        """The outcome of the click that this one repeats, or None.

        :returns: Outcome of the same request, or of a click a few seconds ago
        """
        own = self._claims_of_request().get((booking.id, lock.id), 0)
        with durably(self) as openings:
            recent = openings.search(
                [
                    ("booking_id", "=", booking.id),
                    ("lock_id", "=", lock.id),
                    "|",
                    ("id", "=", own),
                    "&",
                    "&",
                    ("state", "in", ("opened", "refused", "unknown")),
                    ("by_rules", "=", False),
                    ("answered_at", ">", fields.Datetime.now() - SAME_CLICK),
                ],
                limit=1,
            )
            if not recent:
                return None
            return Outcome(
                recent.id,
                recent.state,
                recent.reason or "",
                repeated=recent.id != own,
            )

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
            claims.write(
                {
                    "state": "unknown",
                    "reason": self.env._(
                        "The server stopped before Salto's answer was recorded."
                    ),
                    "answered_at": fields.Datetime.now(),
                }
            )

    def _claim(self, booking, lock, channel):
        with durably(self) as openings:
            if not booking.with_env(openings.env).exists():
                raise UserError(self.env._("Save the booking before opening its door."))
            opening = openings.create(
                openings._claim_vals(booking, lock, channel, fields.Datetime.now())
            )
            opening_id = opening.id
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
        try:
            with exclusively(self.env, "salto.ks.iq.command", iq.id):
                state, reason, error = self._recorded(opening_id, lock)
                if state == "opened" or error:
                    iq._note_otp_answer(error)
        except StillBusy:
            state, error = "not_sent", None
            reason = self.env._("Other doors of the same IQ are still being opened.")
            self._record(opening_id, state, reason)
        if state == "opened" or error:
            integration._note_contact(error)
        return Outcome(opening_id, state, reason)

    def _recorded(self, opening_id, lock):
        """As ``_send``, with the result on record whatever happens."""
        state, reason = "unknown", self.env._("The attempt broke off unexpectedly.")
        try:
            state, reason, error = self._send(lock)
        finally:
            self._record(opening_id, state, reason)
        return state, reason, error

    def _record(self, opening_id, state, reason):
        with durably(self) as openings:
            openings.browse(opening_id).write(
                {
                    "state": state,
                    "reason": reason,
                    "answered_at": fields.Datetime.now(),
                }
            )

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

    # -- settling what is open

    @api.model
    def _cron_resolve_openings(self):
        """Turn claims whose worker is gone into unknown. Never sends anything."""
        for claim in self.sudo().search([("state", "=", "claimed")]):
            booking, lock = claim.booking_id, claim.lock_id
            try:
                with exclusively(self.env, self._name, booking.id, lock.id, patience=0):
                    self._close_dead_claims(booking, lock)
            except StillBusy:
                continue
