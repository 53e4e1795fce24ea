"""An IQ that was reset at the device: the way back to open doors."""

from odoo.exceptions import AccessError, UserError
from odoo.tests import tagged

from ...services.activate_iq import IqActivation
from ..common import PLAIN_USERNAME
from .test_activation import ActivationCase

RESTORE_PATH = "*/restore"


@tagged("post_install", "-at_install")
class TestRestore(ActivationCase):
    def setUp(self):
        super().setUp()
        self.set_pin(current_pin=self.get_pin())

    def reset_at_the_device(self):
        """Somebody presses the button on the IQ, and we hear of it."""
        self.turn(restore_required=True)
        self.harbour.action_get_iqs()
        self.env.flush_all()
        self.env.invalidate_all()

    def restore(self):
        self.wizard.with_context(salto_ks_in_dialog=True).action_restore()
        self.env.invalidate_all()

    def is_restored_at_salto(self):
        return not self.simulator.state()["iqs"][self.new_iq.iq_id]["restore_required"]

    def assert_wants_a_pin(self):
        self.assertTrue(self.is_restored_at_salto())
        self.assertFalse(self.new_iq.restore_required)
        self.assertFalse(self.wizard.problem_code)
        self.assertTrue(self.wizard.is_restored)
        self.assertEqual(self.wizard.step, "get_pin")

    def orders(self):
        return [
            request["status"]
            for request in self.simulator.state()["requests"]
            if request["path"].endswith("/restore")
        ]

    def test_restored_and_activated_again(self):
        self.reset_at_the_device()
        self.assertEqual(self.wizard.step, "restore")
        self.restore()
        self.assert_wants_a_pin()
        self.assertEqual(self.new_iq.activation_state, "reactivation_needed")
        self.assertIn("IQ is activated", self.set_pin(current_pin=self.get_pin()))
        self.assertEqual(self.wizard.step, "done")
        self.assertEqual(self.orders(), [204])

    def test_what_was_typed_before_the_reset_is_void(self):
        self.wizard.write({"current_pin": "1111", "new_pin": "2222"})
        self.reset_at_the_device()
        self.restore()
        self.assert_wants_a_pin()
        self.assertFalse(self.wizard.current_pin or self.wizard.new_pin)

    def test_open_change_of_the_pin_is_over(self):
        self.simulator.fault("PUT", "*/pin", "reset_after", times=2)
        self.fail_to_set_pin("old PIN or", new_pin="2222")
        self.assertEqual(self.wizard.step, "find_out")
        self.reset_at_the_device()
        self.assertEqual(self.wizard.step, "restore")
        self.restore()
        self.assert_wants_a_pin()

    def test_answer_that_got_lost_on_the_way_back(self):
        self.reset_at_the_device()
        self.simulator.fault("POST", RESTORE_PATH, "reset_after", times=1)
        self.restore()
        self.assert_wants_a_pin()
        self.assertEqual(len(self.orders()), 1)

    def test_order_that_got_lost(self):
        self.reset_at_the_device()
        self.simulator.fault("POST", RESTORE_PATH, "reset_before", times=1)
        self.fail_at("action_restore", "did not answer")
        self.assertEqual(self.wizard.step, "restore")
        self.restore()
        self.assert_wants_a_pin()

    def test_silence_afterwards(self):
        self.reset_at_the_device()
        self.simulator.fault("GET", "/v1.2/*iqs*", "status", status=503)
        self.fail_at("action_restore", "out of order")
        self.simulator.control("faults", method="DELETE")
        self.restore()
        self.assert_wants_a_pin()
        self.assertEqual(self.orders(), [204, 400])

    def test_somebody_was_quicker_in_the_dashboard(self):
        self.reset_at_the_device()
        self.turn(restore_required=False)
        self.restore()
        self.assert_wants_a_pin()

    def test_order_that_takes_its_time(self):
        self.reset_at_the_device()
        self.simulator.fault("POST", RESTORE_PATH, "status", status=204, times=1)
        self.fail_at("action_restore", "still restoring")
        self.restore()
        self.assert_wants_a_pin()

    def test_account_without_the_right(self):
        self.harbour.username = PLAIN_USERNAME
        self.env.flush_all()
        self.reset_at_the_device()
        self.fail_at("action_restore", "needs the role site admin")
        self.assertFalse(self.is_restored_at_salto())

    def test_refusal_of_the_hardware_is_quoted(self):
        self.reset_at_the_device()
        words = "Request execution failed with code: iq_busy"
        self.simulator.fault(
            *("POST", RESTORE_PATH, "status"),
            status=400,
            body={"ErrorCode": "3102", "Message": words},
        )
        self.fail_at("action_restore", "iq_busy")

    def test_offline_iq(self):
        self.reset_at_the_device()
        self.turn(online=False)
        self.simulator.fault("POST", RESTORE_PATH, "status", status=400)
        self.fail_at("action_restore", "is offline")

    def test_reset_that_leaves_the_activation_alone(self):
        """Nobody has measured what a reset does to it: both are provided for."""
        self.simulator.control("settings", {"reset_ends_activations": False})
        self.reset_at_the_device()
        self.restore()
        self.assertEqual(self.new_iq.activation_state, "activated")
        self.assertEqual(self.wizard.step, "done")
        self.wizard.action_check_pin()

    def test_outside_the_dialog_a_problem_is_an_exception(self):
        self.reset_at_the_device()
        self.simulator.fault("POST", RESTORE_PATH, "reset_before")
        with self.assertRaisesRegex(UserError, "did not answer"):
            self.wizard.action_restore()

    def test_the_list_leads_there(self):
        self.reset_at_the_device()
        self.harbour.invalidate_recordset(["checklist"])
        (line,) = [one for one in self.harbour.checklist if one["step"] == "iq"]
        self.assertEqual(line["level"], "missing")
        self.assertIn("Restore the IQ that was reset", line["why"])
        self.assertEqual(line["button"], ["action_activate_next_iq", "Restore"])
        action = self.harbour.action_activate_next_iq()
        wizard = self.env[action["res_model"]].browse(action["res_id"])
        self.assertEqual((wizard.iq_id, wizard.step), (self.new_iq, "restore"))

    def test_receptionist_restores_nothing(self):
        with self.assertRaises(AccessError):
            IqActivation(self.new_iq.with_user(self.receptionist)).restore()
