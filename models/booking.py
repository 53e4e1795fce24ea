from datetime import timezone

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError, ValidationError

from ..rules import doors as door_rules
from ..rules import opening as opening_rules
from .mapping import rule_resources
from .sentences import verdict_sentence

USER_GROUP = "resource_booking_salto_ks.group_salto_ks_user"


class ResourceBooking(models.Model):
    _inherit = "resource.booking"

    stage_id = fields.Many2one(
        "resource.booking.stage",
        "Stage",
        compute="_compute_stage_id",
        store=True,
        readonly=False,
        index=True,
        ondelete="restrict",
        copy=False,
        tracking=True,
        group_expand="_read_group_stage_ids",
    )
    salto_ks_lock_ids = fields.Many2many(
        "salto.ks.lock",
        string="Doors",
        compute="_compute_salto_ks_lock_ids",
        context={"active_test": False},
        groups=USER_GROUP,
    )
    salto_ks_can_open = fields.Boolean(
        "Door may open", compute="_compute_salto_ks_verdict", groups=USER_GROUP
    )
    salto_ks_open_verdict = fields.Char(
        "Door", compute="_compute_salto_ks_verdict", groups=USER_GROUP
    )
    salto_ks_last_open = fields.Datetime("Last opened", copy=False, tracking=True)
    salto_ks_opening_ids = fields.One2many(
        "salto.ks.opening", "booking_id", "Openings", groups=USER_GROUP
    )
    salto_ks_opening_count = fields.Integer(
        compute="_compute_salto_ks_opening_count", groups=USER_GROUP
    )

    # -- stages

    @api.depends("state")
    def _compute_stage_id(self):
        first_of_state = {}
        for stage in self.env["resource.booking.stage"].search([]):
            first_of_state.setdefault(stage.booking_state, stage)
        for booking in self:
            if booking.stage_id.booking_state != booking.state:
                booking.stage_id = first_of_state.get(booking.state)

    @api.model
    def _read_group_stage_ids(self, stages, domain):
        return stages.search([])

    @api.constrains("stage_id")
    def _check_stage_of_state(self):
        for booking in self:
            stage = booking.stage_id
            if stage and stage.booking_state != booking.state:
                raise ValidationError(booking._stage_mismatch_sentence(stage))

    def _stage_mismatch_sentence(self, stage):
        what_to_do = {
            "pending": self.env._("press Unschedule (or Set pending) instead"),
            "scheduled": self.env._("press Schedule and choose a time instead"),
            "confirmed": self.env._("press Confirm first"),
            "canceled": self.env._("press Cancel instead"),
        }
        states = dict(self._fields["state"]._description_selection(self.env))
        return self.env._(
            "'%(booking)s' is %(state)s and cannot be moved to '%(stage)s' by hand: "
            "%(what_to_do)s.",
            booking=self.display_name,
            state=states[self.state].lower(),
            stage=stage.name,
            what_to_do=what_to_do[stage.booking_state],
        )

    # -- which doors

    @api.depends("type_id", "combination_id")
    @api.depends_context("allowed_company_ids")
    def _compute_salto_ks_lock_ids(self):
        tables = self._salto_ks_mapping_tables()
        found = {booking: booking._salto_ks_find_lock_ids(tables) for booking in self}
        all_locks = self.env["salto.ks.lock"].sudo()
        all_lock_ids = {lock_id for lock_ids in found.values() for lock_id in lock_ids}
        for booking, lock_ids in found.items():
            locks = all_locks.browse(lock_ids).with_prefetch(all_lock_ids)
            # A door that is gone is named only where there is no other: the person
            # then reads why nothing opens.
            booking.salto_ks_lock_ids = locks.filtered("active") or locks[:1]

    def _salto_ks_mapping_tables(self):
        """All mapping rows as the rules read them, once for any number of bookings.

        :returns: those of active sites, then the others; each {company: rows}
        """
        mapping = self.env["salto.ks.mapping"].sudo().search([])
        active = mapping.filtered(lambda row: row.integration_id.state == "active")
        return [
            {
                company: rows._as_rule_rows()
                for company, rows in part.grouped("company_id").items()
            }
            for part in (active, mapping - active)
        ]

    def _salto_ks_find_lock_ids(self, tables):
        """The locks that this booking means.

        Sites that are switched off count only if no active one has a door for the
        booking: then the person is told that the site is off.

        :param tables: as ``_salto_ks_mapping_tables`` returns them
        """
        self.ensure_one()
        booking = self.sudo()
        companies = booking.type_id.company_id or self.env.companies
        resources = rule_resources(booking.combination_id.resource_ids)
        for table in tables:
            rows = [row for company in companies for row in table.get(company, ())]
            doors = door_rules.find_doors(rows, booking.type_id.id, resources)
            if doors:
                return [door.lock_id for door in doors]
        return []

    # -- may they open

    @api.depends("salto_ks_lock_ids", "stage_id", "active", "start", "stop")
    @api.depends_context("uid", "tz", "lang")
    def _compute_salto_ks_verdict(self):
        for booking in self:
            verdicts = booking._salto_ks_verdicts()
            allowed = [door for door, (ok, _text) in verdicts.items() if ok]
            booking.salto_ks_can_open = bool(allowed)
            if not verdicts:
                booking.salto_ks_open_verdict = booking._salto_ks_verdict()[1]
            elif allowed:
                booking.salto_ks_open_verdict = self.env._(
                    "Ready to open: %s.", ", ".join(door.name for door in allowed)
                )
            else:
                booking.salto_ks_open_verdict = next(iter(verdicts.values()))[1]

    def _salto_ks_verdicts(self):
        """{lock: (may it open, the sentence)} for all doors of the booking."""
        return {
            lock: self._salto_ks_verdict(lock) for lock in self.salto_ks_lock_ids.sudo()
        }

    def _salto_ks_verdict(self, lock=None):
        """May this door of the booking open now: (yes or no, the sentence).

        :param lock: salto.ks.lock; None for a booking without a door
        """
        self.ensure_one()
        lock = lock and lock.sudo()
        integration = lock and lock.integration_id
        verdict = opening_rules.may_open(
            fields.Datetime.now().replace(tzinfo=timezone.utc),
            self._salto_ks_booking_facts(),
            integration and integration._opening_policy(),
            lock and lock._opening_facts(),
            self._salto_ks_caller_allowed(),
        )
        sentence = verdict_sentence(
            self.env,
            verdict,
            door=lock.name if lock else "",
            stages=", ".join(integration.open_stage_ids.mapped("name"))
            if integration
            else "",
        )
        return verdict.allowed, sentence

    def _salto_ks_booking_facts(self):
        booking = self.sudo()
        return opening_rules.Booking(
            alive=booking.active and booking.state != "canceled",
            start=self._salto_ks_aware(booking.start),
            stop=self._salto_ks_aware(booking.stop),
            stage_id=booking.stage_id.id or None,
        )

    @api.model
    def _salto_ks_aware(self, moment):
        return moment.replace(tzinfo=timezone.utc) if moment else None

    def _salto_ks_caller_allowed(self):
        return self.env.su or self.env.user.has_group(USER_GROUP)

    # -- opening

    def action_salto_ks_open_door(self):
        """Open the booking's door: the one there is, or the one that is asked for.

        The context key ``salto_ks_lock_id`` names a lock by its database id. With
        several doors and none named, a dialog asks which.

        :raises UserError: the rules refuse; the sentence says why and what to do
        """
        self.ensure_one()
        self.check_access("read")
        if not self._salto_ks_caller_allowed():
            raise AccessError(
                verdict_sentence(
                    self.env,
                    opening_rules.Verdict(opening_rules.Code.CALLER_NOT_ALLOWED),
                )
            )
        lock = self._salto_ks_chosen_lock()
        if not lock and len(self.salto_ks_lock_ids) > 1:
            return (
                self.env["salto.ks.door.choice"].create({"booking_id": self.id})._show()
            )
        outcome = self._salto_ks_open(lock or self.salto_ks_lock_ids, "backend")
        return self._salto_ks_notification(lock or self.salto_ks_lock_ids, outcome)

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

    def _salto_ks_open(self, lock, channel):
        """Ask the rules, open, and let the booking follow.

        :param lock: one lock of this booking, or an empty recordset if it has none
        :returns: models.opening.Outcome
        :raises UserError: the rules refuse
        """
        self.ensure_one()
        openings = self.env["salto.ks.opening"]
        allowed, sentence = self._salto_ks_verdict(lock or None)
        if not allowed:
            # The second half of a double click may come after the first one moved
            # the booking on: it gets the first one's answer.
            earlier = lock and openings.earlier_outcome(self, lock)
            if earlier:
                return earlier
            if lock:
                openings.record_refusal(self, lock, channel, sentence)
            raise UserError(sentence)
        outcome = openings.open_door(self, lock, channel)
        if not outcome.repeated:
            self._salto_ks_follow(lock, outcome)
        return outcome

    def _salto_ks_follow(self, lock, outcome):
        """What an attempt changes on the booking."""
        if outcome.state == "opened":
            self.sudo()._salto_ks_note_opened(lock.sudo().integration_id)
        self.sudo().message_post(
            body=self._salto_ks_outcome_sentence(lock, outcome),
            author_id=self.env.user.partner_id.id,
            subtype_xmlid="mail.mt_note",
        )

    def _salto_ks_note_opened(self, integration):
        now = fields.Datetime.now()
        vals = {"salto_ks_last_open": now}
        if integration.last_open_field_id:
            vals[integration.last_open_field_id.name] = now
        stage = integration.checkin_stage_id
        here = self.stage_id
        if stage.booking_state == self.state and (here.sequence, here.id) < (
            stage.sequence,
            stage.id,
        ):
            vals["stage_id"] = stage.id
        self.write(vals)

    def _salto_ks_outcome_sentence(self, lock, outcome):
        match outcome.state:
            case "opened":
                return self.env._("%s opened.", lock.name)
            case "refused":
                template = self.env._("%(door)s stayed closed. %(reason)s")
            case "not_sent":
                template = self.env._(
                    "%(door)s stayed closed: no command was sent. %(reason)s"
                )
            case _:
                template = self.env._(
                    "%(door)s may or may not have opened: look at the door. %(reason)s"
                )
        return template % {"door": lock.name, "reason": outcome.reason}

    def _salto_ks_notification(self, lock, outcome):
        kinds = {"opened": "success", "unknown": "warning"}
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": self._salto_ks_outcome_sentence(lock, outcome),
                "type": kinds.get(outcome.state, "danger"),
                "sticky": outcome.state != "opened",
                "next": {"type": "ir.actions.act_window_close"},
            },
        }

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
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "resource_booking_salto_ks.opening_action"
        )
        return {**action, "domain": [("booking_id", "=", self.id)], "context": {}}
