from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import NO_ACCESS

from ...rules.opening.opening import Code, Verdict
from ...services.open_door import DoorCommand
from ...tools.client_actions import notify, open_dialog, open_list
from ...wording.opening import chatter_sentence, outcome_sentence
from ..guard.guarded import KeptFields
from .resource_booking_verdict import USER_GROUP

# These end without our doing: a click looks whether they have.
MENDED_BY_OTHERS = (Code.IQ_OFFLINE, Code.IQ_TO_RESTORE)


class ResourceBooking(KeptFields, models.Model):
    """Opening a booking's door, and what that changes on the booking.

    When a door opened is evidence: nobody types it.
    """

    _inherit = "resource.booking"

    salto_ks_last_open = fields.Datetime("Last opened", readonly=True, copy=False)
    salto_ks_opening_ids = fields.One2many(
        "salto.ks.opening", "booking_id", "Openings", groups=USER_GROUP
    )
    salto_ks_opening_count = fields.Integer(
        compute="_compute_salto_ks_opening_count", groups=USER_GROUP
    )
    salto_ks_followed = fields.Json(
        readonly=True,
        copy=False,
        groups=NO_ACCESS,
        help="{opening id: result} that this booking has followed already. It is "
        "written together with what follows, so each result has its effects once.",
    )

    @api.depends("salto_ks_opening_ids")
    def _compute_salto_ks_opening_count(self):
        counts = dict(
            self.env["salto.ks.opening"]._read_group(
                [("booking_id", "in", self.ids)], ["booking_id"], ["__count"]
            )
        )
        for booking in self:
            booking.salto_ks_opening_count = counts.get(booking, 0)

    def action_salto_ks_view_openings(self):
        self.ensure_one()
        domain = [("booking_id", "=", self.id)]
        return open_list(self.env, "opening_action", domain)

    # -- by a person

    def action_salto_ks_open_door(self):
        """Open the booking's door: the one there is, or the one that is asked for.

        The context key ``salto_ks_lock_id`` names a lock by its database id. With
        several doors and none named, a dialog asks which.

        :raises UserError: the rules refuse; the sentence says why and what to do
        """
        self.ensure_one()
        self.check_access("read")
        self._salto_ks_check_right()
        lock = self._salto_ks_chosen_lock()
        if not lock and len(self.salto_ks_lock_ids) > 1:
            choice = self.env["salto.ks.door.choice"].create({"booking_id": self.id})
            return open_dialog(choice, self.display_name, dialog_size="medium")
        lock = lock or self.salto_ks_lock_ids
        outcome = self._salto_ks_attempt(lock, "backend")
        if outcome.code:
            raise UserError(outcome.reason)
        return self._salto_ks_tell_outcome(lock, outcome)

    def _salto_ks_tell_outcome(self, lock, outcome):
        kinds = {"opened": "success", "unknown": "warning"}
        return notify(
            outcome_sentence(self.env, outcome, lock.sudo().name),
            kind=kinds.get(outcome.state, "danger"),
        )

    def _salto_ks_chosen_lock(self):
        lock_id = self.env.context.get("salto_ks_lock_id")
        lock = self.salto_ks_lock_ids.filtered(lambda one: one.id == lock_id)
        if lock_id and not lock:
            raise UserError(
                self.env._(
                    "This door does not belong to the booking: reload the page and "
                    "choose again."
                )
            )
        return lock

    # -- by an action on stages, or on a selection

    def _salto_ks_check_desk(self):
        """Odoo lets anybody run any server action, on any record: what ours do is for
        those who have the right, with bookings that they see.

        Automation rules run as superuser: about the person who set one off the rules
        of opening decide, and the attempt is on record.

        :raises AccessError: the caller lacks the right, or does not see a booking
        """
        if self.env.su:
            return
        self._salto_ks_check_right()
        self.check_access("read")

    def _salto_ks_check_right(self):
        if self._salto_ks_caller().is_stranger:
            stranger = Verdict(Code.CALLER_NOT_ALLOWED)
            raise AccessError(self._salto_ks_verdict_sentence(stranger))

    def _salto_ks_open_doors(self):
        """Open all doors of these bookings, as the server action does.

        Each booking by itself: one that is refused stops no other. A stage that was
        set because a door opened opens no further doors.

        :returns: an action that shows what became of each, for whoever waits
        """
        self._salto_ks_check_desk()
        if self.env.context.get("salto_ks_following"):
            return False
        channel = "automation" if self.env.su else "backend"
        outcomes = [
            booking._salto_ks_attempt(lock, channel)
            for booking in self
            for lock in booking.salto_ks_lock_ids or [booking.salto_ks_lock_ids]
        ]
        domain = [("id", "in", [outcome.opening_id for outcome in outcomes])]
        title = self.env._("Open door: results")
        return open_list(self.env, "opening_action", domain, name=title)

    # -- the attempt

    def _salto_ks_attempt(
        self, lock, channel, link_end=None, intent=None, override_reason=None
    ):
        """Ask the rules, open at most once, and let the booking follow.

        :param lock: one lock of this booking, or an empty recordset if it has none
        :param channel: as on salto.ks.opening
        :param link_end: see ``_salto_ks_caller``
        :param intent: the page's own name for this click, if it has one
        :param override_reason: why somebody opens anyway, on that channel
        :returns: services.open_door.OpeningOutcome; with ``code`` if the rules refused
        """
        self.ensure_one()
        verdict = self._salto_ks_verdict(lock or None, channel, link_end)
        if verdict.code in MENDED_BY_OTHERS:
            iq_state = lock.sudo().salto_iq_id._look_again()
            verdict = self._salto_ks_verdict(lock, channel, link_end, iq_state)
        person = self._salto_ks_person()
        command = DoorCommand(self, lock, channel, person, intent, override_reason)
        if verdict.allowed:
            outcome = command.open_door()
        else:
            outcome = command.refuse(
                verdict.code, self._salto_ks_verdict_sentence(verdict, lock or None)
            )
        if not (outcome.repeated or outcome.code):
            return self._salto_ks_follow_if_it_can(lock, outcome, person)
        return outcome

    def _salto_ks_open_anyway(self, lock, reason):
        """Open a door outside the booking's time and stages.

        :param reason: why, for the record
        :raises UserError: the rules refuse all the same; the sentence says why
        """
        outcome = self._salto_ks_attempt(lock, "override", override_reason=reason)
        if outcome.code:
            raise UserError(outcome.reason)
        return self._salto_ks_tell_outcome(lock, outcome)

    def _salto_ks_person(self):
        """Who asks: res.partner. Whoever holds the booking's link stands for the one
        who booked."""
        user = self.env.user
        return self.sudo().partner_id if user._is_public() else user.partner_id

    # -- what follows

    def _salto_ks_follow_if_it_can(self, lock, outcome, person):
        """As ``_salto_ks_follow``. What others attach to bookings may object; the door
        has opened all the same, and the outcome tells the person both."""
        try:
            with self.env.cr.savepoint():
                self._salto_ks_follow(lock, outcome, person)
        except UserError as error:
            hindrance = self.env._("The booking did not follow: %s", error)
            reason = " ".join(filter(None, [outcome.reason, hindrance]))
            return replace(outcome, reason=reason)
        return outcome

    def _salto_ks_follow(self, lock, outcome, author):
        """What an attempt changes on the booking; once for each result.

        :param author: res.partner in whose name the chatter tells it
        """
        if self._salto_ks_company() - lock.sudo().company_id:
            # Of a type without a company, and another one's: its own people write it.
            return
        # The appointment in the calendar has no part in this.
        booking = self.sudo().with_context(
            syncing_booking_ids=self.ids, salto_ks_following=True
        )
        followed = booking.salto_ks_followed or {}
        if followed.get(str(outcome.opening_id)) == outcome.state:
            return
        vals = {
            "salto_ks_followed": {**followed, str(outcome.opening_id): outcome.state}
        }
        if outcome.state == "opened":
            vals.update(booking._salto_ks_vals_after_opening(lock.sudo(), outcome.at))
        booking._track_set_author(author)
        booking.write(vals)
        booking.message_post(
            body=chatter_sentence(self.env, outcome, lock.sudo().name),
            author_id=author.id,
            subtype_xmlid="mail.mt_note",
        )

    def _salto_ks_vals_after_opening(self, lock, at):
        integration = lock.integration_id
        names = {"salto_ks_last_open", integration.last_open_field_id.name or ""} - {""}
        vals = {name: max(self[name] or at, at) for name in names}
        stage, here = integration.checkin_stage_id, self.stage_id
        if stage.booking_state == self.state and (here.sequence, here.id) < (
            stage.sequence,
            stage.id,
        ):
            vals["stage_id"] = stage.id
        return vals
