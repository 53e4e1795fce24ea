import os
from datetime import datetime, timedelta, timezone
from unittest.mock import patch

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from ...connect.errors import HardwareRefused, RateLimited
from ...rules.opening import opening as opening_rules
from ...wording.opening import verdict_sentence
from ..common import (
    SaltoCaseMixin,
    age_openings,
    create_booking,
    create_integration,
    create_receptionist,
    find_lock,
)


@tagged("post_install", "-at_install")
class TestOpening(SaltoCaseMixin, TransactionCase):
    def openings(self, booking=None):
        return self.env["salto.ks.opening"].search(
            [("booking_id", "=", (booking or self.booking).id)]
        )

    def let_a_moment_pass(self):
        """The last click was not just now any more."""
        age_openings(self.openings(), seconds=10)

    def open_door(self, booking=None, **context):
        booking = self.as_receptionist(booking).with_context(**context)
        return booking.action_salto_ks_open_door()

    def test_one_click_opens_the_mapped_door_once(self):
        answer = self.open_door()
        self.assertEqual(answer["tag"], "display_notification")
        self.assertEqual(answer["params"]["message"], "Studio 1 opened.")
        self.assertEqual(self.simulator.unlocks(), 1)
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)

    def test_opening_is_on_record_with_who_and_how(self):
        self.open_door()
        opening = self.openings()
        self.assertEqual(opening.state, "opened")
        self.assertEqual(opening.user_id, self.receptionist)
        self.assertEqual(opening.channel, "backend")
        self.assertEqual(opening.lock_id, self.lock)
        self.assertTrue(opening.requested_at)
        self.assertTrue(opening.answered_at)

    def test_opening_checks_the_booking_in_and_says_when(self):
        self.assertEqual(self.booking.stage_id.name, "Confirmed")
        self.open_door()
        self.assertEqual(self.booking.stage_id.name, "Checked in")
        self.assertTrue(self.booking.salto_ks_last_open)
        told = self.booking.message_ids.filtered(
            lambda message: "Studio 1 opened." in (message.body or "")
        )
        self.assertEqual(told.author_id, self.receptionist.partner_id)

    def test_opening_leaves_a_later_stage_alone(self):
        checked_out = self.env.ref("resource_booking_salto_ks.stage_checked_out")
        self.integration.open_stage_ids |= checked_out
        self.booking.stage_id = checked_out
        self.open_door()
        self.assertEqual(self.booking.stage_id, checked_out)

    def test_opening_records_in_the_field_of_choice(self):
        field = self.env["ir.model.fields"].create(
            {
                "name": "x_arrived_at",
                "field_description": "Arrived",
                "model_id": self.env["ir.model"]._get_id("resource.booking"),
                "ttype": "datetime",
                "state": "manual",
            }
        )
        self.integration.last_open_field_id = field
        self.open_door()
        self.assertTrue(self.booking.x_arrived_at)

    def test_double_click_sends_one_command_and_says_the_same(self):
        first, second = self.open_door(), self.open_door()
        self.assertEqual(first["params"]["message"], second["params"]["message"])
        self.assertEqual(len(self.simulator.commands()), 1)
        self.assertEqual(len(self.openings()), 1)

    def test_double_click_after_leaving_the_open_stages_says_the_same(self):
        self.integration.open_stage_ids = self.env.ref(
            "resource_booking_salto_ks.stage_confirmed"
        )
        self.assertEqual(self.open_door(), self.open_door())
        self.assertEqual(len(self.openings()), 1)

    def test_opening_again_later_is_a_new_opening(self):
        self.open_door()
        self.let_a_moment_pass()
        self.open_door()
        self.assertEqual(self.simulator.unlocks(), 2)
        self.assertEqual(len(self.openings()), 2)

    def test_a_warm_click_costs_one_request(self):
        self.open_door()
        self.let_a_moment_pass()
        before = self.simulator.state()["requests"]
        self.open_door()
        after = self.simulator.state()["requests"]
        self.assertEqual(
            [request["method"] for request in after[len(before) :]], ["PATCH"]
        )

    # -- several doors

    def test_several_doors_ask_which(self):
        gate = find_lock(self.integration, "Main entrance")
        self.integration.mapping_ids[0].lock_ids = self.lock + gate
        answer = self.open_door()
        self.assertEqual(answer["res_model"], "salto.ks.door.choice")
        self.assertEqual(self.simulator.unlocks(), 0)
        choice = self.env["salto.ks.door.choice"].browse(answer["res_id"])
        doors = choice.with_user(self.receptionist).doors
        self.assertEqual(
            {door["name"]: door["can_open"] for door in doors},
            {"Main entrance": True, "Studio 1": True},
        )
        self.open_door(salto_ks_lock_id=gate.id)
        self.assertEqual(self.simulator.unlocks(gate.lock_id), 1)
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_context_names_the_door(self):
        gate = find_lock(self.integration, "Main entrance")
        self.integration.mapping_ids[0].lock_ids = self.lock + gate
        self.open_door(salto_ks_lock_id=gate.id)
        self.assertEqual(self.simulator.unlocks(gate.lock_id), 1)

    def test_a_door_of_another_booking_is_refused(self):
        other = find_lock(self.integration, "Server room")
        with self.assertRaisesRegex(UserError, "does not belong to the booking"):
            self.open_door(salto_ks_lock_id=other.id)
        self.assertEqual(self.simulator.unlocks(), 0)

    # -- rules

    def assert_refused(self, sentence, booking=None):
        booking = booking or self.booking
        as_seen = self.as_receptionist(booking)
        self.assertRegex(as_seen.salto_ks_open_verdict, sentence)
        self.assertFalse(as_seen.salto_ks_can_open)
        with self.assertRaisesRegex(UserError, sentence):
            self.open_door(booking)
        self.assertEqual(self.simulator.commands(), [])
        self.assertEqual(self.openings(booking).state, "refused")
        self.assertRegex(self.openings(booking).reason, sentence)

    def test_an_opening_leaves_one_line(self):
        self.booking.stage_id = self.env.ref(
            "resource_booking_salto_ks.stage_checked_in"
        )
        self.flush_tracking()
        before = self.booking.message_ids
        self.open_door()
        self.flush_tracking()
        told = self.booking.message_ids - before
        self.assertEqual(len(told), 1)
        self.assertIn("Studio 1 opened.", told.body)

    def flush_tracking(self):
        self.env.flush_all()
        self.env.cr.precommit.run()

    def test_form_says_ready_before_the_click(self):
        booking = self.as_receptionist()
        self.assertTrue(booking.salto_ks_can_open)
        self.assertEqual(booking.salto_ks_open_verdict, "Ready to open: Studio 1.")

    def test_too_early(self):
        booking = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(hours=5)
        )
        self.assert_refused(r"Too early: opens at .*M\. Move the booking", booking)

    def said(self, booking):
        booking = self.as_receptionist(booking)
        booking.invalidate_recordset(["salto_ks_open_verdict", "is_modifiable"])
        return booking.salto_ks_open_verdict

    def test_who_may_not_move_a_booking_is_not_told_to(self):
        self.venue["type"].modifications_deadline = 24
        early = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(hours=5)
        )
        self.assert_refused("A booking manager can change it.", early)
        override = self.env.ref("resource_booking_salto_ks.group_salto_ks_override")
        self.receptionist.group_ids += override
        self.assertIn("Or press Open anyway", self.said(early))
        self.receptionist.group_ids += self.env.ref("resource_booking.group_manager")
        self.assertIn("Move the booking", self.said(early))

    def test_who_may_not_extend_a_booking_is_not_told_to(self):
        over = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(minutes=-140)
        )
        self.integration.minutes_after = 0
        self.assertIn("Book a walk-in if the guest stays.", self.said(over))
        over.salto_ks_arrived_at = over.start
        self.assert_refused("Extend it on the board", over)
        desk = self.as_receptionist(over).with_context(salto_ks_minutes=30)
        desk.action_salto_ks_extend()
        self.assertIn("Ready to open", self.said(over))

    def test_who_may_not_confirm_a_booking_is_told_to_check_the_guest_in(self):
        for start_in, words in (
            (timedelta(minutes=10), "Press Confirm first."),
            # Now the host lets managers alone confirm it.
            (timedelta(minutes=-10), "Press Check in when the guest is here."),
        ):
            booking = create_booking(self.env, self.venue, 1, start_in)
            booking.meeting_id.attendee_ids.state = "needsAction"
            self.assertEqual(booking.state, "scheduled")
            with self.subTest(words=words):
                self.assert_refused("Not confirmed yet. " + words, booking)
            booking.action_cancel()

    def test_too_late(self):
        booking = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(hours=-5)
        )
        self.assert_refused("Too late", booking)

    def test_wrong_stage(self):
        self.integration.open_stage_ids = self.env.ref(
            "resource_booking_salto_ks.stage_checked_in"
        )
        self.assert_refused("move the booking to one of these first: Checked in")

    def test_canceled(self):
        self.booking.action_cancel()
        self.assert_refused("canceled")

    def test_inactive_integration(self):
        self.integration.action_deactivate()
        self.assert_refused("switched off")

    def test_no_door(self):
        booking = create_booking(self.env, self.venue, studio=2)
        self.assert_refused("No door is linked to this booking. A manager", booking)

    def test_a_booking_of_another_company(self):
        self.venue["type"].company_id = self.env["res.company"].create(
            {"name": "Somebody else"}
        )
        booking = self.booking.with_user(self.receptionist)
        self.assertEqual(booking._salto_ks_verdict().code.value, "other_company")
        with self.assertRaises(AccessError):
            booking.action_salto_ks_open_door()
        self.assertEqual(self.simulator.commands(), [])

    def test_mended_booking_opens_at_once(self):
        confirmed = self.env.ref("resource_booking_salto_ks.stage_confirmed")
        stages = self.integration.open_stage_ids
        self.integration.open_stage_ids = stages - confirmed
        with self.assertRaises(UserError):
            self.open_door()
        self.integration.open_stage_ids = stages
        self.open_door()
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_unscheduled(self):
        self.integration.open_stage_ids |= self.env.ref(
            "resource_booking_salto_ks.stage_pending"
        )
        self.booking.action_unschedule()
        self.assert_refused("schedule it first")

    def test_lock_without_iq(self):
        self.integration.mapping_ids[0].lock_ids = find_lock(
            self.integration, "Bicycle cellar"
        )
        self.assert_refused("not connected to an IQ")

    def test_iq_not_activated(self):
        self.iq.activation_state = "not_activated"
        self.assert_refused("not activated")

    def test_person_without_the_right(self):
        clerk = self.env["res.users"].create(
            {
                "name": "Clerk",
                "login": "clerk",
                "group_ids": [
                    Command.set(
                        [
                            self.env.ref("base.group_user").id,
                            self.env.ref("resource_booking.group_user").id,
                        ]
                    )
                ],
            }
        )
        self.booking.message_subscribe(clerk.partner_id.ids)
        booking = self.booking.with_user(clerk)
        with self.assertRaises(AccessError):
            booking.action_salto_ks_open_door()
        self.assertEqual(self.simulator.commands(), [])

    # -- budgets

    def test_too_many_by_one_person(self):
        with patch.object(
            opening_rules, "PER_PERSON", opening_rules.Limit(2, timedelta(minutes=1))
        ):
            for _click in range(2):
                self.open_door()
                self.let_a_moment_pass()
            with self.assertRaisesRegex(UserError, "try again in [1-9]"):
                self.open_door()
        self.assertEqual(self.simulator.unlocks(), 2)
        self.assertEqual(self.openings()[0].code, "too_many")

    def test_too_many_at_one_door_whoever_it_is(self):
        other = create_receptionist(self.env, login="other")
        with patch.object(
            opening_rules, "PER_DOOR", opening_rules.Limit(1, timedelta(minutes=1))
        ):
            self.open_door()
            self.let_a_moment_pass()
            with self.assertRaisesRegex(UserError, "Too many openings"):
                self.booking.with_user(other).action_salto_ks_open_door()
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_slow_down_is_honoured_and_ends(self):
        self.simulator.fault(
            "PATCH",
            "*/locking",
            "status",
            status=429,
            headers={"Retry-After": "30"},
            times=1,
        )
        self.assert_outcome("refused", "slow down")
        self.let_a_moment_pass()
        self.env.invalidate_all()
        self.assertRegex(self.as_receptionist().salto_ks_open_verdict, "in [23]. sec")
        with self.assertRaisesRegex(UserError, "slow down"):
            self.open_door()
        self.assertEqual(len(self.simulator.commands()), 1)
        contact = self.integration.sudo().contact_ids
        contact.paused_until -= timedelta(seconds=31)
        self.env.flush_all()
        self.open_door()
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_an_iq_known_to_be_down_fails_at_once_and_comes_back_by_itself(self):
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"online": False})
        self.integration.action_get_iqs()
        self.env.flush_all()
        self.assert_refused("offline: check its power")
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"online": True})
        self.iq.looked_at -= timedelta(seconds=10)
        self.env.flush_all()
        self.open_door()
        self.assertEqual(self.simulator.unlocks(), 1)
        self.env.invalidate_all()
        self.assertTrue(self.as_receptionist().salto_ks_can_open)

    def test_looking_for_an_iq_that_is_down_is_short_and_rare(self):
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"online": False})
        self.integration.action_get_iqs()
        self.iq.looked_at -= timedelta(seconds=10)
        self.env.flush_all()
        before = len(self.simulator.requests_to("/iqs/"))
        for _click in range(3):
            outcome = self.as_receptionist()._salto_ks_attempt(self.lock, "backend")
            self.assertEqual(outcome.code, "iq_offline")
            self.env.invalidate_all()
        self.assertEqual(len(self.simulator.requests_to("/iqs/")) - before, 1)

    def test_an_iq_that_cannot_be_looked_at_is_asked_for_once_a_click(self):
        self.iq.write({"online": False, "looked_at": fields.Datetime.now()})
        self.iq.looked_at -= timedelta(seconds=10)
        self.env.flush_all()
        self.simulator.fault("GET", "*/iqs/*", "status", status=503)
        with self.assertRaisesRegex(UserError, "offline"):
            self.open_door()
        self.assertEqual(len(self.simulator.requests_to("/iqs/")), 1)

    def test_a_pause_counts_for_clicks_that_wait_already(self):
        self.integration._note_contact(RateLimited("slow down", retry_after=60))
        with patch.object(
            type(self.booking),
            "_salto_ks_verdict",
            lambda *_args, **_kwargs: opening_rules.Verdict(opening_rules.Code.OK),
        ):
            answer = self.open_door()
        self.assertIn("slow down", answer["params"]["message"])
        self.assertEqual(self.simulator.commands(), [])
        self.assertEqual(self.openings().state, "not_sent")

    def test_an_archived_site_does_not_hide_a_living_one(self):
        old = create_integration(self.env, name="Old", site_uid="NL6254340083")
        old.action_resolve_site_id()
        old.action_get_locks()
        self.env["salto.ks.mapping"].create(
            {
                "integration_id": old.id,
                "type_id": self.venue["type"].id,
                "resource_id": self.venue["studios"][0].id,
                "lock_ids": old.lock_ids[:1].ids,
            }
        )
        old.state = "active"
        old.active = False
        self.env.flush_all()
        self.env.invalidate_all()
        self.open_door()
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)

    def test_clicks_that_pile_up_are_one_however_slow_the_server_is(self):
        self.open_door()
        opening = self.openings()
        opening.sudo().repeated_at = fields.Datetime.now()
        age_openings(opening, seconds=10)
        self.open_door()
        self.assertEqual(self.simulator.unlocks(), 1)
        age_openings(opening, seconds=15)
        self.open_door()
        self.assertEqual(self.simulator.unlocks(), 2)

    def test_a_click_that_repeats_one_is_noted(self):
        self.open_door()
        self.assertFalse(self.openings().sudo().repeated_at)
        self.open_door()
        self.env.invalidate_all()
        self.assertTrue(self.openings().sudo().repeated_at)

    def test_nobody_types_when_a_door_opened(self):
        with self.assertRaisesRegex(AccessError, "'Last opened' is kept by Odoo"):
            self.as_receptionist().salto_ks_last_open = datetime.now()

    def test_an_iq_to_be_restored_says_so_until_it_is(self):
        self.simulator.control("settings", {"reset_ends_activations": False})
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"restore_required": True})
        self.integration.action_get_iqs()
        self.env.flush_all()
        self.assert_refused("was reset at the device")
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"restore_required": False})
        self.iq.looked_at -= timedelta(seconds=10)
        self.env.flush_all()
        self.open_door()
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_what_was_known_long_ago_does_not_hold_a_door_shut(self):
        self.iq.write(
            {"online": False, "looked_at": datetime.now() - timedelta(hours=1)}
        )
        self.assertTrue(self.as_receptionist().salto_ks_can_open)

    # -- what Salto and the network may answer

    def assert_outcome(self, state, sentence, commands=1):
        answer = self.open_door()
        self.assertNotEqual(answer["params"]["type"], "success")
        self.assertRegex(answer["params"]["message"], sentence)
        self.assertEqual(self.openings().state, state)
        self.assertRegex(self.openings().reason, sentence)
        self.assertEqual(len(self.simulator.commands()), commands)
        self.assertFalse(self.booking.salto_ks_last_open)
        self.assertEqual(self.booking.stage_id.name, "Confirmed")
        self.assertRegex(self.booking.message_ids[0].body, "Studio 1")

    def put_secret(self, kind, value, owner=None):
        self.env["salto.ks.vault"].sudo()._put(kind, owner or self.iq, value)
        self.env.flush_all()

    def test_wrong_otp(self):
        self.put_secret("iq_pin", "0000")
        self.assert_outcome("refused", "activate the IQ again")
        self.assertEqual(self.iq.activation_state, "activated")

    def test_two_wrong_otps_stop_the_iq_and_call_a_manager(self):
        self.put_secret("iq_pin", "0000")
        self.open_door()
        self.let_a_moment_pass()
        self.open_door()
        self.iq.invalidate_recordset()
        self.assertEqual(self.iq.activation_state, "reactivation_needed")
        self.assertIn(self.iq.name, self.integration.activity_ids.summary)
        self.let_a_moment_pass()
        sentence = "stopped before Salto blocks the account"
        with self.assertRaisesRegex(UserError, sentence):
            self.open_door()
        self.assertEqual(len(self.simulator.commands()), 2)

    def test_a_good_otp_forgets_the_bad_one(self):
        self.iq.otp_failures = 1
        self.env.flush_all()
        self.open_door()
        self.iq.invalidate_recordset()
        self.assertEqual(self.iq.otp_failures, 0)

    def test_double_click_burns_one_code_only(self):
        self.put_secret("iq_pin", "0000")
        self.open_door()
        self.open_door()
        self.assertEqual(len(self.simulator.commands()), 1)

    def test_blocked_account(self):
        client = self.integration._client()
        for _attempt in range(8):
            with self.assertRaises(HardwareRefused):
                client.unlock(
                    self.integration.site_id, self.lock.lock_id, sign=lambda at: "zzzzz"
                )
        wrong = len(self.simulator.commands())
        self.assert_outcome("refused", "blocked Odoo.s account", commands=wrong + 1)
        self.env.invalidate_all()
        self.assertRegex(self.as_receptionist().salto_ks_open_verdict, "blocked")

    def test_expired_token_is_renewed_in_the_same_click(self):
        self.open_door()
        self.let_a_moment_pass()
        self.simulator.control("tokens", {"expire_all": True})
        self.open_door()
        self.assertEqual(self.simulator.unlocks(), 2)

    def test_every_refusal_has_a_label_and_a_sentence(self):
        labels = dict(self.env["salto.ks.opening"]._fields["code"].selection)
        for code in set(opening_rules.Code) - {opening_rules.Code.OK}:
            verdict = opening_rules.Verdict(code, datetime.now(timezone.utc))
            with self.subTest(code=code):
                self.assertTrue(labels[code.value])
                self.assertTrue(verdict_sentence(self.env, verdict, door="Studio 1"))

    def test_a_token_that_somebody_forgot_opens_nothing_more(self):
        """In whatever worker: each click looks at what is stored."""
        self.open_door()
        logins = len(self.simulator.requests_to("/connect/token"))
        self.let_a_moment_pass()
        self.open_door()
        self.assertEqual(len(self.simulator.requests_to("/connect/token")), logins)
        self.env["salto.ks.vault"].sudo()._put("token", self.integration, None)
        self.let_a_moment_pass()
        self.open_door()
        self.assertEqual(len(self.simulator.requests_to("/connect/token")), logins + 1)
        self.assertEqual(self.simulator.unlocks(), 3)

    def test_offline_iq(self):
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"online": False})
        self.assert_outcome("refused", "is offline: check its power")

    def test_wrong_password(self):
        self.integration.password = "changed-elsewhere"
        self.assert_outcome("not_sent", "username or the password", commands=0)

    def test_dead_server(self):
        with self.settings(API_URL="http://127.0.0.1:9"):
            self.assert_outcome("not_sent", "cannot be reached", commands=0)

    def test_answer_lost_after_the_door_opened(self):
        self.simulator.fault("PATCH", "*/locking", "reset_after", times=1)
        self.assert_outcome("unknown", "not known whether")
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_answer_lost_before_the_door_opened(self):
        self.simulator.fault("PATCH", "*/locking", "reset_before", times=1)
        self.assert_outcome("unknown", "not known whether")
        self.assertEqual(self.simulator.unlocks(), 0)

    def settings(self, **values):
        return patch.dict(
            os.environ,
            {f"SALTO_KS_ACCEPTANCE_{name}": value for name, value in values.items()},
        )
