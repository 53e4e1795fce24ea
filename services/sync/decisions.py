"""What the access rules need to know of bookings, loaded for many at once."""

from collections import defaultdict
from dataclasses import dataclass

from odoo import fields

from ...rules.access import access as rules
from ...rules.times.moments import aware, shifted
from ...rules.times.wall_clock import wall_clock_window


@dataclass(frozen=True)
class Decision:
    """What a booking should have at one site; plain data, good in any transaction.

    :param window: rules.access.Window; None for a booking without a time
    :param lock_ids: UUIDs
    :param partner_ids: ids of those who shall get in
    :param booking: rules.access.Booking that it is about; None for one that is gone
    """

    verdict: rules.Verdict
    window: rules.Window | None = None
    lock_ids: frozenset[str] = frozenset()
    partner_ids: tuple[int, ...] = ()
    booking: rules.Booking | None = None

    def schedule(self, zone):
        """Start and end as Salto wants them: naive wall clock of the site, as text.

        :param zone: ZoneInfo of the site, or None; without one there is no schedule
        """
        if zone is None:
            return None
        span = wall_clock_window(self.window.start, self.window.end, zone)
        return tuple(moment.isoformat(timespec="seconds") for moment in span)


class AccessFacts:
    """Decides about bookings.

    :param env: superuser's
    """

    def __init__(self, env):
        companies = env["res.company"].search([])
        self.env = env(context={"allowed_company_ids": companies.ids})
        self.sites = self.env["salto.ks.integration"]._access_sites()
        self.switched_off = self.env["salto.ks.integration"]._switched_off_sites()
        self._tables = self.env["resource.booking"]._salto_ks_mapping_tables()
        self._now = aware(fields.Datetime.now())
        self._policies = {site: site._access_policy() for site in self.sites}

    def decide(self, bookings, withheld=()):
        """{(booking id, site id): Decision}, for each booking and site that gives
        access.

        :param withheld: pairs of booking id and site id that a person took away
        """
        bookings = bookings.with_env(self.env)
        neighbours = self._neighbours(bookings)
        locks = self.env["salto.ks.lock"]
        decisions = {}
        for booking in bookings:
            lock_ids = booking._salto_ks_find_lock_ids(
                self._tables, booking._salto_ks_company()
            )
            mapped = locks.browse(lock_ids)
            for site in self.sites:
                key = (booking.id, site.id)
                decisions[key] = self._decide(
                    booking,
                    self._policies[site],
                    mapped.filtered(
                        lambda lock, site=site: lock.active
                        and lock.integration_id == site
                    ),
                    neighbours[booking.id],
                    key in withheld,
                )
        return decisions

    def decide_where_switched_off(self, rows):
        """As ``decide``, for salto.ks.access at sites that give nothing any more."""
        return {
            key: self._decide_where_switched_off(row)
            for key, row in rows._map_by_key().items()
            if row.integration_id in self.switched_off
        }

    def _decide_where_switched_off(self, row):
        # What is being taken away already is not given back there.
        gone = row.integration_id.access_withdrawn or row.state == "revoking"
        booking = row.booking_id
        if not booking:
            return Decision(rules.Verdict.NONE)
        facts = self._booking_facts(booking, row.withheld)
        policy = row.integration_id._access_policy()
        given = rules.Window(aware(row.starts_at), aware(row.ends_at))
        window = self._window(facts, policy)
        verdict = rules.decide_where_switched_off(
            self._now, facts, policy, window, row._load_given(), given
        )
        return Decision(
            rules.Verdict.NONE if gone else verdict,
            window and rules.overlap(window, given),
            partner_ids=tuple(booking.partner_ids.filtered("active").ids),
            booking=facts,
        )

    def ends_itself(self, row, decision):
        """Is it the booking that ends an access, and not what it depends on?

        :param row: salto.ks.access
        :param decision: the Decision about it, or None
        """
        if not decision or not decision.booking:
            return True
        policy = row.integration_id._access_policy()
        return rules.ends_itself(
            self._now, decision.booking, policy, decision.window, row._load_given()
        )

    def _booking_facts(self, booking, withheld):
        return rules.Booking(
            alive=booking.active and booking.state != "canceled",
            stage_id=booking.stage_id.id or None,
            start=aware(booking.start),
            stop=aware(booking.stop),
            withheld=withheld,
            place=booking.combination_id.id or None,
            has_people=bool(booking.partner_ids.filtered("active")),
        )

    def _window(self, facts, policy, neighbours=()):
        if facts.start and facts.stop:
            return rules.window_of(facts, policy, neighbours)
        return None

    def _decide(self, booking, policy, locks, neighbours, withheld):
        facts = self._booking_facts(booking, withheld)
        window = self._window(facts, policy, neighbours)
        return Decision(
            rules.decide(self._now, facts, policy, window, bool(locks)),
            window,
            frozenset(locks.mapped("lock_id")),
            tuple(booking.partner_ids.filtered("active").ids),
            facts,
        )

    def _neighbours(self, bookings):
        """{booking id: [rules.access.Neighbour]}."""
        return {
            booking.id: [
                rules.Neighbour(other.id, aware(other.start), aware(other.stop))
                for other in others
            ]
            for booking, others in self.find_neighbours(bookings).items()
        }

    def find_neighbours(self, bookings):
        """{booking: the other bookings of its rooms within reach of any grace}."""
        reach = max(
            (max(one.grace_before, one.grace_after) for one in self._policies.values()),
            default=None,
        )
        found = {booking: bookings.browse() for booking in bookings}
        timed = bookings.filtered(lambda one: one.start and one.stop)
        rooms = timed.combination_id.resource_ids.filtered(is_room)
        if not rooms or not reach:
            return found
        others = self.env["resource.booking"].search(
            [
                ("combination_id.resource_ids", "in", rooms.ids),
                ("start", "<=", shifted(max(timed.mapped("stop")), reach)),
                ("stop", ">=", shifted(min(timed.mapped("start")), -reach)),
            ]
        )
        by_room = defaultdict(list)
        for other in others:
            for room in other.combination_id.resource_ids.filtered(is_room):
                by_room[room].append(other)
        for booking in timed:
            near = booking.browse()
            for room in booking.combination_id.resource_ids.filtered(is_room):
                for other in by_room[room]:
                    if (
                        other != booking
                        and other.start <= shifted(booking.stop, reach)
                        and other.stop >= shifted(booking.start, -reach)
                    ):
                        near |= other
            found[booking] = near
        return found


def is_room(resource):
    """A person who is booked along with a room is in no one's way there."""
    return resource.resource_type != "user"


def decision_vals(decision):
    """What is kept of a Decision: its time, and what the booking was then."""
    window = decision.window
    return {
        "starts_at": window and window.start.replace(tzinfo=None),
        "ends_at": window and window.end.replace(tzinfo=None),
        "cut_before_ref": window and window.cut_before,
        "cut_after_ref": window and window.cut_after,
        "stage_ref": decision.booking and decision.booking.stage_id,
        "combination_ref": decision.booking and decision.booking.place,
    }
