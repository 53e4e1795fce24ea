"""At most one command for one click, shown with real transactions.

In Odoo's usual test cases all cursors are one connection, so nothing of this could
fail there. Here everything is committed, and cleaned up afterwards.
"""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from unittest.mock import patch

from odoo import fields
from odoo.service.model import retrying
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...connect.errors import RateLimited
from ...services.open_door import DoorCommand
from ..common import age_openings, find_iq
from ..real_transactions import RealBookingCase

CLICKS = 10
SERIALIZATION_FAILURE = "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"


@tagged("post_install", "-at_install")
class TestClaim(RealBookingCase):
    def click(self, lock=None):
        """One click as Odoo serves it: replayed when it collides with another."""
        with self.transaction(self.user.id) as env, self.web_request(env):
            booking = self.booking.with_env(env)
            booking = booking.with_context(salto_ks_lock_id=(lock or self.lock).id)
            answer = retrying(booking.action_salto_ks_open_door, env)
            return answer["params"]["message"]

    def test_parallel_clicks_send_one_command(self):
        self.simulator.fault("PATCH", "*/locking", "delay", seconds=0.5)
        with ThreadPoolExecutor(CLICKS) as pool:
            messages = list(pool.map(lambda _click: self.click(), range(CLICKS)))
        self.assertEqual(set(messages), {"Studio 1 opened."})
        self.assertEqual(len(self.simulator.commands()), 1)
        self.assertEqual([one["state"] for one in self.openings()], ["opened"])

    @mute_logger("odoo.service.model", "odoo.sql_db")
    def test_parallel_doors_of_one_iq_all_open(self):
        names = ["Studio 1", "Studio 2", "Main entrance", "Courtyard gate"]
        with self.transaction() as env:
            integration = self.integration.with_env(env)
            locks = integration.lock_ids.filtered(lambda lock: lock.name in names)
            integration.mapping_ids[0].lock_ids = locks
            # So that each has something to write down.
            find_iq(integration).otp_failures = 1
        with ThreadPoolExecutor(len(names)) as pool:
            messages = list(pool.map(self.click, locks))
        self.assertEqual(set(messages), {f"{name} opened." for name in names})
        self.assertEqual(self.simulator.unlocks(), len(names))

    @mute_logger("odoo.service.model", "odoo.sql_db")
    def test_parallel_doors_with_a_void_code_stop_after_two(self):
        with self.transaction() as env:
            integration = self.integration.with_env(env)
            locks = integration.lock_ids.filtered("salto_iq_id").filtered(
                lambda lock: lock.salto_iq_id == find_iq(integration)
            )[:8]
            integration.mapping_ids[0].lock_ids = locks
            iq_id = find_iq(integration).iq_id
        self.simulator.control(f"iqs/{iq_id}", {"rotate_secret": True})
        with ThreadPoolExecutor(len(locks)) as pool:
            list(pool.map(self.click, locks))
        self.assertEqual(len(self.simulator.commands()), 2)
        states = sorted(one["state"] for one in self.openings())
        self.assertEqual(states, ["not_sent"] * 6 + ["refused"] * 2)

    @mute_logger("odoo.service.model")
    def test_replayed_request_sends_one_command_and_checks_in(self):
        tries = []
        with self.transaction(self.user.id) as env:

            def request():
                answer = self.booking.with_env(env).action_salto_ks_open_door()
                tries.append(answer["params"]["message"])
                if len(tries) < 3:
                    env.cr.execute(SERIALIZATION_FAILURE)

            with self.web_request(env):
                retrying(request, env)
        self.assertEqual(tries, ["Studio 1 opened."] * 3)
        with self.transaction() as env:
            self.assertTrue(self.booking.with_env(env).salto_ks_last_open)
        self.assertEqual(len(self.simulator.commands()), 1)

    @mute_logger("odoo.service.model")
    def test_replay_that_the_rules_would_refuse_by_now_still_checks_in(self):
        tries = []
        with self.transaction(self.user.id) as env:

            def request():
                answer = self.booking.with_env(env).action_salto_ks_open_door()
                tries.append(answer["params"]["message"])
                if len(tries) == 1:
                    integration = self.integration.with_env(env).sudo()
                    integration._note_contact(RateLimited("wait", retry_after=60))
                    env.cr.execute(SERIALIZATION_FAILURE)

            with self.web_request(env):
                retrying(request, env)
        self.assertEqual(tries, ["Studio 1 opened."] * 2)
        with self.transaction() as env:
            self.assertEqual(self.booking.with_env(env).stage_id.name, "Checked in")
        self.assertEqual(len(self.simulator.commands()), 1)

    def test_a_warm_click_takes_few_transactions_of_its_own(self):
        self.click()
        with self.transaction() as env:
            age_openings(env["salto.ks.opening"].search([]), seconds=10)
        cursor = self.registry.cursor
        with patch.object(type(self.registry), "cursor", side_effect=cursor) as opened:
            self.click()
        self.assertEqual(self.simulator.unlocks(), 2)
        # The request's own; two locks; claim, codes and result.
        self.assertEqual(opened.call_count, 1 + 2 + 3)

    def test_record_survives_the_request(self):
        with (
            self.assertRaises(ZeroDivisionError),
            self.transaction(self.user.id) as env,
        ):
            self.booking.with_env(env).action_salto_ks_open_door()
            raise ZeroDivisionError
        self.assertEqual([one["state"] for one in self.openings()], ["opened"])
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_booking_follows_although_the_click_was_lost_and_does_so_once(self):
        self.test_record_survives_the_request()
        for _run in range(2):
            with self.transaction() as env:
                opening = env["salto.ks.opening"].search([])
                age_openings(opening, minutes=1)
                opening.followed = False
            with self.transaction() as env:
                env["salto.ks.opening"]._cron_resolve_openings()
        with self.transaction() as env:
            booking = self.booking.with_env(env)
            self.assertEqual(booking.stage_id.name, "Checked in")
            told = [one for one in booking.message_ids if "opened" in (one.body or "")]
            self.assertEqual(len(told), 1)
            self.assertEqual(told[0].author_id.name, "Robin Desk")
        self.assertEqual(len(self.simulator.commands()), 1)

    def leave_claim_behind(self):
        """A claim as a worker leaves it that died before it wrote the result."""
        with self.transaction(self.user.id) as env:
            command = DoorCommand(
                self.booking.with_env(env),
                self.lock.with_env(env),
                "backend",
                env.user.partner_id,
            )
            requested_at = fields.Datetime.now() - timedelta(seconds=2)
            vals = command._attempt_vals(requested_at)
            env["salto.ks.opening"].sudo().create(vals)

    def test_click_after_a_dead_worker_sends_nothing_and_says_unknown(self):
        self.leave_claim_behind()
        self.assertIn("look at the door", self.click())
        self.assertEqual(self.simulator.commands(), [])
        self.assertEqual([one["state"] for one in self.openings()], ["unknown"])

    def test_cron_settles_dead_claims_without_sending(self):
        self.leave_claim_behind()
        with self.transaction() as env:
            env["salto.ks.opening"]._cron_resolve_openings()
        self.assertEqual([one["state"] for one in self.openings()], ["unknown"])
        self.assertEqual(self.simulator.commands(), [])
