"""What the tests of access groups share."""

from datetime import datetime, timedelta

from odoo import fields
from odoo.tests import TransactionCase

from ..common import SaltoCaseMixin, create_booking


def sync_access(env):
    """Run the scheduled action as the scheduler does."""
    env.ref("resource_booking_salto_ks.cron_sync_access").method_direct_trigger()
    env.invalidate_all()


def verify_access(env):
    """Run the nightly comparison as the scheduler does."""
    env.flush_all()
    env.ref("resource_booking_salto_ks.cron_verify_access").method_direct_trigger()
    env.invalidate_all()


def site_calls(requests):
    """Requests to the Connect API about one site, as (method, path below the site)."""
    return [
        (one["method"], one["path"].split("/", 4)[4])
        for one in requests
        if "/sites/" in one["path"]
    ]


class AccessCase(SaltoCaseMixin, TransactionCase):
    """A site that keeps access groups, and one confirmed booking of Studio 1."""

    def sync(self):
        sync_access(self.env)

    def many(self, number):
        """So many more bookings that have access."""
        bookings = [
            create_booking(self.env, self.venue, start_in=timedelta(hours=3 * n))
            for n in range(1, number + 1)
        ]
        self.sync()
        self.assertEqual(len(self.groups()), number + 1)
        return self.env["resource.booking"].union(*bookings)

    def groups(self):
        return self.simulator.state()["access_groups"]

    def group(self, booking=None):
        """The one group of a booking at Salto, or None."""
        name = f"Odoo_{(booking or self.booking).id}"
        found = [one for one in self.groups() if one["customer_reference"] == name]
        self.assertLessEqual(len(found), 1)
        return found[0] if found else None

    def access(self, bookings=None):
        return self.env["salto.ks.access"].search(
            [("booking_ref", "in", (bookings or self.booking).ids)]
        )

    def user(self, email):
        """The site user with an e-mail address at Salto, or None."""
        users = self.simulator.state()["users"]
        site_id = self.integration.site_id
        found = [
            one for one in users if one["email"] == email and one["site_id"] == site_id
        ]
        self.assertLessEqual(len(found), 1)
        return found[0] if found else None

    def calls(self, since=0):
        return site_calls(self.simulator.state()["requests"][since:])

    def calls_of(self, work):
        """What ``work()`` asks of the site."""
        before = len(self.simulator.state()["requests"])
        work()
        return self.calls(before)

    def let_pass(self, bookings):
        """As if a day had gone by: the bookings are over, and nobody changed them."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE resource_booking SET start = start - interval '1 day',"
            " stop = stop - interval '1 day' WHERE id IN %s",
            [tuple(bookings.ids)],
        )
        self.env.invalidate_all()
        day = timedelta(days=1)
        for access in self.access(bookings):
            moments = ("start", "end", "due")
            access.desired = access.desired | {
                name: (datetime.fromisoformat(access.desired[name]) - day).isoformat()
                for name in moments
            }
            access.starts_at -= day
            access.ends_at -= day
            access.next_try = fields.Datetime.now()

    def make_due(self):
        """As if the time of all that waits had come."""
        waiting = self.env["salto.ks.access"].search([("next_try", "!=", False)])
        waiting.next_try = fields.Datetime.now()
