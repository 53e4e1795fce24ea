from dataclasses import replace

from odoo import api, fields, models

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
