from odoo import api, fields, models

from ...rules.access.access import Applied, Given, Verdict, due_at
from ...services.sync.decisions import AccessFacts, decision_vals

# States in which Salto does not hold yet what it should.
UNDER_WAY = ("granting", "revoking", "failed")
# States in which something is at Salto, or may be.
LIVE = ("granted", *UNDER_WAY)
# What is at Salto, or is to be taken away although nobody knows whether it is there.
HELD = ["|", ("group_uuid", "!=", False), ("state", "=", "revoking")]


class SaltoKsAccess(models.Model):
    """What one Salto site holds for one booking: a group with schedule, locks, members.

    The row outlives the booking: whatever becomes of that, what was given is taken away
    again. ``next_try`` is the to-do list: a pass works on the rows whose time has come,
    and on no others.
    """

    _name = "salto.ks.access"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS access"
    _fixed = frozenset({"integration_id", "booking_ref"})
    _all_kept = True
    _order = "starts_at desc, id desc"
    _one_per_booking = models.Constraint(
        "UNIQUE (booking_ref, integration_id)", "A booking has one access at a site."
    )
    _one_per_group = models.UniqueIndex(
        "(integration_id, group_uuid) WHERE group_uuid IS NOT NULL",
        "A group at Salto belongs to one access.",
    )
    _idle_holds_nothing = models.Constraint(
        "CHECK (state NOT IN ('waiting', 'revoked') OR group_uuid IS NULL)",
        "An access that waits or was taken away has no group at Salto.",
    )
    _all_is_in_the_group = models.Constraint(
        "CHECK (group_uuid IS NOT NULL OR schedule_uuid IS NULL)",
        "Without a group there is no schedule.",
    )
    _due = models.Index("(integration_id, next_try) WHERE next_try IS NOT NULL")
    _troubled = models.Index("(integration_id, next_try) WHERE site_trouble IS TRUE")
    _failed = models.Index("(next_try) WHERE error IS NOT NULL")
    _abandoned = models.Index(
        "(integration_id) WHERE booking_id IS NULL AND state NOT IN"
        " ('revoking', 'revoked')"
    )

    booking_id = fields.Many2one(
        "resource.booking", index="btree_not_null", ondelete="set null", readonly=True
    )
    booking_ref = fields.Integer(
        "Booking ID", required=True, readonly=True, aggregator=None
    )
    booking_name = fields.Char("Booking name", readonly=True)
    integration_id = fields.Many2one(
        "salto.ks.integration",
        "Site",
        required=True,
        index=True,
        ondelete="cascade",
        readonly=True,
    )
    company_id = fields.Many2one(
        related="integration_id.company_id", store=True, index=True
    )
    name = fields.Char("Group", required=True, readonly=True)
    state = fields.Selection(
        [
            ("waiting", "Waiting"),
            ("granting", "Granting"),
            ("granted", "Granted"),
            ("revoking", "Revoking"),
            ("revoked", "Revoked"),
            ("failed", "Failed"),
        ],
        required=True,
        readonly=True,
        default="waiting",
        index=True,
    )
    is_removal = fields.Boolean(
        compute="_compute_is_removal", store=True, help="These go first."
    )
    starts_at = fields.Datetime("From", readonly=True)
    ends_at = fields.Datetime("To", readonly=True)
    cut_before_ref = fields.Integer(
        readonly=True,
        index=True,
        aggregator=None,
        help="ID of the booking for which grace before the start was cut.",
    )
    cut_after_ref = fields.Integer(
        readonly=True,
        index=True,
        aggregator=None,
        help="ID of the booking for which grace after the end was cut.",
    )
    stage_ref = fields.Integer(
        readonly=True,
        aggregator=None,
        help="ID of the stage that the booking had when this was last decided.",
    )
    combination_ref = fields.Integer(
        readonly=True,
        aggregator=None,
        help="ID of the combination that the booking had when this was last decided.",
    )
    withheld = fields.Boolean(
        "Revoked by hand",
        readonly=True,
        help="A person took the access away. It stays so until a person gives it back.",
    )
    by_booking = fields.Boolean(
        "Ended by the booking",
        readonly=True,
        help="It is taken away because of the booking, and not because something that "
        "it depends on has changed.",
    )
    agreed = fields.Boolean(
        readonly=True,
        help="A manager agreed that it is taken away: the brake does not count it.",
    )
    error = fields.Char("Problem", readonly=True)
    verified_at = fields.Datetime(
        "Confirmed by Salto", readonly=True, help="When Salto last confirmed all of it."
    )

    # What Salto holds, as far as it confirmed it
    group_uuid = fields.Char("Group ID", index="btree_not_null", readonly=True)
    schedule_uuid = fields.Char(readonly=True)
    held = fields.Json(
        readonly=True, help="Schedule, locks and members that Salto confirmed."
    )
    unsettled = fields.Boolean(
        readonly=True,
        help="An answer is missing: what Salto holds has to be read first.",
    )
    lost_groups = fields.Integer(
        readonly=True, help="How many groups may be at Salto without Odoo knowing."
    )

    # The to-do list
    next_try = fields.Datetime(readonly=True)
    failures = fields.Integer(readonly=True)
    site_trouble = fields.Boolean(
        readonly=True, help="It failed because the site did not answer."
    )
    wish = fields.Integer(
        readonly=True, help="Counts the changes of what is wanted, to miss none."
    )

    @api.depends("state")
    def _compute_is_removal(self):
        for access in self:
            access.is_removal = access.state == "revoking"

    def write(self, vals):
        """A manager's agreement ends with the removal."""
        if vals.get("state", "revoking") != "revoking":
            vals = {**vals, "agreed": False}
        return super().write(vals)

    # -- following the bookings

    @api.model
    def _decide_for_bookings(self, booking_ids):
        """Make the access of these bookings due, and of those next to them.

        :param booking_ids: ids, also of bookings that are gone
        """
        facts = AccessFacts(self.env)
        bookings = self._browse_bookings(booking_ids)
        near = bookings.browse().union(*facts.find_neighbours(bookings).values())
        sites = facts.sites | facts.switched_off
        known = self.search(
            [
                ("booking_ref", "in", list({*booking_ids, *near.ids})),
                ("integration_id", "in", sites.ids),
            ]
        )
        known |= self._find_cut_for(booking_ids)
        known._make_due()
        decisions = facts.decide(bookings, known._list_withheld_keys())
        decisions |= facts.decide_where_switched_off(known)
        known._mark_removals(decisions, facts)
        pairs = known._map_by_key()
        self.create(
            [
                self._prepare_row_vals(bookings.browse(key[0]), key[1], decision)
                for key, decision in decisions.items()
                if key not in pairs and decision.verdict is not Verdict.NONE
            ]
        )

    def _map_by_key(self):
        """{(booking id, site id): access}, as rules decide about them."""
        return {(row.booking_ref, row.integration_id.id): row for row in self}

    def _list_withheld_keys(self):
        return set(self.filtered("withheld")._map_by_key())

    def _load_given(self):
        """What the booking was when this was last decided, as the rules read it."""
        return Given(self.stage_ref or None, self.combination_ref or None)

    def _mark_removals(self, decisions, facts):
        """Say at once what is going to be taken away, before anything is: the brake
        counts it, and people see it. An access that loses the last of its people is
        taken away, too, whatever is left of the group."""
        for key, row in self._map_by_key().items():
            decision = decisions.get(key)
            if row.booking_id and not decision:
                continue  # only next to one of the bookings
            gone = (
                not decision
                or decision.verdict is Verdict.NONE
                or (row._load_applied().user_ids and not decision.partner_ids)
            )
            if gone and row.state in LIVE and row._may_hold_something():
                row.state = "revoking"
                row.by_booking = facts.ends_itself(row, decision)
                if row.integration_id.access_withdrawn:
                    row.agreed = True
            elif not gone and row.state == "revoking":
                row.state = "granting"

    def _may_hold_something(self):
        return bool(self.group_uuid or self.unsettled)

    @api.model
    def _browse_bookings(self, booking_ids):
        bookings = self.env["resource.booking"].with_context(active_test=False)
        return bookings.browse(booking_ids).exists()

    @api.model
    def _find_cut_for(self, booking_ids):
        """Access that was shortened for one of these: it may get the full grace now."""
        return self.search(
            [
                ("state", "in", ("waiting", *LIVE)),
                "|",
                ("cut_before_ref", "in", booking_ids),
                ("cut_after_ref", "in", booking_ids),
            ]
        )

    @api.model
    def _prepare_row_vals(self, booking, integration_id, decision):
        integration = self.env["salto.ks.integration"].browse(integration_id)
        due = due_at(decision.window, integration._access_policy())
        return {
            "booking_id": booking.id,
            "booking_ref": booking.id,
            "booking_name": booking.display_name,
            "integration_id": integration_id,
            "name": f"{integration.access_prefix}_{booking.id}",
            "wish": 1,
            "state": "waiting",
            "next_try": due.replace(tzinfo=None),
            **decision_vals(decision),
        }

    # -- what is known of Salto

    def _load_applied(self):
        """What Salto confirmed, as the rules read it."""
        held = self.held or {}
        return Applied(
            group_id=self.group_uuid or None,
            schedule_id=self.schedule_uuid or None,
            schedule=tuple(held["schedule"]) if held.get("schedule") else None,
            lock_ids=frozenset(held.get("locks", ())),
            user_ids=frozenset(held.get("users", ())),
        )
