import os
from datetime import timedelta
from unittest.mock import patch

from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, TransactionCase, tagged

from ..common import (
    PLAIN_USERNAME,
    UNTOUCHED_SITE_UID,
    SaltoCaseMixin,
    create_booking,
    create_integration,
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
        with self.assertRaisesRegex(UserError, "not a site admin"):
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

    def test_settings_come_from_their_row_without_variables(self):
        url = os.environ["SALTO_KS_ACCEPTANCE_API_URL"]
        self.env.ref("resource_booking_salto_ks.platform_acceptance").write(
            {
                "client_id": "demo-client",
                "client_secret": "demo-secret",
                "identity_url": url,
                "api_url": url,
            }
        )
        with patch.dict(os.environ):
            for name in list(os.environ):
                if name.startswith("SALTO_KS_ACCEPTANCE_"):
                    del os.environ[name]
            self.assertRegex(
                self.message(self.harbour.action_test_access()), "Access works"
            )

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

    def test_activation_without_a_site_uid_says_what_to_do(self):
        with Form(self.env["salto.ks.integration"]) as form:
            form.name = "No UID yet"
        with self.assertRaisesRegex(UserError, "Fill in the site UID"):
            form.save().action_activate()

    def test_site_uid_of_an_active_site_is_not_emptied_by_accident(self):
        with (
            self.assertRaisesRegex(AssertionError, "site_uid is a required field"),
            Form(self.integration) as form,
        ):
            form.site_uid = False

    def test_activation_says_what_follows(self):
        later = create_booking(self.env, self.venue, 1, timedelta(days=2))
        friend = self.env["res.partner"].create(
            {"name": "Friend", "email": "friend@guest.example"}
        )
        later.partner_ids += friend
        later.action_confirm()
        create_booking(self.env, self.venue, 1, timedelta(days=30))
        self.integration.action_deactivate()
        message = self.message(self.integration.action_activate())
        self.assertIn("Studio House is active", message)
        self.assertIn("Bookings that get access now: 2,", message)
        self.assertIn("people new to Salto: 2.", message)

    def test_activation_without_access_groups_says_so_too(self):
        self.integration.sync_access = False
        message = self.message(self.integration.action_activate())
        self.assertEqual(message, "Studio House is active: doors open from Odoo.")

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
