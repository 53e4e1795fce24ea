from collections import defaultdict
from dataclasses import replace
from datetime import timedelta

from odoo import api, fields, models

from ...rules.mapping.doors import find_lock_ids
from ...rules.opening import opening as rules
from ...rules.opening.opening import Code
from ...rules.times.moments import Neighbour, aware, whole_minute
from ...wording.opening import verdict_sentence
from ..mapping.mapping import rule_resources

USER_GROUP = "resource_booking_salto_ks.group_salto_ks_user"
OVERRIDE_GROUP = "resource_booking_salto_ks.group_salto_ks_override"
# A little longer than the time between two looks of the scheduled refresh.
KNOWN_FOR = timedelta(minutes=20)


class ResourceBooking(models.Model):
    """Which doors a booking means, who asks for them, and whether they may open now:
    the facts for rules.opening."""

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

        :returns: those of active sites, then the others; each {company: {resource id or
            None: rows}}
        """
        of_sites = [("integration_id", "!=", False)]
        mapping = self.env["salto.ks.mapping"].sudo().search(of_sites)
        active = mapping.filtered(
            lambda row: row.integration_id.active
            and row.integration_id.state == "active"
        )
        return [
            {
                company: _by_resource(rows._as_rule_rows())
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
        keys = [*(one.id for one in resources), None]
        for table in tables:
            of_companies = [table[one] for one in companies if one in table]
            rows = [
                row for own in of_companies for key in keys for row in own.get(key, ())
            ]
            lock_ids = find_lock_ids(rows, booking.type_id.id, resources)
            if lock_ids:
                return lock_ids
        return []

    def _salto_ks_door_companies(self):
        """The companies whose doors the caller may see on this booking.

        A booking's type says whose it is; where it does not, staff see the doors of the
        companies that they are working in.
        """
        companies = self.sudo().type_id.company_id or self.env.companies
        return companies if self.env.su else companies & self.env.companies

    # -- who asks

    def _salto_ks_attends(self, user):
        """Is a user one of those whom the booking is for?"""
        return not user._is_public() and user.partner_id in self.sudo().partner_ids

    def _salto_ks_company(self):
        """The company that the booking belongs to: its type's, or else the one that it
        was made in."""
        booking = self.sudo()
        return booking.type_id.company_id or booking.salto_ks_company_id

    def _salto_ks_caller(self, channel="backend", link_end=None):
        """Who asks, for the rules. Every road to a door asks here, and nowhere else.

        :param channel: as on salto.ks.opening; the portal's page speaks as superuser
            for the user who looks at it
        :param link_end: the end, an aware datetime, of the link that this person holds
            for this booking; None without a valid link
        :returns: rules.opening.Caller
        """
        user = self.env.user
        is_on_portal = channel == "portal"
        return rules.identify(
            rules.Person(
                is_odoo=self._salto_ks_is_odoo(channel),
                is_internal=user._is_internal(),
                has_right=user.has_group(USER_GROUP),
                wants_override=channel == "override",
                may_override=user.has_group(OVERRIDE_GROUP),
                company_ids=frozenset(self.env.companies.ids),
                is_on_portal=is_on_portal,
                attends=self._salto_ks_attends(user),
                link_end=link_end,
                booking_company_id=self._salto_ks_company().id or None,
            )
        )

    def _salto_ks_is_odoo(self, channel):
        """Is it Odoo's own code that asks? Automation rules run as superuser, whoever
        set them off: it is that person who needs the right. So does the portal."""
        if channel == "backend":
            return self.env.su
        return channel == "automation" and self.env.user._is_superuser()

    # -- may they open

    @api.depends("salto_ks_lock_ids", "stage_id", "active", "start", "stop")
    @api.depends_context("uid", "tz", "lang", "allowed_company_ids")
    def _compute_salto_ks_verdict(self):
        facts = self._salto_ks_booking_facts(self.salto_ks_lock_ids)
        for booking in self:
            verdicts = booking._salto_ks_verdicts(facts=facts)
            ready = [lock for lock, verdict in verdicts.items() if verdict.allowed]
            booking.salto_ks_can_open = bool(ready)
            if ready:
                names = ", ".join(lock.name for lock in ready)
                booking.salto_ks_open_verdict = self.env._("Ready to open: %s.", names)
            else:
                lock, verdict = next(
                    iter(verdicts.items()),
                    (None, booking._salto_ks_verdict(facts=facts)),
                )
                booking.salto_ks_open_verdict = booking._salto_ks_verdict_sentence(
                    verdict, lock
                )

    def _salto_ks_verdicts(self, channel="backend", link_end=None, facts=None):
        """{lock: rules.opening.Verdict} for all doors of the booking.

        :param facts: see ``_salto_ks_verdict``
        """
        locks = self.salto_ks_lock_ids.sudo()
        facts = facts or self._salto_ks_booking_facts(locks)
        return {
            lock: self._salto_ks_verdict(lock, channel, link_end, facts=facts)
            for lock in locks
        }

    def _salto_ks_verdict(
        self, lock=None, channel="backend", link_end=None, iq_state=None, facts=None
    ):
        """May this door of the booking open now?

        :param lock: salto.ks.lock; None for a booking without a door
        :param channel: as on salto.ks.opening
        :param link_end: see ``_salto_ks_caller``
        :param iq_state: how the door's IQ is, if we just looked
        :param facts: of ``_salto_ks_booking_facts``, if they were just read
        :returns: rules.opening.Verdict
        """
        self.ensure_one()
        if self.env.context.get("cron_id") or self.env.context.get("job_uuid"):
            # What runs by itself may run twice.
            return rules.Verdict(Code.NO_PERSON)
        lock = lock and lock.sudo()
        door = lock and door_facts(lock)
        if door and iq_state:
            door = replace(
                door,
                iq_offline=not iq_state["online"],
                iq_to_restore=iq_state["restore_required"],
            )
        return rules.may_open(
            aware(fields.Datetime.now()),
            (facts or self._salto_ks_booking_facts(lock))[self],
            lock and opening_policy(lock.integration_id),
            door,
            self._salto_ks_caller(channel, link_end),
        )

    @api.model
    def _salto_ks_find_hindrance(self, lock):
        """As rules.opening.find_hindrance, by what is on record at this moment."""
        now = aware(fields.Datetime.now())
        paused_until = lock.integration_id._paused_until()
        return rules.find_hindrance(now, door_facts(lock), paused_until)

    def _salto_ks_verdict_sentence(self, verdict, lock=None):
        """A verdict about a door of this booking, for staff."""
        lock = lock and lock.sudo()
        stages = lock.integration_id.open_stage_ids if lock else ()
        return verdict_sentence(
            self.env,
            verdict,
            door=lock.name if lock else "",
            stages=", ".join(stage.name for stage in stages),
            advice=None if verdict.is_cut else self._salto_ks_advice(verdict.code),
        )

    def _salto_ks_booking_facts(self, locks=None):
        """What the rules need to know of bookings.

        :param locks: salto.ks.lock that are asked about, or none
        :returns: {booking: rules.opening.Booking}
        """
        neighbours = self._salto_ks_find_neighbours(
            locks and longest_opening(locks.sudo().integration_id)
        )
        return {
            booking: rules.Booking(
                alive=booking.active and booking.state != "canceled",
                start=aware(booking.start),
                stop=aware(booking.stop),
                stage_id=booking.stage_id.id or None,
                company_id=booking.type_id.company_id.id or None,
                neighbours=tuple(
                    Neighbour(
                        other.id,
                        whole_minute(aware(other.start)),
                        whole_minute(aware(other.stop)),
                    )
                    for other in neighbours[booking]
                ),
            )
            for booking in self.sudo()
        }


def _by_resource(rows):
    """{resource id or None: rules.mapping.doors.Row}, each list in the order given."""
    found = defaultdict(list)
    for row in rows:
        found[row.resource_id].append(row)
    return found


def opening_policy(site):
    """What the rules need to know of a site, as rules.opening.OpeningPolicy."""
    return rules.OpeningPolicy(
        active=site.active and site.state == "active",
        copied=site.is_copy,
        open_stage_ids=frozenset(site.open_stage_ids.ids),
        minutes_before=site.minutes_before,
        minutes_after=site.minutes_after,
        company_id=site.company_id.id,
        guests_allowed=site.guest_opening,
        paused_until=site._paused_until(),
    )


def longest_opening(sites):
    """How far the windows of sites reach beyond a booking's time, to the end of the
    last minute."""
    minutes = sites.mapped("minutes_before") + sites.mapped("minutes_after")
    return timedelta(minutes=max(minutes) + 1)


def door_facts(lock):
    """What the rules need to know of a door, as rules.opening.Door."""
    iq = lock.salto_iq_id
    known = iq.looked_at and fields.Datetime.now() - iq.looked_at < KNOWN_FOR
    return rules.Door(
        active=lock.active,
        has_iq=bool(iq),
        iq_activated=iq.active and iq.activation_state == "activated",
        iq_stopped=iq.activation_state == "reactivation_needed",
        iq_blocked_until=aware(iq.blocked_until),
        iq_offline=bool(known and not iq.online),
        iq_to_restore=iq.restore_required,
        is_common=lock.is_common,
    )
