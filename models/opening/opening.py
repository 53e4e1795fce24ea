from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import NO_ACCESS

from ...rules.opening import opening as rules
from ...rules.opening.settling import PATIENCE
from ...services.open_door import OpeningOutcome
from ...services.settle_openings import OpeningSettlement
from ...wording.opening import CODE_LABELS

# A second click so soon after an answer is the same click.
SAME_CLICK = timedelta(seconds=5)
# So is one of many that pile up while the server is slow, each soon after the other.
BURST_GAP, LONGEST_BURST = timedelta(seconds=3), timedelta(seconds=20)


class SaltoKsOpening(models.Model):
    """One attempt to open one lock, kept as evidence.

    Names stand beside the records that they belong to: people leave, bookings are
    deleted and doors are renamed, while what happened stays what it was.
    """

    _name = "salto.ks.opening"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS opening"
    _fixed = frozenset({"lock_id", "company_id", "user_id", "channel"})
    _all_kept = True
    _order = "requested_at desc, id desc"
    _rec_name = "lock_name"
    _one_claim = models.UniqueIndex("(booking_id, lock_id) WHERE state = 'claimed'")
    _one_intent = models.UniqueIndex("(intent) WHERE intent IS NOT NULL")
    _one_entry = models.UniqueIndex("(entry_id) WHERE entry_id IS NOT NULL")
    _unfollowed = models.Index("(answered_at) WHERE followed IS NOT TRUE")
    # What must never be, whatever code writes the row.
    _refused_by_a_rule = models.Constraint(
        "CHECK ((by_rules IS TRUE) = (code IS NOT NULL)"
        " AND (code IS NULL OR state = 'refused'))",
        "A rule that refuses has a name, and its door stays closed.",
    )
    _answered_once = models.Constraint(
        "CHECK ((state = 'claimed') = (answered_at IS NULL))",
        "An attempt is in progress, or it is known when it ended.",
    )
    _entry_of_an_opening = models.Constraint(
        "CHECK (entry_id IS NULL OR state = 'opened')",
        "An entry in Salto's log proves that the door opened.",
    )
    _command_to_a_door = models.Constraint(
        "CHECK (state NOT IN ('claimed', 'opened', 'unknown') OR lock_id IS NOT NULL)",
        "A command goes to a door.",
    )

    _override_has_a_reason = models.Constraint(
        "CHECK ((channel = 'override') = (override_reason IS NOT NULL))",
        "Who opens anyway says why.",
    )

    booking_id = fields.Many2one(
        "resource.booking", index=True, ondelete="set null", readonly=True
    )
    booking_name = fields.Char("Booking name", readonly=True)
    lock_id = fields.Many2one(
        "salto.ks.lock", "Door", index=True, ondelete="restrict", readonly=True
    )
    lock_name = fields.Char("Door's name", readonly=True)
    company_id = fields.Many2one("res.company", index=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "Asked by", required=True, ondelete="restrict", readonly=True
    )
    partner_id = fields.Many2one(
        "res.partner",
        "Person",
        index="btree_not_null",
        ondelete="set null",
        readonly=True,
        help="Who asked: the user, or the guest who used the booking's link.",
    )
    person_name = fields.Char("Person's name", readonly=True)
    channel = fields.Selection(
        [
            ("backend", "Back office"),
            ("portal", "Portal"),
            ("automation", "Automation"),
            ("override", "Opened anyway"),
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
        "Refused: Salto, or Odoo's own rules, said no.\n"
        "Not sent: the command never left.\n"
        "Unknown: the command left, and no answer came.",
    )
    reason = fields.Char(readonly=True)
    by_rules = fields.Boolean(
        "Refused by the rules", readonly=True, help="Salto was not asked."
    )
    code = fields.Selection(
        CODE_LABELS,
        "Rule",
        readonly=True,
        help="Which of Odoo's rules refused.",
    )
    override_reason = fields.Char(
        "Why anyway",
        readonly=True,
        help="Why somebody opened outside the booking's time and stages.",
    )
    requested_at = fields.Datetime("When", required=True, readonly=True)
    answered_at = fields.Datetime("Answered", readonly=True)
    repeated_at = fields.Datetime(
        readonly=True, groups=NO_ACCESS, help="When a click last came that repeats it."
    )
    duration = fields.Float(
        "Seconds",
        digits=(8, 3),
        readonly=True,
        aggregator="avg",
        help="From the click to Salto's answer.",
    )
    entry_id = fields.Char(
        "Salto's entry",
        readonly=True,
        help="The entry in Salto's log that shows the result.",
    )
    intent = fields.Char(
        readonly=True,
        groups=NO_ACCESS,
        help="Made with the page that was clicked: the same page opens once.",
    )
    followed = fields.Boolean(
        readonly=True,
        groups=NO_ACCESS,
        help="The booking is known to have followed this result.",
    )

    @api.depends("lock_name", "booking_name")
    def _compute_display_name(self):
        for opening in self:
            names = filter(None, (opening.lock_name, opening.booking_name))
            opening.display_name = " · ".join(names)

    def _as_outcome(self, repeated=False):
        """This row as plain data."""
        self.ensure_one()
        return OpeningOutcome(
            self.id,
            self.state,
            self.answered_at or self.requested_at,
            self.reason or "",
            self.code or "",
            repeated,
            self.override_reason or "",
        )

    # -- what a new attempt asks about earlier ones

    def _find_repeated(self, booking, lock, intent):
        """The opening of the same page, or of a click a few seconds ago."""
        if intent:
            same = self.search([("intent", "=", intent)], limit=1)
            if same:
                return same
        now = fields.Datetime.now()
        return self.search(
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

    def _find_next_try(self, person, lock):
        """When this person may open this door again; None: now.

        Two workers that ask at the same moment may both be let through: a budget
        is no security, and needs no lock of its own.
        """
        now = fields.Datetime.now()
        waits = []
        for domain, limit in (
            ([("partner_id", "=", person.id)], rules.PER_PERSON),
            ([("lock_id", "=", lock.id)], rules.PER_DOOR),
        ):
            recent = self.search_fetch(
                [
                    *domain,
                    ("by_rules", "=", False),
                    ("requested_at", ">", now - limit.within),
                ],
                ["requested_at"],
                limit=limit.attempts,
            )
            at = rules.next_try(now, recent.mapped("requested_at"), limit)
            waits += [at] if at else []
        return max(waits, default=None)

    # -- what is settled later

    def _close_dead_claims(self, booking, lock):
        """Claims whose worker is gone: what it sent, if anything, nobody knows.

        To be called while holding the lock of the claims' booking and door, which
        a living worker keeps until its claim is answered.
        """
        claims = self.search(
            [
                ("state", "=", "claimed"),
                ("booking_id", "=", booking.id),
                ("lock_id", "=", lock.id),
            ]
        )
        if claims:
            reason = self.env._(
                "The server stopped before Salto's answer was recorded."
            )
            now = fields.Datetime.now()
            claims.write({"state": "unknown", "reason": reason, "answered_at": now})
            claims._settle_soon()

    def _settle_soon(self):
        """Look for the entry in a moment, and once more when it must be there."""
        now = fields.Datetime.now()
        later = now + PATIENCE + timedelta(minutes=1)
        self.env.ref("resource_booking_salto_ks.cron_resolve_openings")._trigger(
            at=[now + timedelta(seconds=45), later]
        )

    @api.model
    def _cron_resolve_openings(self):
        OpeningSettlement(self.sudo()).run()

    def _follow_result(self):
        """Have the booking follow, in a transaction of its own."""
        self.ensure_one()
        self.followed = True
        if self.booking_id and self.lock_id:
            self.booking_id._salto_ks_follow(
                self.lock_id, self._as_outcome(), self.partner_id
            )
        self.env.flush_all()
