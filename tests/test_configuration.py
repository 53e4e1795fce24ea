import os
import re
from unittest.mock import patch

from psycopg2.errors import UniqueViolation

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from .common import (
    PLAIN_USERNAME,
    UNTOUCHED_SITE_UID,
    SaltoCaseMixin,
    create_integration,
    find_lock,
)


@tagged("post_install", "-at_install")
class TestConfiguration(SaltoCaseMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.harbour = create_integration(
            cls.env, name="Harbour Rooms", site_uid=UNTOUCHED_SITE_UID
        )

    def setUp(self):
        super().setUp()
        self.env["salto.ks.vault"].sudo()._put("token", self.harbour, None)

    def message(self, action):
        return action["params"]["message"]

    def with_iq(self):
        self.harbour.action_resolve_site_id()
        self.harbour.action_get_iqs()
        return self.harbour.iq_ids[0]

    def start_activation(self, iq):
        action = iq.action_activate_pin()
        self.assertEqual(action["res_model"], "salto.ks.pin.activation")
        return self.env[action["res_model"]].browse(action["res_id"])

    def sent_pin(self):
        """The PIN in the newest message that Salto sent."""
        message = self.simulator.control("outbox")[-1]["text"]
        return re.search(r"\b\d{4}\b", message)[0]

    # -- access

    def test_site_uid_forgives_spaces_and_case(self):
        self.harbour.site_uid = " nl62543 40083 "
        self.assertEqual(self.harbour.site_uid, UNTOUCHED_SITE_UID)

    def test_test_access_finds_the_site(self):
        message = self.message(self.harbour.action_test_access())
        self.assertRegex(message, "Access works")
        self.assertTrue(self.harbour.site_id)
        self.assertEqual(self.harbour.site_tz, "Europe/Amsterdam")

    def test_unknown_site_uid(self):
        self.harbour.site_uid = "NL0000000000"
        with self.assertRaisesRegex(UserError, "check the site UID"):
            self.harbour.action_resolve_site_id()

    def test_wrong_password(self):
        self.harbour.password = "wrong"
        with self.assertRaisesRegex(UserError, "username or the password"):
            self.harbour.action_test_access()

    def test_wrong_client(self):
        variables = {"SALTO_KS_ACCEPTANCE_CLIENT_SECRET": "wrong"}
        with (
            patch.dict(os.environ, variables),
            self.assertRaisesRegex(UserError, "client id or client secret"),
        ):
            self.harbour.action_test_access()

    def test_account_that_is_no_admin(self):
        self.harbour.username = PLAIN_USERNAME
        with self.assertRaisesRegex(UserError, "no site admin"):
            self.harbour.action_test_access()

    def test_plain_http_to_elsewhere_is_refused(self):
        variables = {"SALTO_KS_ACCEPTANCE_API_URL": "http://connect.example"}
        with patch.dict(os.environ, variables), self.assertRaises(UserError):
            self.harbour.action_test_access()

    def test_changing_the_site_forgets_its_id(self):
        self.harbour.action_resolve_site_id()
        self.harbour.site_uid = "NL0000000000"
        self.assertFalse(self.harbour.site_id)

    def test_saving_the_same_site_keeps_its_id(self):
        self.harbour.action_resolve_site_id()
        self.harbour.site_uid = UNTOUCHED_SITE_UID.lower()
        self.assertTrue(self.harbour.site_id)

    def test_settings_come_from_parameters_without_variables(self):
        url = os.environ["SALTO_KS_ACCEPTANCE_API_URL"]
        settings = self.env["res.config.settings"].create(
            {
                "salto_ks_acceptance_client_id": "demo-client",
                "salto_ks_acceptance_client_secret": "demo-secret",
                "salto_ks_acceptance_identity_url": url,
                "salto_ks_acceptance_api_url": url,
            }
        )
        settings.execute()
        with patch.dict(os.environ):
            for name in list(os.environ):
                if name.startswith("SALTO_KS_ACCEPTANCE_"):
                    del os.environ[name]
            self.assertRegex(
                self.message(self.harbour.action_test_access()), "Access works"
            )

    # -- IQs and their PINs

    def test_get_iqs_twice_makes_them_once(self):
        self.with_iq()
        count = len(self.harbour.iq_ids)
        self.harbour.action_get_iqs()
        self.assertEqual(len(self.harbour.iq_ids), count)
        self.assertEqual(self.harbour.iq_ids[0].activation_state, "not_activated")

    def test_activation_with_a_new_pin_opens_a_door(self):
        iq = self.with_iq()
        wizard = self.start_activation(iq)
        wizard.action_get_pin()
        iq.invalidate_recordset()
        self.assertEqual(iq.activation_state, "pin_requested")
        wizard.write({"current_pin": self.sent_pin(), "new_pin": "0042"})
        self.assertRegex(self.message(wizard.action_set_pin()), "IQ is activated")
        iq.invalidate_recordset()
        self.assertEqual(iq.activation_state, "activated")
        self.harbour.action_get_locks()
        lock = find_lock(self.harbour, "Quay entrance")
        self.harbour.mapping_ids = [
            Command.create(
                {
                    "resource_id": self.venue["studios"][2].id,
                    "lock_ids": [Command.set(lock.ids)],
                }
            )
        ]
        self.harbour.action_activate()
        self.booking.combination_id = self.venue["combinations"][2]
        self.as_receptionist().action_salto_ks_open_door()
        self.assertEqual(self.simulator.unlocks(lock.lock_id), 1)

    def test_activation_keeps_the_pin_when_no_other_is_wanted(self):
        wizard = self.start_activation(self.with_iq())
        wizard.delivery = "email"
        wizard.action_get_pin()
        pin = self.sent_pin()
        wizard.current_pin = pin
        wizard.action_set_pin()
        vault = self.env["salto.ks.vault"].sudo()
        self.assertEqual(vault._get("iq_pin", wizard.iq_id), pin)

    def test_wrong_pin_says_so_and_the_right_one_works_afterwards(self):
        wizard = self.start_activation(self.with_iq())
        wizard.action_get_pin()
        pin = self.sent_pin()
        wizard.current_pin = "1111" if pin != "1111" else "2222"
        with self.assertRaisesRegex(UserError, "refused the PIN"):
            wizard.action_set_pin()
        wizard.current_pin = pin
        wizard.action_set_pin()
        wizard.iq_id.invalidate_recordset()
        self.assertEqual(wizard.iq_id.activation_state, "activated")

    def test_pin_must_be_four_digits(self):
        wizard = self.start_activation(self.with_iq())
        for pin in ("123", "12a4", "12345"):
            with self.assertRaisesRegex(ValidationError, "four digits"):
                wizard.current_pin = pin

    def test_set_pin_without_a_pin(self):
        wizard = self.start_activation(self.with_iq())
        with self.assertRaisesRegex(UserError, "Enter the current PIN"):
            wizard.action_set_pin()

    def test_secret_that_was_handed_out_elsewhere(self):
        iq = self.integration.iq_ids - self.iq
        wizard = self.start_activation(iq[0])
        with self.assertRaisesRegex(UserError, "already handed out the secret"):
            wizard.action_get_pin()

    def test_iq_that_salto_no_longer_holds_as_activated(self):
        iq = self.with_iq()
        iq.activation_state = "activated"
        self.harbour.action_get_iqs()
        self.assertEqual(iq.activation_state, "reactivation_needed")

    # -- locks

    def test_get_locks_reads_all_pages(self):
        self.assertGreaterEqual(len(self.integration.lock_ids), 40)
        self.assertEqual(find_lock(self.integration, "Studio 1").salto_iq_id, self.iq)
        self.assertFalse(find_lock(self.integration, "Bicycle cellar").salto_iq_id)

    def test_lock_that_is_gone_is_archived_and_comes_back(self):
        ghost = self.lock.copy({"lock_id": "00000000-0000-4000-8000-000000000000"})
        self.lock.active = False
        self.integration.action_get_locks()
        self.assertFalse(ghost.active)
        self.assertTrue(self.lock.active)

    def test_empty_answer_archives_nothing(self):
        self.env["salto.ks.lock"]._update_from_salto(self.integration, [])
        self.assertTrue(self.lock.active)

    # -- switching on

    def test_activation_lists_all_that_is_missing(self):
        bare = self.env["salto.ks.integration"].create(
            {"name": "Bare", "site_uid": "NL1", "open_stage_ids": False}
        )
        with self.assertRaises(UserError) as caught:
            bare.action_activate()
        for what in ("username", "Resolve site ID", "PIN", "Get locks", "Mapping"):
            self.assertIn(what, str(caught.exception))
        self.assertEqual(bare.state, "inactive")

    def test_sensible_defaults(self):
        fresh = self.env["salto.ks.integration"].create({"name": "Fresh"})
        self.assertEqual(fresh.minutes_before, 15)
        self.assertEqual(fresh.last_open_field_id.name, "salto_ks_last_open")
        self.assertEqual(fresh.checkin_stage_id.name, "Checked in")
        self.assertIn("Confirmed", fresh.open_stage_ids.mapped("name"))

    def test_open_field_must_be_safe(self):
        start = self.env["ir.model.fields"]._get("resource.booking", "start")
        with self.assertRaisesRegex(ValidationError, "not safe"):
            self.integration.last_open_field_id = start

    # -- mapping

    def test_one_row_for_an_object_and_sub_object(self):
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(UniqueViolation),
            self.env.cr.savepoint(),
        ):
            self.integration.mapping_ids[0].copy()

    def test_rows_open_only_locks_of_their_own_site(self):
        self.with_iq()
        self.harbour.action_get_locks()
        with self.assertRaisesRegex(ValidationError, "own Salto site"):
            self.integration.mapping_ids[0].lock_ids = self.harbour.lock_ids[0]
