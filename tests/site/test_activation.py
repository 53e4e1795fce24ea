import re
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from freezegun import freeze_time

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError, ValidationError
from odoo.modules.migration import load_script
from odoo.service.model import retrying
from odoo.tests import TransactionCase, tagged
from odoo.tools import file_path, mute_logger

from ...connect.errors import OtpBlocked
from ...services.activate_iq import IqActivation
from ..common import (
    IQ_PIN,
    UNKNOWN_ID,
    UNTOUCHED_SITE_UID,
    UntouchedSiteMixin,
    age_openings,
    create_integration,
    find_lock,
)
from ..real_transactions import RealTransactionsCase

NEW_PIN = "0042"
PIN_PATH = "*/pin"
MIGRATION = "resource_booking_salto_ks/migrations/19.0.1.1.0/post-refusal_activity.py"


def put_requests(simulator):
    """Signed commands to an IQ that arrived, oldest first: their statuses."""
    return [
        request["status"]
        for request in simulator.state()["requests"]
        if request["method"] == "PUT" and request["path"].endswith("/pin")
    ]


def sent_pin(simulator):
    """The PIN in the newest message that Salto sent."""
    message = simulator.control("outbox")[-1]["text"]
    return re.search(r"\b\d{4}\b", message)[0]


def another_than(*pins):
    """A PIN that is none of these."""
    return next(pin for pin in ("1111", "2222", "3333", "4444") if pin not in pins)


class ActivationCase(UntouchedSiteMixin, TransactionCase):
    """The untouched site, with one of its IQs about to be activated."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Many of these tests look at what others than this test's cursor wrote.
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.vault = self.env["salto.ks.vault"].sudo()
        self.vault._put("token", self.harbour, None)
        self.wizard = self.open_wizard(self.new_iq)

    def open_wizard(self, iq):
        action = iq.action_activate_pin()
        self.assertEqual(action["res_model"], "salto.ks.pin.activation")
        return self.env[action["res_model"]].browse(action["res_id"])

    def get_pin(self, wizard=None, **values):
        wizard = wizard or self.wizard
        wizard.write(values)
        wizard.action_get_pin()
        self.env.invalidate_all()
        return sent_pin(self.simulator)

    def set_pin(self, wizard=None, **values):
        """Type PINs and press Set PIN; returns what the person reads."""
        wizard = wizard or self.wizard
        wizard.write(values)
        answer = wizard.action_set_pin()["params"]["message"]
        self.env.invalidate_all()
        return answer

    def fail_at(self, button, sentence, wizard=None, **values):
        """Press a button of the dialog, which then shows what is wrong.

        To expect an exception would undo what the attempt has kept: here all cursors
        are one connection.
        """
        wizard = wizard or self.wizard
        wizard.write(values)
        getattr(wizard.with_context(salto_ks_in_dialog=True), button)()
        self.env.invalidate_all()
        self.assertRegex(wizard.problem_text or "", sentence)
        return wizard.problem_text

    def fail_to_set_pin(self, sentence, wizard=None, **values):
        return self.fail_at("action_set_pin", sentence, wizard, **values)

    def kept_pin(self, iq=None):
        return self.vault._get("iq_pin", iq or self.new_iq)

    def turn(self, iq=None, **changes):
        self.simulator.control(f"iqs/{(iq or self.new_iq).iq_id}", changes)

    @contextmanager
    def after_the_block(self):
        end = self.new_iq.pin_blocked_until + timedelta(seconds=1)
        passed = (end - fields.Datetime.now()).total_seconds()
        self.simulator.control("clock", {"offset_s": passed})
        self.addCleanup(self.simulator.control, "clock", {"offset_s": 0})
        with freeze_time(end):
            yield

    def puts(self):
        return put_requests(self.simulator)


@tagged("post_install", "-at_install")
class TestActivation(ActivationCase):
    def open_door(self, integration, lock_name):
        lock = find_lock(integration, lock_name)
        integration.mapping_ids = [
            Command.create(
                {
                    "resource_id": self.venue["studios"][2].id,
                    "lock_ids": [Command.set(lock.ids)],
                }
            )
        ]
        integration.action_activate()
        self.booking.combination_id = self.venue["combinations"][2]
        answer = self.as_receptionist().action_salto_ks_open_door()
        self.env.invalidate_all()
        return answer["params"]["message"]

    def open_harbour_door(self):
        self.harbour.action_get_locks()
        return self.open_door(self.harbour, self.new_iq.lock_ids[0].name)

    # -- the straight way

    def test_new_pin_with_leading_zeros_opens_a_door(self):
        pin = self.get_pin()
        self.assertEqual(self.new_iq.activation_state, "pin_requested")
        message = self.set_pin(current_pin=pin, new_pin=NEW_PIN)
        self.assertIn("IQ is activated with the new PIN", message)
        self.assertEqual(self.new_iq.activation_state, "activated")
        self.assertEqual(self.kept_pin(), NEW_PIN)
        self.assertIn("opened", self.open_harbour_door())

    def test_without_a_new_pin_the_current_one_stays(self):
        pin = self.get_pin(delivery="email")
        self.assertEqual(self.simulator.control("outbox")[-1]["channel"], "email")
        self.assertIn("IQ is activated", self.set_pin(current_pin=pin))
        self.assertEqual(self.kept_pin(), pin)
        self.assertEqual(self.puts(), [204])

    def test_pin_in_the_answer_is_filled_in(self):
        self.simulator.control("settings", {"pin_delivery": "response"})
        self.wizard.action_get_pin()
        self.env.invalidate_all()
        self.assertEqual(self.wizard.current_pin, "••••")
        self.assertEqual(self.wizard.step, "set_pin")
        self.assertIn("IQ is activated", self.set_pin())

    def test_steps(self):
        self.assertEqual(self.wizard.step, "get_pin")
        pin = self.get_pin()
        self.assertEqual(self.wizard.step, "set_pin")
        self.assertIn("text message", self.wizard.sent_text)
        self.set_pin(current_pin=pin)
        self.assertEqual(self.wizard.step, "done")
        self.wizard.action_type_pin()
        self.assertEqual(self.wizard.step, "set_pin")

    def test_get_pin_twice_in_a_moment_sends_one_message(self):
        self.get_pin()
        self.get_pin()
        self.assertEqual(len(self.simulator.control("outbox")), 1)
        self.get_pin(delivery="email")
        self.assertEqual(len(self.simulator.control("outbox")), 2)

    def test_typed_pins_wait_for_the_next_wizard(self):
        pin = self.get_pin()
        self.wizard.write({"current_pin": pin, "new_pin": NEW_PIN})
        later = self.open_wizard(self.new_iq)
        self.assertEqual((later.current_pin, later.new_pin), ("••••", "••••"))
        self.assertIn("IQ is activated", self.set_pin(later))
        self.assertEqual(self.kept_pin(), NEW_PIN)

    def test_pin_must_be_four_digits(self):
        for pin in ("123", "12a4", "12345", "١٢٣٤"):
            with self.assertRaisesRegex(ValidationError, "four digits"):
                self.wizard.current_pin = pin

    def test_new_pin_must_be_repeated_alike(self):
        with self.assertRaisesRegex(ValidationError, "two new PINs differ"):
            self.wizard.write({"new_pin": NEW_PIN, "new_pin_repeated": "0043"})
        self.assertFalse(self.wizard.new_pin)

    def test_set_pin_without_a_pin(self):
        self.fail_to_set_pin("Enter the current PIN")

    def test_receptionist_activates_nothing(self):
        with self.assertRaises(AccessError):
            self.new_iq.with_user(self.receptionist).action_activate_pin()

    # -- the secret

    def test_secret_that_was_handed_out_elsewhere(self):
        wizard = self.open_wizard((self.integration.iq_ids - self.iq)[0])
        self.fail_at("action_get_pin", "already handed out the secret", wizard)
        self.turn(wizard.iq_id, reset_pins=True)
        self.assertIn(
            "IQ is activated", self.set_pin(wizard, current_pin=self.get_pin(wizard))
        )

    def test_secret_survives_a_message_that_cannot_be_sent(self):
        self.simulator.fault("GET", PIN_PATH, "status", status=500, times=1)
        self.fail_at("action_get_pin", "out of order")
        self.assertIn("IQ is activated", self.set_pin(current_pin=self.get_pin()))

    def test_secret_is_not_asked_for_when_it_cannot_be_kept(self):
        with (
            patch.dict("os.environ", {"SALTO_KS_ENCRYPTION_KEYS": "nonsense"}),
            self.assertRaisesRegex(UserError, "encryption key"),
        ):
            self.wizard.action_get_pin()
        self.assertTrue(self.get_pin())

    def test_after_the_owners_reset_the_old_secret_does_not_stand_in_the_way(self):
        self.set_pin(current_pin=self.get_pin())
        self.turn(reset_pins=True)
        old_secret = self.vault._get("iq_secret", self.new_iq)
        pin = self.get_pin()
        self.assertNotEqual(self.vault._get("iq_secret", self.new_iq), old_secret)
        self.assertEqual(self.new_iq.activation_state, "pin_requested")
        self.assertIn("IQ is activated", self.set_pin(current_pin=pin))

    def test_pin_of_a_message_before_the_owners_reset(self):
        pin = self.get_pin()
        self.turn(reset_pins=True)
        self.fail_to_set_pin("has reset this account's PIN", current_pin=pin)
        self.assertIn("IQ is activated", self.set_pin(current_pin=self.get_pin()))

    def test_secret_rotated_by_the_phone_app(self):
        self.set_pin(current_pin=self.get_pin())
        self.turn(rotate_secret=True)
        self.fail_at("action_check_pin", "phone app")
        self.fail_at("action_get_pin", "already activated")
        self.turn(reset_pins=True)
        self.assertIn("IQ is activated", self.set_pin(current_pin=self.get_pin()))

    # -- wrong PINs

    def test_tries_are_counted_down_and_then_we_stop(self):
        pin = self.get_pin()
        wrong = another_than(pin)
        self.fail_to_set_pin("2 tries are left", current_pin=wrong)
        self.fail_to_set_pin("One try is left", current_pin=wrong)
        self.env.user.tz = "Asia/Tokyo"
        self.fail_to_set_pin("no other before", current_pin=wrong)
        sentence = self.fail_to_set_pin("No PIN is tried before", current_pin=pin)
        until = fields.Datetime.context_timestamp(
            self.wizard.with_context(tz="Asia/Tokyo"), self.new_iq.pin_blocked_until
        )
        self.assertIn(f"before {until:%-I:%M}", sentence)
        self.assertEqual(len(self.puts()), 3, "the fourth was not sent")
        with self.after_the_block():
            self.assertIn("IQ is activated", self.set_pin())
        self.assertEqual(self.new_iq.pin_failures, 0)

    def test_right_pin_starts_the_count_anew(self):
        pin = self.get_pin()
        self.fail_to_set_pin("2 tries are left", current_pin=another_than(pin))
        self.set_pin(current_pin=pin)
        self.fail_to_set_pin("2 tries are left", current_pin=another_than(pin))
        self.assertEqual(self.new_iq.activation_state, "activated")

    def test_blocked_by_salto(self):
        pin = self.get_pin()
        self.simulator.control("settings", {"otp_wrong_limit": 1})
        self.fail_to_set_pin("2 tries are left", current_pin=another_than(pin))
        self.fail_to_set_pin("No PIN is tried before", current_pin=pin)
        self.fail_to_set_pin("No PIN is tried before", current_pin=pin)
        self.assertEqual(len(self.puts()), 2, "the third was not sent")

    def test_wrong_pin_leaves_an_activated_iq_alone(self):
        wizard = self.open_wizard(self.iq)
        self.fail_to_set_pin(
            "refused the PIN",
            wizard,
            current_pin=another_than(IQ_PIN),
            new_pin=NEW_PIN,
        )
        self.assertEqual(self.iq.activation_state, "activated")
        self.assertEqual(self.kept_pin(self.iq), IQ_PIN)
        self.assertEqual(self.open_wizard(self.iq).step, "done")

    # -- the IQ itself

    def test_offline_iq(self):
        pin = self.get_pin()
        self.turn(online=False)
        self.fail_to_set_pin("is offline", current_pin=pin)
        self.assertFalse(self.new_iq.online)
        self.turn(online=True)
        self.assertIn("IQ is activated", self.set_pin())

    def test_iq_that_has_to_be_restored(self):
        pin = self.get_pin()
        self.turn(restore_required=True)
        self.fail_to_set_pin("waits to be restored", current_pin=pin)
        self.assertTrue(self.new_iq.restore_required)
        self.assertEqual(self.wizard.step, "restore")

    def test_server_that_is_away(self):
        pin = self.get_pin()
        self.simulator.fault("PUT", PIN_PATH, "reset_before")
        self.fail_to_set_pin("did not answer", current_pin=pin)
        self.simulator.control("faults", method="DELETE")
        self.assertIn("IQ is activated", self.set_pin())

    # -- a change whose answer got lost

    def test_the_history_of_the_site_says_who_set_a_pin(self):
        before = self.harbour.message_ids
        pin = self.get_pin()
        self.set_pin(current_pin=pin, new_pin="2468", new_pin_repeated="2468")
        (told,) = self.harbour.message_ids - before
        self.assertIn(self.new_iq.name, told.body)
        self.assertEqual(told.author_id, self.env.user.partner_id)
        for secret in (pin, "2468"):
            self.assertNotIn(secret, told.body)

    def test_lost_answer_after_the_change(self):
        pin = self.get_pin()
        self.simulator.fault("PUT", PIN_PATH, "reset_after", times=1)
        message = self.set_pin(current_pin=pin, new_pin=NEW_PIN)
        self.assertIn("with the new PIN", message)
        self.assertEqual(self.kept_pin(), NEW_PIN)
        self.assertEqual(len(self.puts()), 2, "the change, and one check")

    def test_lost_answer_before_the_change(self):
        pin = self.get_pin()
        self.simulator.fault("PUT", PIN_PATH, "reset_before", times=1)
        message = self.set_pin(current_pin=pin, new_pin=NEW_PIN)
        self.assertIn("the old PIN is still valid", message)
        self.assertEqual(self.kept_pin(), pin)
        self.assertEqual(self.puts()[1:], [400, 204])
        self.assertFalse(self.new_iq.pin_change)

    def test_silence_in_the_middle_is_settled_later(self):
        pin = self.get_pin()
        self.simulator.fault("PUT", PIN_PATH, "reset_after", times=1)
        self.simulator.fault("PUT", PIN_PATH, "reset_before", times=1)
        self.fail_to_set_pin("old PIN or", current_pin=pin, new_pin=NEW_PIN)
        self.assertNotEqual(self.new_iq.activation_state, "activated")
        later = self.open_wizard(self.new_iq)
        self.assertEqual(later.step, "find_out")
        message = later.action_find_out()["params"]["message"]
        self.assertIn("with the new PIN", message)
        self.assertEqual(self.kept_pin(), NEW_PIN)

    def test_set_pin_after_silence_sends_no_second_change(self):
        pin = self.get_pin()
        self.simulator.fault("PUT", PIN_PATH, "reset_after", times=2)
        self.fail_to_set_pin("old PIN or", current_pin=pin, new_pin=NEW_PIN)
        self.set_pin(current_pin=pin, new_pin=NEW_PIN)
        self.assertEqual(self.kept_pin(), NEW_PIN)
        self.fail_to_set_pin("refused the PIN", current_pin=pin)

    def test_other_pin_typed_while_a_change_is_open(self):
        pin = self.get_pin()
        self.simulator.fault("PUT", PIN_PATH, "reset_after", times=2)
        self.fail_to_set_pin("old PIN or", current_pin=pin, new_pin=NEW_PIN)
        with self.assertRaisesRegex(UserError, "First press Check which PIN works"):
            self.wizard.write({"new_pin": another_than(NEW_PIN)})

    def test_what_was_refused_is_not_checked_again(self):
        pin = self.get_pin()
        self.simulator.fault("PUT", PIN_PATH, "reset_before", times=1)
        self.simulator.fault("PUT", PIN_PATH, "delay", seconds=0, times=1)
        self.simulator.fault("PUT", PIN_PATH, "reset_before", times=1)
        self.fail_to_set_pin("old PIN or", current_pin=pin, new_pin=NEW_PIN)
        self.assertEqual(self.new_iq.pin_change, "new_refused")
        self.wizard.action_find_out()
        self.assertEqual(self.puts()[-2:], [self.puts()[2], 204])
        self.assertEqual(self.puts().count(400), 1)
        self.assertEqual(self.kept_pin(), pin)

    def test_secret_rotated_in_the_middle_of_a_change(self):
        pin = self.get_pin()
        self.simulator.fault("PUT", PIN_PATH, "reset_after", times=2)
        self.fail_to_set_pin("old PIN or", current_pin=pin, new_pin=NEW_PIN)
        self.turn(rotate_secret=True)
        self.fail_to_set_pin("refused the old PIN and the new one")
        self.turn(reset_pins=True)
        pin = self.get_pin()
        self.fail_to_set_pin("No PIN is tried before", current_pin=pin)
        with self.after_the_block():
            self.assertIn("IQ is activated", self.set_pin())

    def test_digit_wise_delta_is_found_out(self):
        self.simulator.control("settings", {"delta_rule": "digits"})
        pin = self.get_pin()
        message = self.set_pin(current_pin=pin, new_pin=another_than(pin))
        self.assertIn("a different PIN", message)
        self.assertIn("opened", self.open_harbour_door())

    # -- only a door proves a changed PIN

    def change_pin_that_the_iq_does_not_take(self):
        self.simulator.control("settings", {"delta_rule": "disagree"})
        pin = self.get_pin()
        self.set_pin(current_pin=pin, new_pin=another_than(pin))
        return pin

    def test_iq_that_keeps_the_old_pin(self):
        pin = self.change_pin_that_the_iq_does_not_take()
        self.assertEqual(self.new_iq.pin_change, "unproven")
        message = self.open_harbour_door()
        self.assertIn("restore the previous PIN", message)
        self.wizard.action_use_previous_pin()
        self.assertEqual(self.kept_pin(), pin)
        # Another click, not the second half of the first one.
        age_openings(self.booking.salto_ks_opening_ids, minutes=1)
        answer = self.as_receptionist().action_salto_ks_open_door()
        self.assertIn("opened", answer["params"]["message"])
        self.env.invalidate_all()
        self.assertFalse(self.new_iq.pin_change)

    def test_door_that_opens_proves_the_change(self):
        pin = self.get_pin()
        self.set_pin(current_pin=pin, new_pin=NEW_PIN)
        self.assertTrue(self.vault._has("previous_pin", self.new_iq))
        self.assertIn("opened", self.open_harbour_door())
        self.assertFalse(self.new_iq.pin_change)
        self.assertFalse(self.vault._has("previous_pin", self.new_iq))

    # -- what a person sees

    def test_problem_is_shown_until_it_is_over(self):
        pin = self.get_pin()
        self.fail_to_set_pin("2 tries are left", current_pin=another_than(pin))
        self.assertEqual(self.wizard.problem_code, "pin_wrong")
        self.set_pin(current_pin=pin)
        self.assertFalse(self.wizard.problem_code)

    def test_outside_the_dialog_a_problem_is_an_exception(self):
        wrong = another_than(self.get_pin())
        with self.assertRaisesRegex(UserError, "refused the PIN"):
            self.set_pin(current_pin=wrong)

    def test_manager_is_no_longer_called_once_it_is_mended(self):
        self.set_pin(current_pin=self.get_pin())
        self.new_iq._call_manager()
        self.new_iq._call_manager()
        self.env.flush_all()
        self.assertEqual(len(self.harbour.activity_ids), 1)
        self.wizard.action_check_pin()
        self.env.invalidate_all()
        self.assertFalse(self.harbour.activity_ids)

    def call_about_two(self):
        """Doors of two IQs do not open; the name of one is part of the other's."""
        self.new_iq.name = "IQ 1"
        tenth = self.env["salto.ks.iq"].create(
            {
                "integration_id": self.harbour.id,
                "iq_id": UNKNOWN_ID,
                "name": "IQ 10",
            }
        )
        self.env.flush_all()
        for iq in (tenth, self.new_iq):
            iq._note_otp_answer(OtpBlocked("Blocked"))
        self.env.invalidate_all()

    def assert_called_about(self, *names):
        self.assertCountEqual(
            self.harbour.activity_ids.mapped("summary"),
            [f"Doors of {name} do not open" for name in names],
        )

    def test_each_iq_has_a_call_of_its_own(self):
        self.call_about_two()
        self.assert_called_about("IQ 1", "IQ 10")
        self.new_iq.name = "Cellar"
        self.env.flush_all()
        self.set_pin(current_pin=self.get_pin())
        self.assert_called_about("IQ 10")

    def test_calls_of_the_version_before_are_found(self):
        self.call_about_two()
        self.harbour.iq_ids.refusal_activity_id = False
        self.env.flush_all()
        script = load_script(file_path(MIGRATION), "salto_ks_refusal")
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.flush_all()
        self.set_pin(current_pin=self.get_pin())
        self.assert_called_about("IQ 10")


@tagged("post_install", "-at_install")
class TestIqs(ActivationCase):
    def test_get_iqs_twice_makes_them_once(self):
        count = len(self.harbour.iq_ids)
        self.harbour.action_get_iqs()
        self.assertEqual(len(self.harbour.iq_ids), count)
        self.assertEqual(self.new_iq.activation_state, "not_activated")

    def test_iq_that_salto_no_longer_holds_as_activated(self):
        self.new_iq.activation_state = "activated"
        self.harbour.action_get_iqs()
        self.assertEqual(self.new_iq.activation_state, "reactivation_needed")

    def add_by_hand(self, iq_id, **values):
        return self.env["salto.ks.iq"].create(
            {"integration_id": self.harbour.id, "iq_id": iq_id, **values}
        )

    def test_iq_by_hand(self):
        typed = self.new_iq.iq_id.upper().replace("-", " - ")
        name = self.new_iq.name
        self.new_iq.unlink()
        iq = self.add_by_hand(f" {typed}\n")
        self.assertEqual(iq.name, f"IQ {iq.iq_id[:8]}")
        wizard = self.open_wizard(iq)
        self.assertIn(
            "IQ is activated", self.set_pin(wizard, current_pin=self.get_pin(wizard))
        )
        self.harbour.action_get_iqs()
        self.assertEqual(iq.name, name)
        self.assertEqual(iq.activation_state, "activated")

    def test_what_is_no_uuid_is_refused(self):
        with self.assertRaisesRegex(ValidationError, "no IQ ID"):
            self.add_by_hand("IQ 01")

    def test_id_that_salto_does_not_know(self):
        wizard = self.open_wizard(self.add_by_hand(UNKNOWN_ID))
        with self.assertRaisesRegex(UserError, "knows no IQ"):
            wizard.action_get_pin()

    def test_secret_and_pin_stay_with_their_iq(self):
        self.set_pin(current_pin=self.get_pin())
        real_id = self.new_iq.iq_id
        with self.assertRaisesRegex(UserError, "'IQ ID' of .* cannot be changed"):
            self.new_iq.iq_id = UNKNOWN_ID
        self.new_iq.iq_id = real_id.upper()
        self.assertEqual(self.new_iq.iq_id, real_id)
        self.assertEqual(self.new_iq.activation_state, "activated")


@tagged("post_install", "-at_install")
class TestActivationReplay(RealTransactionsCase):
    """With real transactions: a replayed request changes the PIN once."""

    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            self.integration = create_integration(env, site_uid=UNTOUCHED_SITE_UID)
            self.addCleanup(self.clean_up)
        with self.transaction() as env:
            integration = self.integration.with_env(env)
            integration.action_resolve_site_id()
            integration.action_get_iqs()
            self.iq = integration.iq_ids[0]
        with self.transaction() as env:
            wizard = env["salto.ks.pin.activation"].create({"iq_id": self.iq.id})
            self.wizard = wizard

    def clean_up(self):
        with self.transaction() as env:
            self.integration.with_env(env).unlink()

    def replayed(self, action):
        """Run a button's request as Odoo does when its transaction fails twice."""
        answers = []
        with self.transaction() as env:

            def request():
                answers.append(getattr(self.wizard.with_env(env), action)())
                if len(answers) < 3:
                    env.cr.execute(
                        "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '40001'; END $$"
                    )

            with self.web_request(env), mute_logger("odoo.service.model"):
                retrying(request, env)
        return answers

    def type_pins(self):
        pin = sent_pin(self.simulator)
        with self.transaction() as env:
            self.wizard.with_env(env).write({"current_pin": pin, "new_pin": NEW_PIN})
        return pin

    def assert_kept(self, pin):
        with self.transaction() as env:
            iq = self.iq.with_env(env)
            self.assertEqual(iq.activation_state, "activated")
            self.assertEqual(env["salto.ks.vault"]._get("iq_pin", iq), pin)
            IqActivation(iq).check_pin()

    def test_replayed_get_pin_sends_one_message(self):
        self.replayed("action_get_pin")
        self.assertEqual(len(self.simulator.control("outbox")), 1)

    def test_replayed_set_pin_changes_the_pin_once(self):
        self.replayed("action_get_pin")
        self.type_pins()
        for answer in self.replayed("action_set_pin"):
            self.assertIn("IQ is activated", answer["params"]["message"])
        self.assert_kept(NEW_PIN)

    def test_replay_after_a_lost_change_does_not_send_it_again(self):
        self.replayed("action_get_pin")
        pin = self.type_pins()
        self.simulator.fault("PUT", PIN_PATH, "reset_before", times=1)
        self.replayed("action_set_pin")
        self.assert_kept(pin)

    def test_worker_that_dies_after_the_change_was_sent(self):
        self.replayed("action_get_pin")
        self.type_pins()
        with (
            self.transaction() as env,
            patch.object(
                IqActivation, "_settle_change", side_effect=SystemExit, autospec=True
            ),
            self.assertRaises(SystemExit),
        ):
            self.wizard.with_env(env).action_set_pin()
        with self.transaction() as env:
            later = env["salto.ks.pin.activation"].create({"iq_id": self.iq.id})
            self.assertEqual(later.step, "find_out")
            later.action_find_out()
        self.assert_kept(NEW_PIN)
