import json
import logging
import os
from unittest.mock import patch

from cryptography.fernet import Fernet

from odoo.exceptions import AccessError, UserError
from odoo.models import MAGIC_COLUMNS
from odoo.modules.neutralize import get_neutralization_queries
from odoo.tests import TransactionCase, tagged

from ..common import IQ_PIN, IQ_SECRET, PASSWORD, SaltoCaseMixin

SECRETS = (PASSWORD, IQ_SECRET, IQ_PIN)


@tagged("post_install", "-at_install")
class TestSecrets(SaltoCaseMixin, TransactionCase):
    def vault(self):
        return self.env["salto.ks.vault"].sudo()

    def assert_no_secret(self, value):
        # Its port may have the PIN's digits.
        text = str(value).replace(self.simulator.url.rpartition("/")[-1], "simulator")
        for secret in SECRETS:
            self.assertNotIn(secret, text)

    def test_database_holds_no_secret_in_the_clear(self):
        self.env.flush_all()
        self.env.cr.execute("SELECT string_agg(v::text, ' ') FROM salto_ks_vault v")
        self.assert_no_secret(self.env.cr.fetchone()[0])

    def test_password_is_never_sent_back(self):
        self.integration.password = "typed just now"
        self.assertTrue(self.integration.has_password)
        self.assertFalse(self.integration.password)
        fresh = self.integration.create({"name": "Fresh", "password": "typed just now"})
        self.assertNotIn("typed just now", str(fresh.read()))
        self.assert_no_secret(self.integration.read())
        self.assert_no_secret(self.iq.read())

    def test_saving_without_a_password_keeps_it(self):
        self.integration.write({"name": "Renamed", "password": False})
        self.assertEqual(self.vault()._get("password", self.integration), PASSWORD)

    def test_vault_is_nobodys(self):
        admin = self.env.ref("base.user_admin")
        for user in (admin, self.receptionist):
            with self.assertRaises(AccessError):
                self.env["salto.ks.vault"].with_user(user).search([]).read()

    def test_no_door_leads_into_the_vault(self):
        rows = self.vault().search([])
        self.assertTrue(rows)
        for user in (self.env.ref("base.user_admin"), self.receptionist):
            vault = rows.with_user(user)
            for way in (
                lambda one: one.read(),
                lambda one: one.web_read({"ciphertext": {}}),
                lambda one: one.export_data(["kind", "ciphertext"]),
                lambda one: one.copy_data(),
                lambda one: one.write({"ciphertext": "x"}),
                lambda one: one.unlink(),
                lambda one: one.create({"kind": "password", "ciphertext": "x"}),
                lambda one: one.search_read([], ["ciphertext"]),
                lambda one: one.web_search_read([], {"ciphertext": {}}),
                lambda one: one.search_count([("ciphertext", "like", "g")]),
                lambda one: one.name_search("1"),
                lambda one: one.formatted_read_group([], ["kind"], ["__count"]),
            ):
                # AccessError, or that the right to export is missing.
                with self.assertRaises(UserError):
                    way(vault)
            # Odoo describes any model's fields, but not these.
            self.assertNotIn("ciphertext", vault.fields_get())

    def test_typed_pins_leave_the_dialog_by_no_door(self):
        manager = self.env.ref("base.user_admin")
        wizard = (
            self.env["salto.ks.pin.activation"]
            .with_user(manager)
            .create({"iq_id": self.iq.id, "current_pin": "8642", "new_pin": "9753"})
        )
        names = ["current_pin", "new_pin", "new_pin_repeated"]
        answers = [
            wizard.export_data(names),
            wizard.copy_data(),
            wizard.default_get(names),
            wizard.web_read(dict.fromkeys(names, {})),
            wizard.web_save({"current_pin": "8642"}, dict.fromkeys(names, {})),
            wizard.action_type_pin(),
        ]
        for answer in answers:
            self.assertNotIn("8642", str(answer))
            self.assertNotIn("9753", str(answer))
        for name in names:
            with self.assertRaises(ValueError):
                wizard.search([(name, "=", "8642")])

    def test_client_secret_leaves_the_settings_by_no_door(self):
        secret = "client-secret-typed"
        row = self.env.ref("resource_booking_salto_ks.platform_production")
        row.client_secret = secret
        self.assertIn("is stored", row.note)
        name = "client_secret"
        for answer in (
            row.read(),
            row.export_data([name]),
            row.default_get([name]),
            row.copy_data(),
            self.env["ir.config_parameter"].search([]).mapped("value"),
        ):
            self.assertNotIn(secret, str(answer))
        self.assertEqual(self.vault()._get("client_secret_production"), secret)

    def test_what_is_typed_is_not_in_the_answer(self):
        secret = "typed just now"
        for model, name, vals in (
            ("salto.ks.integration", "password", {}),
            ("salto.ks.pin.activation", "current_pin", {"iq_id": self.iq.id}),
            ("salto.ks.pin.activation", "new_pin", {"iq_id": self.iq.id}),
            ("salto.ks.pin.activation", "new_pin_repeated", {"iq_id": self.iq.id}),
        ):
            typed = "9753" if name.endswith(("pin", "repeated")) else secret
            models = self.env[model].with_user(self.env.ref("base.user_admin"))
            with_default = models.with_context(**{f"default_{name}": typed})
            vals, spec = {**vals, name: typed}, {name: {}}
            record = models.create(vals)
            for answer in (
                models.web_save(vals, spec),
                record.web_save(vals, spec),
                record.web_save_multi([vals], spec),
                record.read([name]),
                record.export_data([name]),
                models.onchange(vals, [], spec),
                models.onchange(vals, [name], spec),
                record.onchange(vals, [name], spec),
                with_default.onchange({}, [], spec),
                with_default.default_get([name]),
                with_default.new({}).web_read(spec),
            ):
                with self.subTest(field=name, answer=answer):
                    self.assertNotIn(typed, str(answer))

    def test_typed_client_secret_is_not_in_the_answer(self):
        row = self.env.ref("resource_booking_salto_ks.platform_acceptance")
        row = row.with_user(self.env.ref("base.user_admin"))
        typed, spec = "typed just now", {"client_secret": {}}
        vals = {"client_secret": typed}
        for answer in (
            row.web_save(vals, spec),
            row.web_save_multi([vals], spec),
            row.read(["client_secret"]),
            row.onchange(vals, [], spec),
            row.onchange(vals, ["client_secret"], spec),
        ):
            self.assertNotIn(typed, str(answer))

    def test_no_secret_becomes_a_default(self):
        """A stored default is in the clear, and whoever has the right may read it."""
        self.env["ir.default"].set("salto.ks.integration", "password", "typed")
        fresh = self.env["salto.ks.integration"].create({"name": "Fresh"})
        self.assertFalse(fresh.has_password)

    def test_settings_are_administrators_alone(self):
        parameters = self.env["ir.config_parameter"]
        prefix = "resource_booking_salto_ks"
        parameters.set_param(f"{prefix}.opening_retention_days", "4321")
        row = self.env.ref(f"{prefix}.platform_production")
        row.client_id = "our-client"
        settings = self.env["res.config.settings"]
        names = [
            field.name
            for field in settings._fields.values()
            if prefix in field._modules
        ]
        self.assertIn("4321", str(settings.default_get(names)))
        portal = self.env.ref("base.group_portal")
        for user in (self.receptionist, self.env.ref("base.public_user"), portal):
            if user == portal:
                user = self.receptionist.copy(
                    {"login": "guest", "group_ids": portal.ids}
                )
            theirs = settings.with_user(user)
            context = {f"default_{name}": "1" for name in names}
            self.assertEqual(theirs.default_get(names), {})
            self.assertEqual(theirs.with_context(**context).default_get(names), {})
            self.assertFalse(theirs.fields_get(names))
            with self.assertRaises(AccessError):
                theirs.onchange({}, [], {name: {} for name in names})
            with self.assertRaises(AccessError):
                theirs.new({}).read(names[:1])
            for way in (
                lambda user=user: row.with_user(user).read(["client_id"]),
                lambda user=user: row.with_user(user).write({"api_url": "x"}),
                lambda user=user: row.with_user(user).search([]),
            ):
                with self.assertRaises(AccessError):
                    way()

    def test_tag_is_for_those_who_work_with_it(self):
        guest = self.venue["guest"]
        guest.salto_ks_tag = "01234567"
        self.assertEqual(
            guest.with_user(self.receptionist).salto_ks_tag,
            "01234567",
        )
        colleague = self.receptionist.copy(
            {"login": "colleague", "group_ids": self.env.ref("base.group_user").ids}
        )
        theirs = guest.with_user(colleague)
        for way in (
            lambda: theirs.read(["salto_ks_tag"]),
            lambda: theirs.search([("salto_ks_tag", "=", "01234567")]),
            lambda: theirs.write({"salto_ks_tag": "2"}),
            lambda: theirs.create({"name": "New", "salto_ks_tag": "2"}),
            lambda: theirs.formatted_read_group([], ["salto_ks_tag"], ["__count"]),
        ):
            with self.assertRaises(AccessError):
                way()
        self.assertNotIn("salto_ks_tag", theirs.fields_get())

    def test_entered_pins_come_back_as_dots_only(self):
        wizard = self.env["salto.ks.pin.activation"].create(
            {"iq_id": self.iq.id, "current_pin": "8642", "new_pin": "9753"}
        )
        # The digits of a moment may be anything.
        shown = str(wizard.read(list({*wizard._fields} - {*MAGIC_COLUMNS})))
        self.assertNotIn("8642", shown)
        self.assertNotIn("9753", shown)
        wizard.write({"current_pin": wizard.current_pin})
        self.assertEqual(self.vault()._get("entered_pin", self.iq), "8642")

    def test_no_door_of_odoo_shows_a_secret(self):
        admin = self.env.ref("base.user_admin")
        for record, names in (
            (self.integration, ["password"]),
            (self.iq, ["iq_id"]),
        ):
            model = record.with_user(admin)
            for shown in (
                model.export_data(["name", *names]),
                model.copy_data(),
                model.default_get(list(model._fields)),
                model.web_read({name: {} for name in model._fields if name != "id"})
                if record == self.iq
                else model.web_read({"password": {}, "has_password": {}}),
                model.name_search("Studio"),
                model.fields_get(),
            ):
                self.assert_no_secret(shown)

    def test_secrets_can_be_neither_searched_nor_grouped(self):
        integrations = self.env["salto.ks.integration"].with_user(
            self.env.ref("base.user_admin")
        )
        with self.assertRaises(ValueError):
            integrations.search([("password", "=", PASSWORD)])
        with self.assertRaises(ValueError):
            integrations.formatted_read_group([], ["password"], ["__count"])

    def test_tracking_tells_no_password(self):
        self.integration.password = "typed just now"
        self.env.flush_all()
        self.assertNotIn(
            "typed just now", str(self.integration.message_ids.mapped("body"))
        )
        values = self.integration.message_ids.tracking_value_ids.mapped(
            "new_value_char"
        )
        self.assertNotIn("typed just now", values)

    def test_debug_log_of_an_opening_tells_no_secret(self):
        with self.assertLogs(level="DEBUG") as logged:
            self.as_receptionist().action_salto_ks_open_door()
        token = self.vault()._get("token", self.integration)
        access_token = json.loads(token)["access_token"]
        lines = "\n".join(logged.output)
        self.assert_no_secret(lines)
        self.assertNotIn(access_token, lines)

    def test_debug_log_of_odoo_tells_no_typed_secret(self):
        logger = logging.getLogger("odoo.service.model")
        with self.assertLogs(logger, "DEBUG") as logged:
            logger.debug("call %s.web_save(%r)", "x", {"current_pin": IQ_PIN})
            logger.debug("call %s.web_save(%r)", "x", {"password": PASSWORD})
        self.assert_no_secret(logged.output)

    def test_copy_of_a_site_takes_no_password_along(self):
        self.assertFalse(self.integration.copy().has_password)

    def test_old_keys_still_decrypt_and_the_first_encrypts(self):
        old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
        with patch.dict(os.environ, {"SALTO_KS_ENCRYPTION_KEYS": old}):
            self.vault()._put("password", self.integration, "kept")
        with patch.dict(os.environ, {"SALTO_KS_ENCRYPTION_KEYS": f"{new},{old}"}):
            self.assertEqual(self.vault()._get("password", self.integration), "kept")
            self.vault()._put("password", self.integration, "newer")
        with patch.dict(os.environ, {"SALTO_KS_ENCRYPTION_KEYS": new}):
            self.assertEqual(self.vault()._get("password", self.integration), "newer")

    def test_lost_key_is_a_sentence(self):
        key = Fernet.generate_key().decode()
        with (
            patch.dict(os.environ, {"SALTO_KS_ENCRYPTION_KEYS": key}),
            self.assertRaisesRegex(UserError, "encryption key"),
        ):
            self.integration.action_test_access()

    def test_malformed_key_is_a_sentence(self):
        with (
            patch.dict(os.environ, {"SALTO_KS_ENCRYPTION_KEYS": "nonsense"}),
            self.assertRaisesRegex(UserError, "Fernet keys"),
        ):
            self.integration.action_test_access()

    def test_lost_key_leaves_a_record_of_the_attempt(self):
        key = Fernet.generate_key().decode()
        with patch.dict(os.environ, {"SALTO_KS_ENCRYPTION_KEYS": key}):
            answer = self.as_receptionist().action_salto_ks_open_door()
        self.assertIn("encryption key", answer["params"]["message"])
        self.assertEqual(self.booking.salto_ks_opening_ids.state, "not_sent")

    def test_neutralized_copy_opens_nothing(self):
        queries = get_neutralization_queries(["resource_booking_salto_ks"])
        self.env.flush_all()
        for query in queries:
            self.env.cr.execute(query)
        self.env.invalidate_all()
        self.assertEqual(self.integration.state, "inactive")
        self.assertFalse(self.vault().search([]))
        with self.assertRaises(UserError):
            self.as_receptionist().action_salto_ks_open_door()
