from datetime import timedelta

from odoo import fields
from odoo.tests import HttpCase, tagged

from ..common import create_booking, find_lock
from .guest_pages import GuestCaseMixin

PHONE = "390x844"
LOCKING = "/v1.2/sites/*/locks/*/locking"


class GuestTours(GuestCaseMixin):
    """What a guest does, at any width."""

    def test_opens_by_link(self):
        self.start_tour(self.link(), "salto_ks_guest_opens")
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)

    def test_refused(self):
        self.simulator.fault("PATCH", LOCKING, "status", status=403)
        self.start_tour(self.link(), "salto_ks_guest_refused")
        self.assertEqual(self.simulator.unlocks(), 0)


@tagged("post_install", "-at_install")
class TestGuestTours(GuestTours, HttpCase):
    def test_opens_with_a_login(self):
        url = self.booking.access_url
        self.start_tour(url, "salto_ks_guest_opens", login="guest")
        self.assertEqual(self.openings().user_id, self.guest)

    def test_presses_twice(self):
        self.start_tour(self.link(), "salto_ks_guest_presses_twice")
        self.assertEqual(len(self.simulator.commands()), 1)
        self.assertEqual(len(self.openings()), 1)

    def test_receptionist_sends_the_link(self):
        self.start_tour("/odoo/reception", "salto_ks_send_door_link", login="desk")
        mail = self.env["mail.mail"].search([("body_html", "ilike", "door_link=")])
        self.assertIn("?door=", str(mail[:1]._prepare_outgoing_list()))


@tagged("post_install", "-at_install")
class TestGuestPhoneTours(GuestTours, HttpCase):
    browser_size = PHONE
    touch_enabled = True

    def test_waits_for_the_time(self):
        self.booking.start = fields.Datetime.now() + timedelta(minutes=40)
        self.booking.action_confirm()
        self.start_tour(self.link(), "salto_ks_guest_waits")
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_one_of_several(self):
        gate = find_lock(self.integration, "Main entrance")
        self.integration.mapping_ids[0].lock_ids = self.lock + gate
        self.start_tour(self.link(), "salto_ks_guest_of_several_doors")
        self.assertEqual(self.simulator.unlocks(gate.lock_id), 1)
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)

    def test_unknown(self):
        self.simulator.fault("PATCH", LOCKING, "reset_after")
        self.start_tour(self.link(), "salto_ks_guest_unknown")
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_too_late(self):
        booking = create_booking(self.env, self.venue, 1, timedelta(hours=-5))
        self.start_tour(self.link(booking), "salto_ks_guest_too_late")

    def fetch_proxy(self, url):
        """What happens elsewhere while the guest looks at the page."""
        event = url.rsplit("/", 1)[-1]
        if "house.example" not in url:
            return super().fetch_proxy(url)
        with self.browser_waits():
            getattr(self, f"elsewhere_{event.replace('-', '_')}")()
            self.env.flush_all()
        return self.make_fetch_proxy_response("done")

    def elsewhere_time_has_come(self):
        self.integration.minutes_before = 60

    def elsewhere_it_was_open(self):
        self.openings().state = "opened"
