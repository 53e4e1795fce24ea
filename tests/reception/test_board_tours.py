from datetime import timedelta

from odoo import Command, fields
from odoo.tests import HttpCase, tagged

from ..common import SaltoCaseMixin, create_booking

PHONE = "390x844"


class BoardTours(SaltoCaseMixin):
    """The receptionist's day, at any width."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.known = cls.env["res.partner"].create(
            {"name": "Piet Known", "email": "piet@guest.example"}
        )
        cls.known_tour = "salto_ks_walk_in_known"

    def tour(self, name):
        self.start_tour("/odoo/reception", name, login="desk")

    def book_soon(self):
        self.soon = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(minutes=70)
        )

    def booking_of(self, guest):
        return self.env["resource.booking"].search([("partner_ids", "in", guest.ids)])

    def test_new_person_walks_in(self):
        self.tour("salto_ks_walk_in_new")
        self.assertEqual(self.simulator.unlocks(), 1)
        guest = self.env["res.partner"].search([("name", "=", "Nina New")])
        self.assertEqual(self.booking_of(guest).state, "confirmed")

    def test_known_person_walks_in(self):
        self.tour(self.known_tour)
        self.assertEqual(self.simulator.unlocks(), 1)
        self.assertEqual(self.booking_of(self.known).state, "confirmed")

    def test_day_at_the_board(self):
        self.book_soon()
        stop = self.booking.stop
        self.tour("salto_ks_day_at_the_board")
        self.env.invalidate_all()
        self.assertEqual(self.booking.stop, stop + timedelta(minutes=30))
        self.assertTrue(self.booking.salto_ks_left_at)

    def test_open_anyway(self):
        self.book_soon()
        self.receptionist.group_ids = [
            Command.link(
                self.env.ref("resource_booking_salto_ks.group_salto_ks_override").id
            )
        ]
        self.tour("salto_ks_open_anyway")
        self.assertEqual(self.simulator.unlocks(), 1)
        opening = self.soon.salto_ks_opening_ids
        self.assertEqual(opening.override_reason, "The room is ready")

    def test_numbers_filter(self):
        self.book_soon()
        self.tour("salto_ks_numbers_filter")

    # -- what happens elsewhere while the receptionist looks at the board

    def fetch_proxy(self, url):
        event = url.rsplit("/", 1)[-1]
        if "house.example" not in url:
            return super().fetch_proxy(url)
        with self.browser_waits():
            getattr(self, f"elsewhere_{event.replace('-', '_')}")()
            self.tell_browsers()
        return self.make_fetch_proxy_response("done")

    def elsewhere_next_is_canceled(self):
        self.soon.action_cancel()

    def elsewhere_guest_is_checked_in(self):
        self.booking.action_salto_ks_check_in()

    def elsewhere_iq_goes_offline(self):
        a_minute_ago = fields.Datetime.now() - timedelta(minutes=1)
        self.iq.write({"online": False, "looked_at": a_minute_ago})


@tagged("post_install", "-at_install")
class TestBoardTours(BoardTours, HttpCase):
    pass


@tagged("post_install", "-at_install")
class TestBoardPhoneTours(BoardTours, HttpCase):
    browser_size = PHONE
    touch_enabled = True

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.known_tour = "salto_ks_walk_in_known_phone"
