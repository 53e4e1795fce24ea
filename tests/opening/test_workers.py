"""One command for one click, whatever becomes of the processes that serve it.

A real Odoo with several workers answers real requests here, and dies in the middle.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import requests

from odoo.tests import tagged
from odoo.tests.common import get_db_name

from ...tools import evidence
from ..odoo_process import RealWorkersCase

CLICKS = 50
PATIENCE_SECONDS = 60
HOLD_SECONDS = 30
LOGIN_PATH, LOCKING_PATH = "/connect/token", "*/locking"


@tagged("post_install", "-at_install")
class TestWorkers(RealWorkersCase):
    def setUp(self):
        super().setUp()
        self.desk = self.odoo.session(get_db_name(), "claims")

    def click(self, _number=0):
        answer = self.desk.another_tab().method(
            "resource.booking", "action_salto_ks_open_door", self.booking.ids
        )
        return answer["params"]["message"]

    def opening(self):
        openings = self.openings()
        self.assertEqual(len(openings), 1)
        return openings[0]["state"]

    def settle(self):
        """Long after, what Salto's log tells is known."""
        self.wait_for(self.is_released)
        with self.transaction() as env, evidence.unlocked(env):
            env.cr.execute(
                "UPDATE salto_ks_opening SET requested_at = requested_at"
                " - interval '11 minutes', answered_at = answered_at"
                " - interval '11 minutes' WHERE state = 'unknown'"
            )
            env.cr.execute(
                "UPDATE salto_ks_opening SET answered_at = answered_at"
                " - interval '1 minute' WHERE followed IS NOT TRUE"
            )
        with self.transaction() as env:
            env["salto.ks.opening"]._cron_resolve_openings()

    def is_released(self):
        """The database needs a moment to notice that a worker is dead."""
        with self.transaction() as env:
            env["salto.ks.opening"]._cron_resolve_openings()
        return not any(one["state"] == "claimed" for one in self.openings())

    def assert_settled(self, state, unlocks, commands):
        self.settle()
        self.assertEqual(self.opening(), state)
        self.assertEqual(self.simulator.unlocks(), unlocks)
        self.assertEqual(len(self.simulator.commands()), commands)
        with self.transaction() as env:
            checked_in = self.booking.with_env(env).stage_id.name == "Checked in"
        self.assertEqual(checked_in, state == "opened")

    def wait_for(self, condition):
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            self.assertLess(time.monotonic(), deadline, "it did not come so far")
            time.sleep(0.05)

    @contextmanager
    def click_that_dies_when(self, condition):
        """A click whose worker is killed as soon as it has come so far."""
        with ThreadPoolExecutor(1) as pool:
            click = pool.submit(self.click)
            self.wait_for(condition)
            yield
            self.odoo.kill_workers()
            with self.assertRaises((requests.RequestException, AssertionError)):
                click.result()

    def claimed(self):
        return [one["state"] for one in self.openings()] == ["claimed"]

    def recorded(self):
        return [one["state"] for one in self.openings()] == ["opened"]

    def test_many_clicks_on_several_workers_send_one_command(self):
        self.simulator.fault("PATCH", LOCKING_PATH, "delay", seconds=0.5)
        with ThreadPoolExecutor(CLICKS) as pool:
            messages = set(pool.map(self.click, range(CLICKS)))
        self.assertEqual(messages, {"Studio 1 opened."})
        self.assertEqual(self.opening(), "opened")
        self.assertEqual(len(self.simulator.commands()), 1)

    def test_killed_between_claim_and_send(self):
        with self.transaction() as env:
            integration = self.integration.with_env(env)
            env["salto.ks.vault"]._put("token", integration, None)
        self.simulator.fault("POST", LOGIN_PATH, "delay", seconds=HOLD_SECONDS)
        with self.click_that_dies_when(self.claimed):
            pass
        # Not before: the worker would go on as soon as its login is answered.
        self.simulator.control("faults", method="DELETE")
        self.assert_settled("refused", unlocks=0, commands=0)

    def test_killed_between_send_and_record(self):
        self.simulator.fault(
            "PATCH", LOCKING_PATH, "timeout_after", seconds=HOLD_SECONDS
        )
        with self.click_that_dies_when(self.simulator.unlocks):
            self.assertTrue(self.claimed())
        self.assert_settled("opened", unlocks=1, commands=1)

    def test_killed_between_record_and_what_follows(self):
        with self.transaction() as env:
            # What follows has to wait for whoever works on the booking.
            env.cr.execute(
                "SELECT 1 FROM resource_booking WHERE id = %s FOR NO KEY UPDATE",
                self.booking.ids,
            )
            with self.click_that_dies_when(self.recorded):
                pass
        self.assert_settled("opened", unlocks=1, commands=1)
