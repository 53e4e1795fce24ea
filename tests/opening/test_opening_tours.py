import re
from datetime import timedelta

from odoo.tests import HttpCase, tagged

from ..common import SaltoCaseMixin, create_booking, find_lock

PHONE = "390x844"


def create_late_booking(env, venue):
    """A booking that is over."""
    start_in = timedelta(minutes=-150)
    return create_booking(env, venue, studio=1, start_in=start_in, name="Late")


class DeskTours(SaltoCaseMixin):
    """What the receptionist does, at any width."""

    def openings(self):
        return self.booking.salto_ks_opening_ids

    def with_two_doors(self):
        """The booking's doors; returns the other one."""
        gate = find_lock(self.integration, "Main entrance")
        self.integration.mapping_ids[0].lock_ids = self.lock + gate
        return gate

    def test_open_door_on_the_board(self):
        self.start_tour("/odoo/reception", "salto_ks_open_door_on_board", login="desk")
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)
        self.assertEqual(len(self.simulator.commands()), 1)
        self.assertEqual(len(self.openings()), 1)

    def test_open_one_of_several(self):
        gate = self.with_two_doors()
        self.start_tour("/odoo/reception", "salto_ks_open_one_of_several", login="desk")
        self.assertEqual(self.simulator.unlocks(gate.lock_id), 1)
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_refused(self):
        create_late_booking(self.env, self.venue)
        self.integration.minutes_after = 0
        self.start_tour("/odoo/reception", "salto_ks_refused", login="desk")
        self.assertEqual(self.simulator.commands(), [])


@tagged("post_install", "-at_install")
class TestTours(DeskTours, HttpCase):
    def setUp(self):
        super().setUp()
        self.env.ref("base.user_admin").password = "admin"

    def test_open_door(self):
        self.start_tour("/odoo/reception", "salto_ks_open_door", login="desk")
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)
        self.assertEqual(self.openings().user_id, self.receptionist)
        self.assertEqual(self.booking.stage_id.name, "Checked in")

    def test_open_all(self):
        gate = self.with_two_doors()
        self.simulator.fault(
            "PATCH", f"*/{self.lock.lock_id}/locking", "status", status=403
        )
        self.start_tour("/odoo/reception", "salto_ks_open_all", login="desk")
        self.assertEqual(self.simulator.unlocks(), 1)
        self.assertEqual(self.simulator.unlocks(gate.lock_id), 1)

    def test_answer_lost(self):
        self.simulator.fault("PATCH", "*/locking", "reset_after", times=1)
        self.start_tour("/odoo/reception", "salto_ks_answer_lost", login="desk")
        self.assertEqual(self.openings().state, "unknown")

    def test_stages_in_columns(self):
        self.start_tour("/odoo", "salto_ks_stages_in_columns", login="desk")
        self.env.invalidate_all()
        self.assertEqual(self.booking.stage_id.name, "Checked in")

    def test_set_up_site_from_zero_and_open_its_door(self):
        self.start_tour("/odoo", "salto_ks_set_up_site", login="admin", timeout=120)
        harbour = self.env["salto.ks.integration"].search(
            [("name", "=", "Harbour Rooms")]
        )
        self.assertEqual(harbour.state, "active")
        quay = find_lock(harbour, "Quay entrance")
        self.booking.combination_id = self.venue["combinations"][2]
        self.as_receptionist().action_salto_ks_open_door()
        self.assertEqual(self.simulator.unlocks(quay.lock_id), 1)

    def fetch_proxy(self, url):
        """The browser asks for the PIN that "the phone" received."""
        if "phone.example" not in url:
            return super().fetch_proxy(url)
        message = self.simulator.control("outbox")[-1]["text"]
        return self.make_fetch_proxy_response(re.search(r"\b\d{4}\b", message)[0])


@tagged("post_install", "-at_install")
class TestPhoneTours(DeskTours, HttpCase):
    browser_size = PHONE
    touch_enabled = True
