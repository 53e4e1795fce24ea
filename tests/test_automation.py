"""Doors opened by server actions and automation rules."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.tests import TransactionCase, tagged

from .common import SaltoCaseMixin, create_booking, find_lock

ACTION = "resource_booking_salto_ks.action_server_open_door"
RULE = "resource_booking_salto_ks.automation_open_door"


@tagged("post_install", "-at_install")
class TestAutomation(SaltoCaseMixin, TransactionCase):
    def run_action(self, bookings, **context):
        action = self.env.ref(ACTION).with_user(self.receptionist)
        return action.with_context(
            active_model="resource.booking",
            active_ids=bookings.ids,
            active_id=bookings[:1].id,
            **context,
        ).run()

    def results(self, action):
        openings = self.env[action["res_model"]].search(action["domain"])
        return {one.booking_name: (one.state, one.code) for one in openings}

    def stage(self, name):
        return self.env.ref(f"resource_booking_salto_ks.stage_{name}")

    def test_it_is_found_among_the_actions_of_bookings(self):
        actions = self.env["ir.actions.actions"].with_user(self.receptionist)
        bound = actions.get_bindings("resource.booking").get("action", [])
        self.assertIn("Open door", [one["name"] for one in bound])

    def test_a_selection_of_bookings_has_a_result_for_each(self):
        early = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(hours=5), name="Early"
        )
        doorless = create_booking(self.env, self.venue, studio=2, name="Doorless")
        action = self.run_action(early + doorless + self.booking)
        results = self.results(action)
        self.assertEqual(results.pop(self.booking.display_name), ("opened", False))
        self.assertEqual(
            set(results.values()), {("refused", "too_early"), ("refused", "no_lock")}
        )
        self.assertEqual(self.simulator.unlocks(), 1)
        self.assertEqual(self.booking.salto_ks_opening_ids.channel, "automation")
        self.assertEqual(self.booking.stage_id, self.stage("checked_in"))

    def test_all_doors_of_a_booking_open(self):
        gate = find_lock(self.integration, "Main entrance")
        self.integration.mapping_ids[0].lock_ids = self.lock + gate
        self.run_action(self.booking)
        self.assertEqual(self.simulator.unlocks(gate.lock_id), 1)
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)

    def test_running_it_twice_opens_once(self):
        self.run_action(self.booking)
        self.run_action(self.booking)
        self.assertEqual(len(self.simulator.commands()), 1)

    def test_what_runs_by_the_clock_opens_nothing(self):
        for context in ({"cron_id": 1}, {"job_uuid": "x"}):
            action = self.run_action(self.booking, **context)
            self.assertEqual(
                list(self.results(action).values()), [("refused", "no_person")]
            )
        self.assertEqual(self.simulator.commands(), [])

    # -- the rule

    def test_the_rule_is_off_until_somebody_wants_it(self):
        self.assertFalse(self.env.ref(RULE).active)
        self.booking.stage_id = self.stage("checked_in")
        self.assertEqual(self.simulator.commands(), [])

    def test_setting_the_stage_opens_the_door(self):
        self.env.ref(RULE).active = True
        self.as_receptionist().stage_id = self.stage("checked_in")
        self.env.flush_all()
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)
        opening = self.booking.salto_ks_opening_ids
        self.assertEqual(opening.channel, "automation")
        self.assertEqual(opening.person_name, "Robin Desk")

    def assert_needs_the_right(self, user, code="caller_not_allowed"):
        self.env.ref(RULE).active = True
        # As Odoo runs what a person sets off: as superuser, in that person's name.
        self.booking.with_user(user).sudo().stage_id = self.stage("checked_in")
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.booking.stage_id, self.stage("checked_in"))
        self.assertEqual(self.booking.salto_ks_opening_ids.code, code)
        self.assertEqual(self.simulator.commands(), [])

    def test_a_colleague_without_the_right_opens_nothing_by_the_stage(self):
        group = self.env.ref("resource_booking.group_user")
        self.receptionist.group_ids = self.env.ref("base.group_user") | group
        self.assert_needs_the_right(self.receptionist)

    def test_the_public_opens_nothing_by_the_stage(self):
        self.assert_needs_the_right(self.env.ref("base.public_user"))

    def test_somebody_of_another_company_opens_nothing_by_the_stage(self):
        self.venue["type"].company_id = self.env["res.company"].create({"name": "Else"})
        self.assert_needs_the_right(self.receptionist, "other_company")

    def test_a_walk_in_is_made_although_its_door_cannot_open_yet(self):
        self.env.ref(RULE).write(
            {"active": True, "trg_field_ref": self.stage("scheduled").id}
        )
        self.integration.open_stage_ids |= self.stage("scheduled")
        openings = self.env["salto.ks.opening"]
        unseen = patch.object(type(openings), "_claim", lambda *_args: None)
        with unseen:
            booking = create_booking(
                self.env(user=self.receptionist), self.venue, studio=1
            )
            self.env.flush_all()
        self.assertTrue(booking.exists())
        opening = openings.search([("lock_name", "=", "Studio 2")])
        self.assertEqual(opening.state, "not_sent")
        self.assertIn("Save the booking", opening.reason)

    def test_a_refusal_does_not_hinder_setting_the_stage(self):
        self.env.ref(RULE).active = True
        early = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(hours=5)
        )
        self.as_receptionist(early).stage_id = self.stage("checked_in")
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(early.stage_id, self.stage("checked_in"))
        self.assertEqual(early.salto_ks_opening_ids.code, "too_early")
        self.assertEqual(self.simulator.commands(), [])

    def test_a_door_that_checks_a_booking_in_opens_no_further_doors(self):
        self.env.ref(RULE).active = True
        gate = find_lock(self.integration, "Main entrance")
        self.integration.mapping_ids[0].lock_ids = self.lock + gate
        self.as_receptionist().with_context(
            salto_ks_lock_id=gate.id
        ).action_salto_ks_open_door()
        self.env.flush_all()
        self.assertEqual(self.booking.stage_id, self.stage("checked_in"))
        self.assertEqual(len(self.simulator.commands()), 1)

    def test_a_booking_that_is_not_saved_yet_is_told_so(self):
        self.env.ref(RULE).write(
            {
                "active": True,
                "trg_field_ref": self.stage("pending").id,
            }
        )
        booking = self.env["resource.booking"].create(
            {
                "type_id": self.venue["type"].id,
                "partner_ids": [Command.set(self.venue["guest"].ids)],
            }
        )
        self.env.flush_all()
        self.assertEqual(booking.stage_id, self.stage("pending"))
        self.assertEqual(self.simulator.commands(), [])
