from collections import Counter

from odoo import api, fields, models
from odoo.fields import Domain

from ...rules.access.brake import Brake, choose_brake
from ...tools.transactions import retried

BRAKE_ACTIVITY = "resource_booking_salto_ks.activity_type_brake"


def find_passing(brake):
    """Domain of the salto.ks.access that a pass may work on.

    :param brake: rules.access.brake.Brake
    """
    if brake is Brake.OFF:
        return Domain.TRUE
    passes = Domain("agreed", "=", True) | Domain("withheld", "=", True)
    if brake is Brake.SPARES_BOOKINGS:
        passes |= Domain("by_booking", "=", True)
    return Domain("state", "=", "revoking") & passes


class SaltoKsIntegration(models.Model):
    """The brake on mass removal: what it counts, what it stops, who is called, and who
    releases it. How many are too many is decided in ``rules.access.brake``."""

    _inherit = "salto.ks.integration"
    _brake_share_range = models.Constraint(
        "CHECK (brake_share BETWEEN 0 AND 100)",
        "The share that may be removed at once is a percentage, 0 to 100.",
    )

    brake_share = fields.Integer(
        "Brake at",
        default=20,
        help="If more than this percentage of the live access (but at least 10) would "
        "be taken away at once, nothing is, and a manager is called. So it is when "
        "bookings that still stand would lose nearly all of it, however few they are. "
        "100: never.",
    )
    brake_at = fields.Datetime(
        "Removal stopped since", compute="_compute_brake", compute_sudo=True
    )
    brake_spares_bookings = fields.Boolean(
        compute="_compute_brake",
        compute_sudo=True,
        help="Only access of bookings that still stand waits.",
    )

    def _compute_brake(self):
        for integration in self:
            contact = integration.contact_ids[:1]
            integration.brake_at = contact.brake_at
            integration.brake_spares_bookings = contact.brake_spares_bookings

    # -- during a pass

    def _choose_brake(self, removed, live=None):
        """Would this pass take away an unusual share of the access there is? Then the
        brake goes on; otherwise it goes off.

        :param removed: {id of salto.ks.access that this pass has removed: by_booking}
        :param live: how many live accesses there were when the pass began; None: it
            begins
        :returns: (rules.access.brake.Brake, live)
        """
        rows = self.env["salto.ks.access"]
        removals = Domain(self._removal_domain()) & Domain("id", "not in", [*removed])
        removals &= self._counted_domain()
        # Those that the booking itself ended, and others.
        count = Counter(removed.values())
        count.update(dict(rows._read_group(removals, ["by_booking"], ["__count"])))
        if live is None:
            live = rows.search_count(
                Domain(rows._live_domain(self)) & self._counted_domain()
            )
        brake = choose_brake(count[True], count[False], live, self.brake_share)
        self._record_brake(brake)
        return brake, live

    def _removal_domain(self):
        """Access whose removal would lock somebody out without a person having said
        so."""
        return [
            *self.env["salto.ks.access"]._live_domain(self),
            ("state", "=", "revoking"),
            ("withheld", "=", False),
            ("agreed", "=", False),
        ]

    @api.model
    def _counted_domain(self):
        """A booking counts once: whose second group goes still has the first."""
        return Domain("is_common", "=", False)

    def _record_brake(self, brake):
        contact = self.env["salto.ks.site.status"]._get_or_create_for(self)
        stops, spares = brake is not Brake.OFF, brake is Brake.SPARES_BOOKINGS
        if contact.brake_spares_bookings != spares:
            contact.brake_spares_bookings = spares
        if stops and not contact.brake_at:
            contact.brake_at = fields.Datetime.now()
            rows = self._find_stopped_removals().filtered_domain(self._counted_domain())
            self._alert_responsible(
                BRAKE_ACTIVITY,
                summary=self.env._("%s: mass removal of access stopped", self.name),
                note=self.env["ir.qweb"]._render(
                    "resource_booking_salto_ks.brake_note", {"rows": rows}
                ),
            )
        elif not stops and contact.brake_at:
            contact.brake_at = False
            self.activity_unlink([BRAKE_ACTIVITY])

    # -- for people

    def _is_stopped_by_brake(self, access):
        """Must ``access`` wait until a manager has decided about a mass removal?

        :param access: salto.ks.access, one
        """
        due = access.next_try and access.next_try <= fields.Datetime.now()
        has_work = access.state in ("granting", "revoking") or (
            access.state == "waiting" and due
        )
        brake = Brake.SPARES_BOOKINGS if self.brake_spares_bookings else Brake.ON
        passing = access.filtered_domain(find_passing(brake))
        return bool(self.brake_at and has_work and not passing)

    def _find_stopped_removals(self):
        domain = self._removal_domain()
        if self.brake_spares_bookings:
            domain.append(("by_booking", "=", False))
        return self.env["salto.ks.access"].search(domain)

    def action_release_brake(self):
        """Take the access on the list away after all, and nothing that comes later."""
        self.check_access("write")
        retried(self, lambda site: site._agree_to_removals())
        return self._sync_and_notify()

    def _agree_to_removals(self):
        rows = self._find_stopped_removals()
        rows.write({"agreed": True})
        rows._make_due()

    def action_view_removals(self):
        """What the brake keeps from being taken away."""
        return self._access_action([("id", "in", self._find_stopped_removals().ids)])
