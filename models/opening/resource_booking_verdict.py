from dataclasses import replace
from datetime import timezone

from odoo import api, fields, models

from ...rules.mapping import doors as door_rules
from ...rules.opening import opening as opening_rules
from ...rules.opening.opening import Code
from ...wording.opening import verdict_sentence
from ..mapping.mapping import rule_resources
from .resource_booking_caller import USER_GROUP


class ResourceBooking(models.Model):
    """Which doors a booking means, and whether they may open now."""

    _inherit = "resource.booking"

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
    # -- which doors

    @api.depends("type_id", "combination_id")
    @api.depends_context("allowed_company_ids", "uid")
    def _compute_salto_ks_lock_ids(self):
        tables = self._salto_ks_mapping_tables()
        found = {
            booking: booking._salto_ks_find_lock_ids(
                tables, booking._salto_ks_door_companies()
            )
            for booking in self
        }
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
        of_sites = [("integration_id", "!=", False)]
        mapping = self.env["salto.ks.mapping"].sudo().search(of_sites)
        active = mapping.filtered(
            lambda row: row.integration_id.active
            and row.integration_id.state == "active"
        )
        return [
            {
                company: rows._as_rule_rows()
                for company, rows in part.grouped(
                    lambda row: row.integration_id.company_id
                ).items()
            }
            for part in (active, mapping - active)
        ]

    def _salto_ks_find_lock_ids(self, tables, companies):
        """The locks that this booking means.

        Sites that are switched off count only if no active one has a door for the
        booking: then the person is told that the site is off.

        :param tables: as ``_salto_ks_mapping_tables`` returns them
        :param companies: res.company whose sites count
        """
        self.ensure_one()
        booking = self.sudo()
        resources = rule_resources(booking.combination_id.resource_ids)
        for table in tables:
            rows = [row for company in companies for row in table.get(company, ())]
            doors = door_rules.find_doors(rows, booking.type_id.id, resources)
            if doors:
                return [door.lock_id for door in doors]
        return []

    def _salto_ks_door_companies(self):
        """The companies whose doors the caller may see on this booking.

        A booking's type says whose it is; where it does not, staff see the doors of the
        companies that they are working in.
        """
        companies = self.sudo().type_id.company_id or self.env.companies
        return companies if self.env.su else companies & self.env.companies

    # -- may they open

    @api.depends("salto_ks_lock_ids", "stage_id", "active", "start", "stop")
    @api.depends_context("uid", "tz", "lang", "allowed_company_ids")
    def _compute_salto_ks_verdict(self):
        for booking in self:
            verdicts = booking._salto_ks_verdicts()
            ready = [lock for lock, verdict in verdicts.items() if verdict.allowed]
            booking.salto_ks_can_open = bool(ready)
            if ready:
                names = ", ".join(lock.name for lock in ready)
                booking.salto_ks_open_verdict = self.env._("Ready to open: %s.", names)
            else:
                lock, verdict = next(
                    iter(verdicts.items()),
                    (None, booking._salto_ks_verdict()),
                )
                booking.salto_ks_open_verdict = booking._salto_ks_verdict_sentence(
                    verdict, lock
                )

    def _salto_ks_verdicts(self, channel="backend", link_end=None):
        """{lock: rules.opening.Verdict} for all doors of the booking."""
        return {
            lock: self._salto_ks_verdict(lock, channel, link_end)
            for lock in self.salto_ks_lock_ids.sudo()
        }

    def _salto_ks_verdict(
        self, lock=None, channel="backend", link_end=None, iq_state=None
    ):
        """May this door of the booking open now?

        :param lock: salto.ks.lock; None for a booking without a door
        :param channel: as on salto.ks.opening
        :param link_end: see ``_salto_ks_caller``
        :param iq_state: how the door's IQ is, if we just looked
        :returns: rules.opening.Verdict
        """
        self.ensure_one()
        if self.env.context.get("cron_id") or self.env.context.get("job_uuid"):
            # What runs by itself may run twice.
            return opening_rules.Verdict(Code.NO_PERSON)
        lock = lock and lock.sudo()
        door = lock and lock._opening_facts()
        if door and iq_state:
            door = replace(
                door,
                iq_offline=not iq_state["online"],
                iq_to_restore=iq_state["restore_required"],
            )
        return opening_rules.may_open(
            fields.Datetime.now().replace(tzinfo=timezone.utc),
            self._salto_ks_booking_facts(),
            lock and lock.integration_id._opening_policy(),
            door,
            self._salto_ks_caller(channel, link_end),
        )

    def _salto_ks_verdict_sentence(self, verdict, lock=None):
        """A verdict about a door of this booking, for staff."""
        lock = lock and lock.sudo()
        stages = lock.integration_id.open_stage_ids if lock else ()
        return verdict_sentence(
            self.env,
            verdict,
            door=lock.name if lock else "",
            stages=", ".join(stage.name for stage in stages),
        )

    def _salto_ks_booking_facts(self):
        booking = self.sudo()
        return opening_rules.Booking(
            alive=booking.active and booking.state != "canceled",
            start=self._salto_ks_aware(booking.start),
            stop=self._salto_ks_aware(booking.stop),
            stage_id=booking.stage_id.id or None,
            company_id=booking.type_id.company_id.id or None,
        )

    @api.model
    def _salto_ks_aware(self, moment):
        return moment.replace(tzinfo=timezone.utc) if moment else None
