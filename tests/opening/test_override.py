"""Opening anyway: outside a booking's time and stages, for a reason, on record."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from ..common import SaltoCaseMixin, create_booking


@tagged("post_install", "-at_install")
class TestOverride(SaltoCaseMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.early = create_booking(
            cls.env, cls.venue, studio=1, start_in=timedelta(hours=3)
        )
        cls.chief = cls.receptionist.copy({"login": "chief"})
        override = cls.env.ref("resource_booking_salto_ks.group_salto_ks_override")
        cls.chief.group_ids = [Command.link(override.id)]

    def dialog(self, booking=None, user=None, **values):
        booking = self.early if booking is None else booking
        dialogs = self.env["salto.ks.override"].with_user(user or self.chief)
        return dialogs.create({"booking_id": booking.id, **values})

    def test_early_guest_gets_in_and_it_is_on_record(self):
        answer = self.dialog(reason="The room is ready").action_open()
        self.assertEqual(answer["params"]["message"], "Studio 2 opened.")
        self.assertEqual(self.simulator.unlocks(), 1)
        opening = self.early.salto_ks_opening_ids
        self.assertEqual(opening.channel, "override")
        self.assertEqual(opening.override_reason, "The room is ready")
        self.assertEqual(opening.user_id, self.chief)
        bodies = str(self.early.message_ids.mapped("body"))
        self.assertIn("Opened anyway, because: The room is ready", bodies)

    def test_a_stage_is_no_hindrance(self):
        self.booking.stage_id = self.env.ref(
            "resource_booking_salto_ks.stage_checked_out"
        )
        with self.assertRaises(UserError):
            self.booking.with_user(self.chief).action_salto_ks_open_door()
        self.dialog(self.booking, reason="Forgot a coat").action_open()
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_without_a_reason_nothing_opens(self):
        for reason in (False, "  "):
            with self.assertRaisesRegex(UserError, "Say why"):
                self.dialog(reason=reason).action_open()
        self.assertEqual(self.simulator.unlocks(), 0)

    def test_who_lacks_the_right_opens_nothing(self):
        with self.assertRaises(AccessError):
            self.dialog(user=self.receptionist, reason="Please")
        outcome = self.as_receptionist(self.early)._salto_ks_attempt(
            self.early.salto_ks_lock_ids, "override", override_reason="Please"
        )
        self.assertEqual(outcome.code, "caller_not_allowed")
        self.assertEqual(self.simulator.unlocks(), 0)

    def test_technical_rules_hold(self):
        dialog = self.dialog(reason="Please")
        for hinder, sentence in (
            (lambda: self.integration.action_deactivate(), "switched off"),
            (lambda: self.early.action_cancel(), "canceled"),
        ):
            with self.env.cr.savepoint() as savepoint:
                hinder()
                with self.assertRaisesRegex(UserError, sentence):
                    dialog.action_open()
                savepoint.rollback()
            self.env.invalidate_all()
        self.iq.activation_state = "reactivation_needed"
        with self.assertRaisesRegex(UserError, "Salto refused Odoo.s codes"):
            dialog.action_open()
        self.assertEqual(self.simulator.unlocks(), 0)

    def test_door_of_another_booking(self):
        dialog = self.dialog(reason="Please")
        dialog.lock_id = self.lock
        with self.assertRaisesRegex(UserError, "one of the booking's doors"):
            dialog.action_open()

    def test_database_wants_the_reason(self):
        self.dialog(reason="The room is ready").action_open()
        vals = self.early.salto_ks_opening_ids.copy_data()[0]
        self.assertNotIn("override_reason", vals)


@tagged("post_install", "-at_install")
class TestIqOffline(SaltoCaseMixin, TransactionCase):
    def test_offline_iq_is_known_at_the_first_refusal(self):
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"online": False})
        answer = self.as_receptionist().action_salto_ks_open_door()
        self.assertRegex(answer["params"]["message"], "is offline: check its power")
        self.iq.invalidate_recordset()
        self.assertFalse(self.iq.online)
        self.booking.invalidate_recordset()
        self.assertIn("offline", self.as_receptionist().salto_ks_open_verdict)
        light = self.as_receptionist().salto_ks_lights["door"]
        self.assertEqual(light["state"], "red")
        self.assertEqual(light["button"]["name"], "action_salto_ks_look_again")

    def test_looking_again_is_one_press(self):
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"online": False})
        self.as_receptionist().action_salto_ks_open_door()
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"online": True})
        answer = self.as_receptionist().action_salto_ks_look_again()
        self.assertEqual(answer["params"]["message"], "Online again.")
        self.iq.invalidate_recordset()
        self.assertTrue(self.iq.online)
        self.assertTrue(self.as_receptionist().salto_ks_can_open)
