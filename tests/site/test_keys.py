"""Replacing the key that secrets are kept with, and what a lost key leaves behind."""

import os
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import config

from ...tools import keyring
from ..common import PASSWORD, create_integration
from .test_activation import ActivationCase

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


@contextmanager
def keys(*keys):
    with patch.dict(os.environ, {keyring.KEYS_VARIABLE: ",".join(keys)}):
        yield


@tagged("post_install", "-at_install")
class TestKeys(ActivationCase):
    """All secrets of the two sites are kept with the old key."""

    @classmethod
    def setUpClass(cls):
        cls.enterClassContext(keys(OLD))
        super().setUpClass()
        cls.env["salto.ks.vault"].sudo()._put("client_secret_production", None, "hush")

    def page(self):
        """The settings page as it opens."""
        return Form(self.env["res.config.settings"])

    def use_newest_key(self):
        return self.page().save().action_salto_ks_use_newest_key()["params"]

    def test_all_secrets_move_to_the_newest_key(self):
        count = self.vault.search_count([])
        with keys(NEW, OLD):
            note = self.page().salto_ks_keys_note
            self.assertIn(f"{count} still need an older", note)
            answer = self.use_newest_key()
            self.assertIn(f"now use the newest key: {count}.", answer["message"])
            self.assertEqual(answer["type"], "success")
            page = self.page()
            self.assertIn("None needs an older", page.salto_ks_keys_note)
            self.assertFalse(page.salto_ks_keys_old or page.salto_ks_keys_trouble)
        with keys(NEW):
            self.assertEqual(self.vault._get("password", self.harbour), PASSWORD)
            self.assertIn("opened", self.open_the_door())
        with keys(OLD), self.assertRaisesRegex(UserError, "encryption key"):
            self.vault._get("password", self.harbour)

    def open_the_door(self):
        return self.as_receptionist().action_salto_ks_open_door()["params"]["message"]

    def test_a_second_click_does_no_harm(self):
        with keys(NEW, OLD):
            self.assertEqual(self.use_newest_key(), self.use_newest_key())

    def test_what_no_key_opens_is_named_and_the_rest_moves(self):
        self.harbour._client().login()
        with keys(NEW, OLD):
            self.vault._put("password", self.integration, PASSWORD)
        with keys(NEW):
            answer = self.use_newest_key()
            self.assertEqual(answer["type"], "warning")
            self.assertIn("now use the newest key: 1.", answer["message"])
            trouble = self.page().salto_ks_keys_trouble
        lines = trouble.splitlines()
        self.assertEqual(len(lines), 1 + 3, "and not the token")
        self.assertIn("Restore the key", lines[0])
        self.assertIn("Client secret, production: type it again above", lines[1])
        self.assertRegex(trouble, "IQs of Studio House .IQ 01 Ground floor.: ask")
        self.assertRegex(trouble, "password of Harbour Rooms: type it again")
        self.assertNotIn("password of Studio House", trouble)

    def test_nothing_of_another_company_is_named(self):
        company = self.env["res.company"].create({"name": "Other house"})
        self.env.user.company_ids -= company
        self.harbour.unlink()
        create_integration(self.env, name="Harbour Rooms", company_id=company.id)
        with keys(NEW):
            trouble = self.page().salto_ks_keys_trouble
        self.assertIn("Studio House", trouble)
        self.assertNotIn("Harbour", trouble)
        self.assertIn("Sites of other companies", trouble)

    def test_long_list_of_iqs_is_cut_short(self):
        iqs = self.env["salto.ks.iq"].create(
            [
                {
                    "integration_id": self.harbour.id,
                    "iq_id": f"{number:032x}",
                    "name": f"Extra {number}",
                }
                for number in range(7)
            ]
        )
        for iq in iqs:
            self.vault._put("iq_secret", iq, "hush")
        with keys(NEW):
            self.assertIn("Extra 4 and 2 more", self.page().salto_ks_keys_trouble)

    def test_key_that_is_none_is_a_sentence(self):
        with keys("nonsense"):
            self.assertIn("cannot be used", self.page().salto_ks_keys_trouble)
            with self.assertRaisesRegex(UserError, "cannot be used"):
                self.use_newest_key()

    def test_key_file_may_hold_several_keys(self):
        path = self.enterContext(patch.object(keyring, "_keys_in_file"))
        path.return_value = f"{NEW}, {OLD}\n"
        with keys():
            self.assertEqual(self.vault._get("password", self.harbour), PASSWORD)
            self.use_newest_key()
        path.return_value = NEW
        with keys():
            self.assertEqual(self.vault._get("password", self.harbour), PASSWORD)

    def test_after_a_lost_key_the_sentences_lead_back(self):
        self.set_pin(current_pin=self.get_pin())
        with keys(NEW):
            with self.assertRaisesRegex(UserError, "enter the password again"):
                self.harbour.action_test_access()
            self.harbour.password = PASSWORD
            self.env.flush_all()
            self.harbour.action_test_access()
            self.turn(reset_pins=True)
            self.assertIn("IQ is activated", self.set_pin(current_pin=self.get_pin()))
            self.wizard.action_check_pin()

    def test_only_administrators_do_it(self):
        settings = self.env["res.config.settings"].with_user(self.receptionist)
        for action in ("use_newest_key", "forget_secrets"):
            with self.assertRaises(AccessError):
                getattr(settings, f"action_salto_ks_{action}")()

    # -- the key file

    @contextmanager
    def key_file(self, text=OLD, mode=0o600):
        """A data directory of its own with a key file, and no variable."""
        with (
            keys(),
            TemporaryDirectory() as folder,
            patch.dict(config.options, data_dir=folder),
        ):
            path = Path(folder) / keyring.KEY_FILE_NAME
            if text:
                path.write_text(text)
                path.chmod(mode)
            yield path

    def test_key_file_is_read_when_it_is_odoo_s_alone(self):
        for mode in (0o600, 0o400):
            with self.key_file(mode=mode):
                self.assertEqual(self.vault._get("password", self.harbour), PASSWORD)

    def test_key_file_that_others_can_read_is_refused(self):
        for mode in (0o640, 0o604, 0o644, 0o620, 0o602, 0o610):
            with self.subTest(mode=oct(mode)), self.key_file(mode=mode) as path:
                for attempt in (
                    lambda: self.vault._get("password", self.harbour),
                    lambda: self.vault._put("password", self.harbour, "new"),
                    self.harbour.action_test_access,
                ):
                    with self.assertRaisesRegex(UserError, "chmod 600"):
                        attempt()
                page = self.page()
                self.assertRegex(page.salto_ks_keys_trouble, f"mode is {mode:04o}")
                self.assertFalse(page.salto_ks_keys_missing)
                self.assertEqual(path.read_text(), OLD)

    def test_key_file_that_changes_is_noticed_at_once(self):
        with self.key_file() as path:
            self.assertEqual(self.vault._get("password", self.harbour), PASSWORD)
            path.write_text(NEW)
            with self.assertRaisesRegex(UserError, "encryption key"):
                self.vault._get("password", self.harbour)
            path.write_text(f"{NEW},{OLD}")
            self.assertEqual(self.vault._get("password", self.harbour), PASSWORD)
            path.chmod(0o640)
            with self.assertRaisesRegex(UserError, "chmod 600"):
                self.vault._get("password", self.harbour)

    def test_key_file_is_read_once_for_many_secrets(self):
        with self.key_file(), patch.object(Path, "read_text", autospec=True) as read:
            read.return_value = OLD
            for _time in range(3):
                self.assertEqual(self.vault._get("password", self.harbour), PASSWORD)
        self.assertEqual(read.call_count, 1)

    def test_key_file_of_somebody_else_is_refused(self):
        with self.key_file(), patch.object(os, "geteuid", lambda: 54321):
            stranger = patch.object(keyring, "ROOT", 54322)
            with stranger, self.assertRaisesRegex(UserError, "chmod 600"):
                self.vault._get("password", self.harbour)

    def test_lost_key_file_is_not_replaced_while_there_are_secrets(self):
        with self.key_file(text=None) as path:
            for attempt in (
                lambda: self.vault._get("password", self.harbour),
                lambda: self.vault._put("password", self.harbour, "new"),
                self.use_newest_key,
            ):
                with self.assertRaisesRegex(UserError, "key is missing.*Restore it"):
                    attempt()
            self.assertIn("key is missing", self.page().salto_ks_keys_trouble)
            self.assertFalse(path.exists())
            path.write_text(OLD)
            path.chmod(0o600)
            self.assertEqual(self.vault._get("password", self.harbour), PASSWORD)

    def test_secrets_may_be_forgotten_when_the_key_is_lost(self):
        with self.key_file(text=None) as path:
            page = self.page()
            self.assertTrue(page.salto_ks_keys_missing)
            page.save().action_salto_ks_forget_secrets()
            self.assertFalse(self.vault.search([]))
            self.assertEqual(self.iq.activation_state, "not_activated")
            self.assertEqual(self.integration.state, "inactive")
            self.assertFalse(self.page().salto_ks_keys_trouble)
            self.harbour.password = PASSWORD
            self.assertEqual(path.stat().st_mode & 0o777, 0o600)
            self.harbour.action_test_access()

    def test_nothing_is_forgotten_while_there_is_a_key(self):
        for settings in (self.page().save(), self.env["res.config.settings"]):
            with self.assertRaisesRegex(UserError, "nothing has to be forgotten"):
                settings.action_salto_ks_forget_secrets()
        self.assertTrue(self.vault.search([]))

    def test_fresh_database_makes_a_key_and_takes_one_that_is_there(self):
        self.vault.search([]).unlink()
        with self.key_file(text=None) as path:
            self.vault._put("client_secret_production", None, "hush")
            made = path.read_text()
            self.vault.search([]).unlink()
            # Another database of the same server.
            self.vault._put("client_secret_production", None, "hush")
            self.assertEqual(path.read_text(), made)
            self.assertEqual(self.vault._get("client_secret_production"), "hush")
