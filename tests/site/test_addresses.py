"""Secrets belong to the addresses that they were entered for."""

import os
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.modules.module import get_module_path, load_script
from odoo.tests import Form, TransactionCase, tagged

from ...models.site import platform
from ..common import PASSWORD, UNTOUCHED_SITE_UID, SaltoCaseMixin, create_integration
from ..simulator_process import SimulatorProcess


@tagged("post_install", "-at_install")
class TestAddresses(SaltoCaseMixin, TransactionCase):
    """Addresses are in the settings here; a second simulator is somebody else's."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.elsewhere = SimulatorProcess()
        cls.addClassCleanup(cls.elsewhere.stop)

    def setUp(self):
        super().setUp()
        self.elsewhere.reset()
        environ = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith("SALTO_KS_ACCEPTANCE_")
        }
        self.enterContext(patch.dict(os.environ, environ, clear=True))
        self.save_settings(
            client_id="demo-client",
            client_secret="demo-secret",
            identity_url=self.simulator.url,
            api_url=self.simulator.url,
        )
        self.harbour = create_integration(
            self.env, name="Harbour Rooms", site_uid=UNTOUCHED_SITE_UID
        )
        self.simulator.reset()

    def save_settings(self, **values):
        """As an administrator does on the form; returns its note before saving."""
        row = self.env.ref("resource_booking_salto_ks.platform_acceptance")
        with Form(row) as page:
            for name, value in values.items():
                page[name] = value
            return page.note or ""

    def turn(self, *names):
        """Let the settings name the other simulator."""
        return self.save_settings(**dict.fromkeys(names, self.elsewhere.url))

    def assert_nothing_went_elsewhere(self):
        self.assertEqual(self.elsewhere.state()["requests"], [])

    def test_it_works_as_long_as_nothing_changes(self):
        self.harbour.action_test_access()
        self.save_settings(client_id="demo-client")
        self.harbour.action_test_access()

    def test_no_secret_goes_to_another_address(self):
        self.harbour.action_test_access()
        for names in (
            ("identity_url",),
            ("api_url",),
            ("identity_url", "api_url"),
        ):
            with self.subTest(changed=names):
                note = self.turn(*names)
                self.assertIn("Enter it again", note)
                self.harbour.invalidate_recordset()
                self.assertFalse(self.harbour.has_password)
                with self.assertRaisesRegex(UserError, "client secret again"):
                    self.harbour.action_test_access()
                self.assert_nothing_went_elsewhere()
                self.save_settings(
                    identity_url=self.simulator.url, api_url=self.simulator.url
                )
        self.harbour.action_test_access()

    def test_what_is_written_past_the_form_counts_as_well(self):
        row = self.env.ref("resource_booking_salto_ks.platform_acceptance")
        row.write(dict.fromkeys(platform.ADDRESS_NAMES, self.elsewhere.url))
        with self.assertRaisesRegex(UserError, "client secret again"):
            self.harbour.action_test_access()
        self.assert_nothing_went_elsewhere()

    def test_who_knows_the_client_secret_gets_no_password(self):
        self.harbour.action_test_access()
        note = self.save_settings(
            client_secret="demo-secret",
            identity_url=self.elsewhere.url,
            api_url=self.elsewhere.url,
        )
        self.assertIn("another address", note, "what is typed is not stored yet")
        with self.assertRaisesRegex(UserError, "type the password again"):
            self.harbour.action_test_access()
        self.assert_nothing_went_elsewhere()
        self.harbour.password = PASSWORD
        self.assertTrue(self.harbour.has_password)
        self.harbour.action_test_access()
        self.assertTrue(self.elsewhere.state()["requests"])

    def test_another_environment_is_another_address(self):
        self.harbour.environment = "production"
        self.assertFalse(self.harbour.has_password)

    def test_environment_variables_may_send_stored_secrets_elsewhere(self):
        with patch.dict(os.environ, self.variables("identity_url", "api_url")):
            self.assertTrue(self.harbour.has_password)
            self.harbour.action_test_access()
        self.assertTrue(self.elsewhere.state()["requests"])

    def test_a_token_does_not_follow_the_environment_variables(self):
        self.harbour.action_test_access()
        with patch.dict(os.environ, self.variables("identity_url", "api_url")):
            self.harbour.action_resolve_site_id()
        paths = [one["path"] for one in self.elsewhere.state()["requests"]]
        self.assertEqual(paths[0], "/connect/token", "a new login came first")

    def test_one_variable_speaks_for_its_own_address_only(self):
        self.turn("api_url")
        with (
            patch.dict(os.environ, self.variables("identity_url")),
            self.assertRaisesRegex(UserError, "client secret again"),
        ):
            self.harbour.action_test_access()
        self.assert_nothing_went_elsewhere()

    def test_secret_of_the_environment_goes_to_no_address_of_the_settings(self):
        name = platform.variable_name("acceptance", "client_secret")
        with (
            patch.dict(os.environ, {name: "demo-secret"}),
            self.assertRaisesRegex(UserError, "Set the address by a variable"),
        ):
            self.harbour.action_test_access()

    def variables(self, *names):
        return {
            platform.variable_name("acceptance", name): self.elsewhere.url
            for name in names
        }

    def test_update_binds_what_was_stored_before(self):
        vault = self.env["salto.ks.vault"].sudo().search([])
        vault.write({"identity_url": False, "api_url": False})
        self.harbour.invalidate_recordset()
        self.assertFalse(self.harbour.has_password)
        folder = get_module_path("resource_booking_salto_ks")
        script = f"{folder}/migrations/19.0.1.1.0/post-bind-secrets.py"
        load_script(script, "bind_secrets").migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()
        self.harbour.action_test_access()
        self.assertFalse(vault.filtered(lambda row: row.iq_id and row.identity_url))
