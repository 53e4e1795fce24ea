"""Doors opened by server actions and automation rules."""

from datetime import timedelta
from unittest.mock import patch

from odoo import Command
from odoo.exceptions import AccessError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ...services.open_door import DoorCommand
from ..common import SaltoCaseMixin, create_booking, find_lock

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
        self.assertEqual(self.booking.salto_ks_opening_ids.channel, "backend")
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

    def set_stage_as(self, user):
        """What came of it in the evidence."""
        before = self.env["salto.ks.opening"].search([])
        self.env.ref(RULE).active = True
        # As Odoo runs what a person sets off: as superuser, in that person's name.
        self.booking.with_user(user).sudo().stage_id = self.stage("checked_in")
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.booking.stage_id, self.stage("checked_in"))
        self.assertEqual(self.simulator.commands(), [])
        return self.env["salto.ks.opening"].search([]) - before

    def assert_needs_the_right(self, user):
        opening = self.set_stage_as(user)
        self.assertEqual(opening.code, "caller_not_allowed")
        self.assertEqual(opening.booking_id, self.booking)
        self.assertEqual(opening.company_id, self.env.company)

    def test_a_colleague_without_the_right_opens_nothing_by_the_stage(self):
        group = self.env.ref("resource_booking.group_user")
        self.receptionist.group_ids = self.env.ref("base.group_user") | group
        self.assert_needs_the_right(self.receptionist)

    def test_the_public_opens_nothing_by_the_stage(self):
        self.assert_needs_the_right(self.env.ref("base.public_user"))

    def test_somebody_of_another_company_opens_nothing_by_the_stage(self):
        company = self.env["res.company"].create({"name": "Else"})
        self.venue["type"].company_id = company
        opening = self.set_stage_as(self.receptionist)
        self.assertEqual(opening.code, "other_company")
        self.assertEqual(opening.person_name, "Robin Desk")

    def test_an_attempt_abroad_is_on_record_at_home_and_tells_no_names(self):
        abroad = self.env["res.company"].create({"name": "Abroad"})
        self.receptionist.write(
            {"company_ids": [Command.set(abroad.ids)], "company_id": abroad.id}
        )
        self.env.flush_all()
        opening = self.set_stage_as(self.receptionist)
        self.assertEqual(opening.company_id, abroad)
        self.assertEqual(opening.code, "other_company")
        self.assertEqual(opening.person_name, "Robin Desk")
        told = str(opening.read())
        for record in (self.booking, self.lock, self.integration, self.venue["guest"]):
            self.assertNotIn(record.display_name, told)
        self.assertFalse(self.booking.salto_ks_opening_ids)
        evidence = self.env["salto.ks.opening"].search(
            [("company_id", "=", self.env.company.id)]
        )
        self.assertFalse(evidence)

    # -- run from outside, by a call of one's own

    def test_no_server_action_works_for_whoever_has_no_right_or_no_business(self):
        self.integration.guest_opening = True
        groups = self.env.ref("base.group_user")
        manager = groups | self.env.ref("resource_booking.group_manager")
        abroad = self.env["res.company"].create({"name": "Abroad"})
        stranger = self.receptionist.copy(
            {
                "login": "abroad",
                "company_ids": [Command.set(abroad.ids)],
                "company_id": abroad.id,
            }
        )
        self.venue["type"].company_id = self.env.company
        users = stranger + self.env.ref("base.public_user")
        for login, ids in (
            ("internal", groups.ids),
            ("host manager", manager.ids),
            ("portal", self.env.ref("base.group_portal").ids),
        ):
            users += self.receptionist.copy(
                {"login": login, "group_ids": [Command.set(ids)]}
            )
        openings = self.env["salto.ks.opening"]
        mails = self.env["mail.mail"].search([])
        for action in self.server_actions():
            for user in users:
                mine = action.with_user(user).with_context(
                    active_model="resource.booking",
                    active_ids=self.booking.ids,
                    active_id=self.booking.id,
                )
                with (
                    self.subTest(action=action.name, user=user.login),
                    self.assertRaises(AccessError),
                    mute_logger("odoo.addons.base.models.ir_actions"),
                ):
                    mine.run()
                self.assertFalse(openings.search([]))
        self.assertEqual(self.simulator.commands(), [])
        self.assertEqual(self.env["mail.mail"].search([]), mails)

    def server_actions(self):
        """Those of the addon that work on bookings, switched on or off."""
        names = self.env["ir.model.data"].search(
            [
                ("module", "=", "resource_booking_salto_ks"),
                ("model", "=", "ir.actions.server"),
            ]
        )
        actions = self.env["ir.actions.server"].browse(names.mapped("res_id"))
        found = actions.filtered(lambda one: one.model_name == "resource.booking")
        self.assertEqual(len(found), 3)
        return found

    def test_whoever_has_the_right_may_run_them(self):
        self.integration.guest_opening = True
        for action in self.server_actions():
            action.with_user(self.receptionist).with_context(
                active_model="resource.booking", active_ids=self.booking.ids
            ).run()
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)

    def test_a_walk_in_is_made_although_its_door_cannot_open_yet(self):
        self.env.ref(RULE).write(
            {"active": True, "trg_field_ref": self.stage("scheduled").id}
        )
        self.integration.open_stage_ids |= self.stage("scheduled")
        openings = self.env["salto.ks.opening"]
        unseen = patch.object(DoorCommand, "_is_saved", lambda *_args: False)
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
