from datetime import datetime

from odoo import api, fields, models
from odoo.fields import Domain

from ...rules.access.access import NOTHING, Applied, Desired, Given, Window
from ...rules.access.brake import Brake
from .brake import find_passing

# States in which Salto does not hold yet what it should.
UNDER_WAY = ("granting", "revoking", "failed")
# What is at Salto, or is to be taken away although nobody knows whether it is there.
HELD = ["|", ("group_uuid", "!=", False), ("state", "=", "revoking")]


class SaltoKsAccess(models.Model):
    """What one Salto site should hold for one booking, and what it confirmed: a group
    with schedule, locks, members. Where grace is cut for the room's own doors, a second
    one gives it to the common doors.

    ``desired`` is decided when something changes; a pass compares it with ``held`` and
    with the time. ``next_try`` is the to-do list: a pass works on the rows whose time
    has come, and on no others. The row outlives the booking: whatever becomes of that,
    what was given is taken away again.
    """

    _name = "salto.ks.access"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS access"
    _fixed = frozenset({"integration_id", "booking_ref", "is_common"})
    _all_kept = True
    _order = "starts_at desc, id desc"
    _one_per_booking = models.Constraint(
        "UNIQUE (booking_ref, integration_id, is_common)",
        "A booking has one access at a site, and one more to its common doors.",
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
    is_common = fields.Boolean(
        "Common doors",
        readonly=True,
        # Never nothing: the constraint on it would not count that.
        default=False,
        help="Access to the booking's common doors alone: with the full grace, which "
        "another booking cuts for the room's own doors.",
    )
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
    # Removals go first.
    is_removal = fields.Boolean(compute="_compute_is_removal", store=True)
    starts_at = fields.Datetime("From", readonly=True)
    ends_at = fields.Datetime("To", readonly=True)
    # Ids of the bookings for which grace was cut, and of what the booking had when
    # access was last desired. No references: any of them may be gone.
    cut_before_ref = fields.Integer(readonly=True, index=True, aggregator=None)
    cut_after_ref = fields.Integer(readonly=True, index=True, aggregator=None)
    stage_ref = fields.Integer(readonly=True, aggregator=None)
    combination_ref = fields.Integer(readonly=True, aggregator=None)
    withheld = fields.Boolean(
        "Revoked by hand",
        readonly=True,
        help="A person took the access away. It stays so until a person gives it back.",
    )
    # Removed because of the booking, not because something it depends on has changed
    by_booking = fields.Boolean("Ended by the booking", readonly=True)
    # A manager agreed to the removal: the brake does not count it.
    agreed = fields.Boolean(readonly=True)
    error = fields.Char("Problem", readonly=True)
    verified_at = fields.Datetime(
        "Confirmed by Salto", readonly=True, help="When Salto last confirmed all of it."
    )

    # What the booking asks for: from when to when, locks, and people. Empty: nothing
    desired = fields.Json(readonly=True)
    # Counts the changes of what is desired, to miss none
    version = fields.Integer(readonly=True)

    # What Salto holds, as far as it confirmed it: the group, with schedule, locks and
    # members
    group_uuid = fields.Char("Group ID", index="btree_not_null", readonly=True)
    schedule_uuid = fields.Char(readonly=True)
    held = fields.Json(readonly=True)
    # An answer is missing: what Salto holds has to be read first.
    unsettled = fields.Boolean(readonly=True)
    # How many groups may be at Salto without Odoo knowing
    lost_groups = fields.Integer(readonly=True)

    # The to-do list
    next_try = fields.Datetime(readonly=True)
    failures = fields.Integer(readonly=True)
    # It failed because the site did not answer.
    site_trouble = fields.Boolean(readonly=True)

    @api.depends("state")
    def _compute_is_removal(self):
        for access in self:
            access.is_removal = access.state == "revoking"

    def write(self, vals):
        """A manager's agreement ends with the removal."""
        if vals.get("state", "revoking") != "revoking":
            vals = {**vals, "agreed": False}
        return super().write(vals)

    # -- what is desired, and what Salto confirmed, as the rules read it

    def _load_desired(self):
        stored = self.desired
        if not stored:
            return NOTHING
        start, end, due = (
            datetime.fromisoformat(stored[name]) for name in ("start", "end", "due")
        )
        return Desired(
            Window(start, end), due, frozenset(stored["locks"]), tuple(stored["people"])
        )

    def _load_applied(self):
        held = self.held or {}
        return Applied(
            group_id=self.group_uuid or None,
            schedule_id=self.schedule_uuid or None,
            schedule=tuple(held["schedule"]) if held.get("schedule") else None,
            lock_ids=frozenset(held.get("locks", ())),
            user_ids=frozenset(held.get("users", ())),
        )

    def _load_given(self):
        """What the booking was when access was last desired."""
        return Given(self.stage_ref or None, self.combination_ref or None)

    def _may_hold_something(self):
        return bool(self.group_uuid or self.unsettled)

    # -- what is due

    def _make_due(self):
        """Have these looked at by the next pass, or once more by the one under way."""
        now = fields.Datetime.now()
        for access in self:
            access.write({"next_try": now, "version": access.version + 1})

    def _mark_unsettled(self):
        """Salto may hold something else than is recorded: read it first."""
        rows = self.exists()
        rows.filtered("group_uuid").write({"unsettled": True})
        rows._make_due()

    @api.model
    def _mark_abandoned(self, integration):
        """Bookings that were deleted without a word, such as with their type."""
        abandoned = self.search(
            [
                ("integration_id", "=", integration.id),
                ("booking_id", "=", False),
                ("state", "not in", ("revoking", "revoked")),
            ]
        )
        abandoned.write({"state": "revoking", "by_booking": True, "desired": False})
        abandoned._make_due()

    @api.model
    def _find_due(
        self, integration, limit, *, without=(), brake=Brake.OFF, probe=False
    ):
        """Ids of what is due: first what is taken away, then the nearest start.

        :param without: ids to leave out
        :param brake: what it lets pass; what a person wants taken away always does
        :param probe: when nothing is due, but something waits for the site to answer
            again, take one of that
        """
        domain = Domain("integration_id", "=", integration.id) & find_passing(brake)
        domain &= Domain("id", "not in", without)
        if integration in integration._switched_off_sites():
            domain &= Domain(HELD)
        order = "is_removal desc, starts_at"
        due = self.search(domain & self._due_domain(), limit=limit, order=order)
        if probe and not due:
            in_trouble = Domain("site_trouble", "=", True)
            due = self.search(domain & in_trouble, limit=1, order=order)
        return due.ids

    @api.model
    def _due_domain(self):
        return Domain("next_try", "<=", fields.Datetime.now())

    @api.model
    def _find_next_retry(self, sites):
        """When the next one is to be tried again that failed; False if none is."""
        failed = [("error", "!=", False), ("integration_id", "in", sites.ids)]
        later = ("next_try", ">", fields.Datetime.now())
        return self.search([*failed, later], order="next_try", limit=1).next_try

    @api.model
    def _make_waiting_due(self, integration, without):
        """Have those looked at again that the site kept waiting.

        :param without: ids of those that were tried just now
        """
        self.search(
            [
                ("integration_id", "=", integration.id),
                ("site_trouble", "=", True),
                ("next_try", ">", fields.Datetime.now()),
                ("id", "not in", without),
            ]
        )._make_due()

    # -- who has access

    @api.model
    def _live_domain(self, integration):
        """What gives access at a site, now or later."""
        return [
            ("integration_id", "=", integration.id),
            ("group_uuid", "!=", False),
            ("ends_at", ">", fields.Datetime.now()),
        ]

    @api.model
    def _find_recorded_groups(self, group_uuids):
        """Those of the groups that belong to some access, of any site."""
        found = self.search([("group_uuid", "in", group_uuids)])
        return set(found.mapped("group_uuid"))

    def _find_lost_group_name(self, group_uuid):
        """What a group of this access is called that got lost; "" if it cannot be this
        one."""
        row = self.exists()
        lost = row.lost_groups > 0 and not row._find_recorded_groups([group_uuid])
        return row.name if lost else ""

    def _forget_lost_group(self):
        for access in self.exists():
            access.lost_groups -= 1

    @api.model
    def _find_of_people(self, users):
        """What gives access to salto.ks.user, or shall do so."""
        platform_ids = set(users.mapped("platform_uuid"))
        rows = self.search(
            [
                ("integration_id", "in", users.integration_id.ids),
                ("state", "!=", "revoked"),
            ]
        )
        return rows.filtered(
            lambda one: one._load_applied().user_ids & platform_ids
            or one.booking_id.partner_ids & users.partner_id
        )
