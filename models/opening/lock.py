from dataclasses import replace

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.opening import opening as rules
from ...rules.times.moments import aware
from ...wording.opening import verdict_sentence
from .resource_booking_verdict import door_facts, opening_policy


class SaltoKsLock(models.Model):
    """When a door opened, and what keeps it closed."""

    _inherit = "salto.ks.lock"

    opening_ids = fields.One2many("salto.ks.opening", "lock_id", "Openings")
    last_opened = fields.Datetime(compute="_compute_last_opened")
    problem = fields.Char(
        "Why it cannot be opened", compute="_compute_problem", compute_sudo=True
    )

    @api.depends("opening_ids.state")
    def _compute_last_opened(self):
        latest = dict(
            self.env["salto.ks.opening"]._read_group(
                [("lock_id", "in", self.ids), ("state", "=", "opened")],
                ["lock_id"],
                ["requested_at:max"],
            )
        )
        for lock in self:
            lock.last_opened = latest.get(lock)

    @api.depends(
        "name",
        "active",
        "salto_iq_id.activation_state",
        "salto_iq_id.blocked_until",
        "salto_iq_id.online",
        "salto_iq_id.looked_at",
        "salto_iq_id.restore_required",
    )
    @api.depends_context("lang", "tz")
    def _compute_problem(self):
        """Ask the opening rules about a booking that may open everything now."""
        now = aware(fields.Datetime.now())
        booking = rules.Booking(alive=True, start=now, stop=now, stage_id=0)
        for lock in self:
            policy = replace(
                opening_policy(lock.integration_id),
                active=True,
                open_stage_ids=frozenset([booking.stage_id]),
            )
            verdict = rules.may_open(now, booking, policy, door_facts(lock), rules.ODOO)
            lock.problem = not verdict.allowed and verdict_sentence(
                self.env, verdict, door=lock.name
            )

    def action_open_for_booking(self):
        """Open this door for the booking that the context names."""
        self.ensure_one()
        booking = self.env["resource.booking"].browse(
            self.env.context.get("salto_ks_booking_id")
        )
        if not booking:
            raise UserError(self.env._("Open the door from its booking."))
        return booking.with_context(
            salto_ks_lock_id=self.id
        ).action_salto_ks_open_door()
