import re
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.http import Request
from odoo.tests import HttpCase, tagged
from odoo.tools.misc import hash_sign

from ...models.guest.rate_limit import LIMITS
from ..common import age_openings, create_booking, find_lock
from .guest_pages import GuestCaseMixin

NOT_THERE = 987654321


@tagged("post_install", "-at_install")
class TestPortalRefusals(GuestCaseMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.other = create_booking(cls.env, cls.venue, studio=1, name="Other")

    def setUp(self):
        super().setUp()
        # What was tried on a real server, from this same address, counts there.
        self.env["salto.ks.portal.try"].search([]).unlink()

    def intent(self, page, name="Open Studio 1"):
        return dict(page.controls[name].form_values())["intent"]

    def assert_nothing_sent(self):
        self.assertEqual(self.simulator.commands(), [])

    # -- who may

    def test_post_without_csrf_token(self):
        page = self.page()
        answer = self.press(page, csrf_token="").answer
        self.assertEqual(answer.status_code, 400)
        self.assert_nothing_sent()
        self.assertFalse(self.openings())

    def test_get_opens_nothing(self):
        page = self.page()
        form = page.controls["Open Studio 1"]
        answer = self.url_open(form.action, params=dict(form.form_values()))
        self.assertEqual(answer.status_code, 405)
        self.assert_nothing_sent()

    def test_not_yours_and_not_there_are_the_same_answer(self):
        self.authenticate(None, None)
        token = self.booking._portal_ensure_token()
        self.link(self.other)
        for given in ("", "wrong", token, "é", "x" * 5000):
            with self.subTest(token=given[:10]):
                yours, nobodys = (
                    self.answers(booking_id, given)
                    for booking_id in (self.other.id, NOT_THERE)
                )
                self.assertEqual(yours, nobodys)
        self.assert_nothing_sent()
        self.assertFalse(self.openings(self.other))

    def test_not_yours_and_not_there_are_the_same_answer_to_a_guest_with_login(self):
        self.authenticate("stranger", "stranger")
        self.assertEqual(self.answers(self.booking.id, ""), self.answers(NOT_THERE, ""))
        self.assert_nothing_sent()

    def answers(self, booking_id, token):
        """What somebody sees who tries a link on all that there is."""
        page = f"/my/bookings/{booking_id}"
        csrf = Request.csrf_token(self)
        query = {"access_token": token}
        asked = [
            self.url_open(page, params=query, allow_redirects=False),
            self.url_open(f"{page}/doors", params=query, allow_redirects=False),
            self.url_open(
                f"{page}/doors/open",
                data={**query, "csrf_token": csrf, "intent": "x"},
                allow_redirects=False,
            ),
        ]
        return [
            (
                answer.status_code,
                answer.headers.get("Location"),
                re.sub(rf"csrf_token: .*|bookings/{booking_id}", "", answer.text),
            )
            for answer in asked
        ]

    def test_a_login_that_is_not_invited_needs_the_token(self):
        self.authenticate("stranger", "stranger")
        self.press()
        self.assertEqual(self.openings().partner_id, self.stranger.partner_id)

    # -- the one-time intent

    def test_the_same_press_twice_opens_once(self):
        page = self.page()
        self.assertEqual(self.press(page).outcome, "opened")
        age_openings(self.openings(), seconds=10)
        self.assertEqual(self.press(page).outcome, "opened")
        self.assertEqual(len(self.simulator.commands()), 1)
        self.assertEqual(len(self.openings()), 1)

    def test_a_press_whose_answer_was_lost_is_not_sent_again(self):
        self.simulator.fault("PATCH", "/v1.2/sites/*/locks/*/locking", "reset_before")
        page = self.page()
        self.assertEqual(self.press(page).outcome, "unknown")
        age_openings(self.openings(), seconds=10)
        self.assertEqual(self.press(page).outcome, "unknown")
        self.assertEqual(self.simulator.unlocks(), 0)

    def test_an_old_page_opens_nothing_and_says_so_once(self):
        with freeze_time(fields.Datetime.now() - timedelta(minutes=6), tick=True):
            page = self.page()
        answer = self.press(page)
        self.assertIn("This page was out of date", answer.text)
        self.assert_nothing_sent()
        self.assertTrue(answer.controls)
        self.assertNotIn("out of date", self.page().text)
        self.assertEqual(self.press(answer).outcome, "opened")

    def test_the_intent_of_another_booking(self):
        theirs = self.intent(self.page(self.link(self.other)), "Open Studio 2")
        answer = self.press(intent=theirs)
        self.assertIn("This page was out of date", answer.text)
        self.assert_nothing_sent()

    def test_the_intent_of_a_door_that_is_no_longer_the_bookings(self):
        page = self.page()
        gate = find_lock(self.integration, "Main entrance")
        self.integration.mapping_ids[0].lock_ids = gate
        self.assertIn("This page was out of date", self.press(page).text)
        self.assert_nothing_sent()

    def test_the_intent_that_somebody_made_up(self):
        page = self.page()
        made_up = hash_sign(self.env, "salto_ks", "key")
        for intent in ("", "x", "é", "AQ", made_up, self.intent(page)[:-2]):
            with self.subTest(intent=intent):
                answer = self.press(page, intent=intent)
                self.assertIn("This page was out of date", answer.text)
        self.assert_nothing_sent()

    def test_files_instead_of_texts(self):
        form = self.page().controls["Open Studio 1"]
        values = dict(form.form_values())
        self.assertEqual(self.post_file(form.action, values, "intent"), 303)
        self.authenticate(None, None)
        values["csrf_token"] = Request.csrf_token(self)
        self.assertEqual(self.post_file(form.action, values, "access_token"), 404)
        self.assert_nothing_sent()

    def post_file(self, action, values, name):
        """The status of a post that sends a file for one of its values."""
        return self.url_open(
            action,
            data={key: values[key] for key in values if key != name},
            files={name: ("a.txt", b"text")},
            allow_redirects=False,
        ).status_code

    # -- too many

    def test_too_many_for_a_booking(self):
        self.use_up("booking", self.booking.id)
        answer = self.press()
        self.assertIn("Those were many tries", answer.text)
        self.assert_nothing_sent()
        page = self.page(self.link(self.other))
        self.assertEqual(self.press(page, "Open Studio 2").outcome, "opened")

    def test_presses_count(self):
        page = self.page()
        for _press in range(LIMITS["booking"].attempts):
            self.assertNotIn("many tries", self.press(page).text)
        self.assertIn("many tries", self.press(page).text)

    def test_too_many_from_an_address(self):
        self.use_up("address", "127.0.0.1")
        self.assertIn("Those were many tries", self.press().text)
        self.assert_nothing_sent()

    def test_too_many_wrong_links_from_an_address_hinder_no_good_one(self):
        """On every road: page, doors, press, and what the host has."""
        page = f"/my/bookings/{self.booking.id}"
        wrong = {"access_token": "wrong"}
        for _try in range(LIMITS["stranger"].attempts):
            self.assertEqual(
                self.url_open(f"{page}/doors", params=wrong).status_code, 404
            )
        self.authenticate(None, None)
        csrf = {"csrf_token": Request.csrf_token(self)}
        when = {"when": "2026-01-01T10:00:00+00:00"}
        for answer in (
            self.url_open(page, params=wrong),
            self.url_open(page, params={"door": "wrong"}),
            self.url_open(f"{page}/doors", params=wrong),
            self.url_open(f"{page}/doors/open", data={**csrf, **wrong}),
            self.url_open(f"{page}/schedule", params=wrong),
            self.url_open(f"{page}/confirm", data={**csrf, **wrong, **when}),
            self.url_open(f"{page}/cancel", params=wrong),
        ):
            with self.subTest(url=answer.url):
                self.assertEqual(answer.status_code, 429)
                self.assertIn("Wait ten minutes", " ".join(answer.text.split()))
        self.assert_nothing_sent()
        self.assertEqual(self.press().outcome, "opened")

    def use_up(self, kind, what):
        tries = self.env["salto.ks.portal.try"]
        for _try in range(LIMITS[kind].attempts):
            self.assertTrue(tries._take(kind, what))
        self.assertFalse(tries._take(kind, what))

    def test_limits_pass(self):
        self.use_up("booking", self.booking.id)
        later = fields.Datetime.now() + LIMITS["booking"].within
        with freeze_time(later + timedelta(seconds=1)):
            self.assertTrue(
                self.env["salto.ks.portal.try"]._take("booking", self.booking.id)
            )

    def test_an_address_is_that_of_one_party(self):
        tries = self.env["salto.ks.portal.try"]
        same = [("2001:db8::1", "2001:db8::2"), ("::ffff:10.0.0.1", "10.0.0.1")]
        other = [("10.0.0.1", "10.0.0.2"), ("2001:db8::1", "2001:db8:0:1::1")]
        for one, two in same:
            self.assertEqual(tries._key("address", one), tries._key("address", two))
        for one, two in [*other, ("::ffff:10.0.0.1", "::ffff:10.0.0.2")]:
            self.assertNotEqual(tries._key("address", one), tries._key("address", two))

    def test_addresses_are_not_kept(self):
        tries = self.env["salto.ks.portal.try"]
        tries._take("address", "203.0.113.7")
        self.env.cr.execute("SELECT t::text FROM salto_ks_portal_try t")
        self.assertNotIn("203.0.113.7", str(self.env.cr.fetchall()))
        with freeze_time(fields.Datetime.now() + timedelta(hours=1)):
            tries._gc_tries()
        self.assertFalse(tries.search([]))
