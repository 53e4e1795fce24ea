"""What is desired of Salto for bookings, decided once: when something changed."""

from odoo import fields

from ...rules.access import access as rules
from ...rules.times.moments import Neighbour, aware


class AccessDecider:
    """
    :param env: superuser's
    """

    def __init__(self, env):
        self._rows = env["salto.ks.access"]
        companies = env["res.company"].search([])
        self._env = env(context={**env.context, "allowed_company_ids": companies.ids})
        integrations = self._env["salto.ks.integration"]
        self._sites = integrations._access_sites()
        self._switched_off = integrations._switched_off_sites()
        self._policies = {
            site: site._access_policy() for site in self._sites | self._switched_off
        }
        self._tables = self._env["resource.booking"]._salto_ks_mapping_tables()
        self._now = aware(fields.Datetime.now())

    def decide_for(self, booking_ids, changed):
        """Record what is desired for bookings, and make their access due.

        :param booking_ids: ids, also of bookings that are gone
        :param changed: those of them that changed themselves
        :returns: ids of other bookings next to these, for which something else may be
            desired now
        """
        bookings = self._env["resource.booking"].with_context(active_test=False)
        bookings = bookings.browse(booking_ids).exists()
        sites = self._sites | self._switched_off
        rows = self._rows.search(
            [("booking_ref", "in", booking_ids), ("integration_id", "in", sites.ids)]
        )
        rows._make_due()
        rows_left = {
            (row.booking_ref, row.integration_id.id, row.is_common): row for row in rows
        }
        withheld = {
            (row.booking_ref, row.integration_id.id) for row in rows if row.withheld
        }
        neighbours, new = bookings._salto_ks_find_neighbours(self._longest_grace()), []
        for booking in bookings:
            facts, locks = _read_booking(booking), self._find_locks(booking)
            for site in self._sites:
                groups = self._arrange_groups(facts, site, locks, neighbours[booking])
                for is_common, (window, lock_ids) in groups.items():
                    desired = rules.decide(
                        self._now,
                        facts,
                        self._policies[site],
                        window,
                        lock_ids,
                        _people_of(booking),
                    )
                    row = rows_left.pop((booking.id, site.id, is_common), None)
                    if row:
                        self._record(row, desired, facts, window)
                    elif desired.window:
                        vals = _vals_of_new(booking, site, desired, facts, is_common)
                        vals["withheld"] = (booking.id, site.id) in withheld
                        new.append(vals)
        self._rows.create(new)
        for row in rows_left.values():
            self._decide_what_stays(row)
        near = {*self._find_cut_for(changed).mapped("booking_ref")}
        for booking in bookings:
            if booking.id in changed:
                near |= {*neighbours[booking].ids}
        return near - {*booking_ids}

    def _longest_grace(self):
        """None where nothing is given."""
        policies = [self._policies[site] for site in self._sites]
        return max(
            (max(one.grace_before, one.grace_after) for one in policies), default=None
        )

    def _find_cut_for(self, booking_ids):
        """Access that was shortened for one of these: it may get the full grace now."""
        return self._rows.search(
            [
                ("state", "!=", "revoked"),
                "|",
                ("cut_before_ref", "in", list(booking_ids)),
                ("cut_after_ref", "in", list(booking_ids)),
            ]
        )

    def _find_locks(self, booking):
        """The locks that are mapped to a booking, at all sites."""
        company = booking._salto_ks_company()
        lock_ids = booking._salto_ks_find_lock_ids(self._tables, company)
        return self._env["salto.ks.lock"].browse(lock_ids).filtered("active")

    def _arrange_groups(self, facts, site, locks, neighbours):
        """See rules.access.arrange_groups.

        :param locks: salto.ks.lock, of any sites
        """
        here = locks.filtered(lambda one: one.integration_id == site)
        return rules.arrange_groups(
            self._find_window(facts, site, neighbours),
            self._find_window(facts, site),
            here.mapped("lock_id"),
            here.filtered("is_common").mapped("lock_id"),
        )

    def _find_window(self, facts, site, neighbours=()):
        """When people get in; None for a booking without a time.

        :param facts: rules.access.Booking
        :param neighbours: bookings
        """
        if not facts.has_time:
            return None
        others = [
            Neighbour(one.id, aware(one.start), aware(one.stop)) for one in neighbours
        ]
        return rules.window_of(facts, self._policies[site], others)

    def _decide_what_stays(self, row):
        """The booking is gone, or the site is switched off."""
        booking, site = row.booking_id.with_env(self._env), row.integration_id
        if not booking:
            self._record(row, rules.NOTHING)
            return
        facts, desired = _read_booking(booking), rules.NOTHING
        window = self._find_window(facts, site)
        # What is being taken away already is not given back there.
        if not site.access_withdrawn and row.state != "revoking":
            desired = rules.decide_where_switched_off(
                self._now,
                facts,
                self._policies[site],
                window,
                row._load_given(),
                row._load_desired(),
                _people_of(booking),
            )
        self._record(row, desired, facts, window)

    def _record(self, row, desired, facts=None, window=None):
        """Say at once what is going to be taken away, before anything is: the brake
        counts it, and people see it. An access that loses the last of its people is
        taken away, too, whatever is left of the group.

        :param facts: rules.access.Booking; None: it is gone
        """
        is_gone = (
            desired.window is None
            or row.withheld
            or (row._load_applied().user_ids and not desired.partner_ids)
        )
        vals = _vals_of(desired, facts)
        if is_gone and row._may_hold_something():
            vals["state"] = "revoking"
            vals["by_booking"] = facts is None or rules.ends_itself(
                self._now,
                facts,
                self._policies[row.integration_id],
                window,
                row._load_given(),
            )
            if row.integration_id.access_withdrawn:
                vals["agreed"] = True
        elif not is_gone and row.state == "revoking":
            vals["state"] = "granting"
        row.write(vals)


def _read_booking(booking):
    """What the rules need to know of a booking."""
    return rules.Booking(
        alive=booking.active and booking.state != "canceled",
        stage_id=booking.stage_id.id or None,
        start=aware(booking.start),
        stop=aware(booking.stop),
        place=booking.combination_id.id or None,
        has_people=bool(_people_of(booking)),
    )


def _people_of(booking):
    return booking.partner_ids.filtered("active").ids


def _vals_of(desired, facts):
    """What is recorded of a decision. What is not desired any more keeps the time that
    it had, and what the booking was then."""
    window = desired.window
    if window is None:
        return {"desired": False}
    return {
        "desired": {
            "start": window.start.isoformat(),
            "end": window.end.isoformat(),
            "due": desired.due.isoformat(),
            "locks": sorted(desired.lock_ids),
            "people": list(desired.partner_ids),
        },
        "starts_at": window.start.replace(tzinfo=None),
        "ends_at": window.end.replace(tzinfo=None),
        "cut_before_ref": window.cut_before,
        "cut_after_ref": window.cut_after,
        "stage_ref": facts.stage_id,
        "combination_ref": facts.place,
    }


def _vals_of_new(booking, site, desired, facts, is_common):
    return {
        "booking_id": booking.id,
        "booking_ref": booking.id,
        "booking_name": booking.display_name,
        "integration_id": site.id,
        "is_common": is_common,
        "name": rules.group_name(site.access_prefix, booking.id, is_common),
        "next_try": desired.due.replace(tzinfo=None),
        **_vals_of(desired, facts),
    }
