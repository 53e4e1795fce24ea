"""The guest's presses on a real Odoo with several workers."""

from concurrent.futures import ThreadPoolExecutor

import requests

from odoo.tests import tagged

from ...models.guest.rate_limit import LIMITS
from ..odoo_process import RealWorkersCase
from .guest_pages import GuestPage

PRESSES = LIMITS["booking"].attempts + 10


@tagged("post_install", "-at_install")
class TestPortalWorkers(RealWorkersCase):
    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            self.integration.with_env(env).guest_opening = True
            booking = self.booking.with_env(env).with_user(self.user)
            self.link = self.odoo.url + booking.get_portal_url()
        self.addCleanup(self.forget_tries)
        self.browser = requests.Session()

    def forget_tries(self):
        with self.transaction() as env:
            env["salto.ks.portal.try"].search([]).unlink()

    def page(self):
        return GuestPage(self.browser.get(self.link, timeout=30))

    def press(self, page):
        form = page.controls["Open Studio 1"]
        return GuestPage(
            requests.post(
                self.odoo.url + form.action,
                data=dict(form.form_values()),
                cookies=self.browser.cookies,
                timeout=60,
            )
        )

    def press_all(self, pages):
        with ThreadPoolExecutor(len(pages)) as pool:
            return [*pool.map(self.press, pages)]

    def test_one_page_pressed_many_times_at_once_opens_once(self):
        self.simulator.fault("PATCH", "*/locking", "delay", seconds=0.5)
        self.press_all([self.page()] * PRESSES)
        self.assertEqual(len(self.simulator.commands()), 1)
        self.assertEqual([one["state"] for one in self.openings()], ["opened"])
        self.assertEqual(self.page().outcome, "opened")

    def test_many_pages_pressed_at_once_are_one_press_within_the_limit(self):
        pages = [self.page() for _each in range(PRESSES)]
        answers = self.press_all(pages)
        refused = [one for one in answers if "many tries" in one.text]
        self.assertEqual(len(self.simulator.commands()), 1)
        with self.transaction() as env:
            tries = env["salto.ks.portal.try"]
            key = tries._key("booking", self.booking.id)
            taken = tries.search_count([("key", "=", key)])
        self.assertEqual(taken, LIMITS["booking"].attempts)
        self.assertTrue(refused)
