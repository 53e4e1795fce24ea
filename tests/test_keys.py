"""Replacing the key that secrets are kept with, and what a lost key leaves behind."""

import os
from contextlib import contextmanager
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged

from ..models import keyring
from .common import PASSWORD, create_integration
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
        self.assertIn("Bring the key back", lines[0])
        self.assertIn("Client secret, production: type it again above", lines[1])
        self.assertRegex(trouble, "IQs of Studio House .IQ 01 Ground floor.: let")
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
        with self.assertRaises(AccessError):
            settings.action_salto_ks_use_newest_key()
