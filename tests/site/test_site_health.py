from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.exceptions import UserError
from odoo.http import root
from odoo.tests import Form, HttpCase, TransactionCase, tagged

from ..common import (
    PASSWORD,
    PLAIN_USERNAME,
    USERNAME,
    SaltoCaseMixin,
    create_integration,
    find_lock,
)


def refresh_sites(env):
    """Run the scheduled action as the scheduler does."""
    env.flush_all()
    env.ref("resource_booking_salto_ks.cron_refresh_site").method_direct_trigger()
    env.invalidate_all()


@tagged("post_install", "-at_install")
class TestChecklist(SaltoCaseMixin, TransactionCase):
    def level(self, step, integration=None):
        integration = integration or self.integration
        integration.invalidate_recordset(["checklist"])
        return {line["step"]: line for line in integration.checklist}[step]

    def test_bare_site_lacks_all_but_the_defaults(self):
        bare = self.env["salto.ks.integration"].create({"name": "Bare"})
        levels = {line["step"]: line["level"] for line in bare.checklist}
        self.assertEqual(levels.pop("platform"), "ok")
        self.assertEqual(levels.pop("details"), "ok")
        self.assertEqual(set(levels.values()), {"missing"})
        for line in bare.checklist:
            self.assertEqual(bool(line["why"]), line["level"] != "ok")

    def test_buttons_of_the_list_exist(self):
        bare = self.env["salto.ks.integration"].create({"name": "Bare"})
        names = [line["button"][0] for line in bare.checklist if line["button"]]
        self.assertTrue(names)
        for name in names:
            self.assertTrue(callable(getattr(bare, name)))

    def test_connected_site_is_amber_only_for_iqs_that_wait(self):
        levels = {line["step"]: line["level"] for line in self.integration.checklist}
        self.assertEqual(levels.pop("iq"), "warn")
        self.assertEqual(set(levels.values()), {"ok"})
        self.assertIn("1 of 3 IQs", self.level("iq")["why"])

    def test_iqs_that_are_known_need_not_be_fetched_again(self):
        self.iq.activation_state = "not_activated"
        self.assertEqual(
            self.level("iq")["why"], "Activate at least one IQ with its PIN."
        )

    def test_an_account_that_is_no_admin_is_not_green(self):
        self.integration.username = PLAIN_USERNAME
        self.assertEqual(self.level("access")["level"], "ok")
        # To expect an exception would undo what the test has kept.
        try:
            self.integration.action_test_access()
        except UserError as error:
            self.assertIn("not a site admin", str(error))
        self.env.invalidate_all()
        self.assertEqual(self.level("access")["level"], "missing")
        self.assertIn("not a site admin", self.level("access")["why"])
        self.assertEqual(self.level("access")["button"][0], "action_test_access")
        self.integration.write({"username": USERNAME, "password": PASSWORD})
        self.integration.action_test_access()
        self.env.invalidate_all()
        self.assertEqual(self.level("access")["level"], "ok")

    def test_an_iq_that_is_offline_is_looked_at_again(self):
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"online": False})
        self.integration.action_get_iqs()
        line = self.level("iq")
        self.assertEqual(line["level"], "warn")
        self.assertIn(f"Offline: {self.iq.name}.", line["why"])
        name, label = line["button"]
        self.assertEqual(label, "Look again")
        self.age()
        answer = getattr(self.integration, name)()
        self.assertIn("Still offline", answer["params"]["message"])
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"online": True})
        self.age()
        answer = getattr(self.integration, name)()
        self.assertIn("online", answer["params"]["message"])
        self.assertTrue(self.iq.online)
        self.assertNotIn("Offline", self.level("iq")["why"])

    def age(self):
        """As if Salto had told the IQ's state a minute ago."""
        self.iq.looked_at -= timedelta(minutes=1)

    def test_a_site_without_rows_is_offered_some(self):
        self.assertFalse(self.level("mapping")["button"])
        self.integration.mapping_ids.unlink()
        self.assertEqual(
            self.level("mapping")["button"], ["action_suggest_mapping", "Suggest rows"]
        )

    def test_iq_that_was_reset_is_amber(self):
        self.iq.restore_required = True
        self.assertEqual(self.level("iq")["level"], "warn")
        self.assertIn("wait to be restored: 1", self.level("iq")["why"])

    def test_rows_without_a_door_that_opens_are_amber(self):
        cellar = find_lock(self.integration, "Bicycle cellar")
        self.integration.mapping_ids[0].lock_ids = cellar
        self.assertEqual(self.level("mapping")["level"], "warn")


@tagged("post_install", "-at_install")
class TestContact(SaltoCaseMixin, TransactionCase):
    def silence(self):
        self.simulator.fault("GET", "/v1.2/sites/*/iqs", "status", status=503)

    def refresh(self):
        refresh_sites(self.env)

    def activities(self):
        kind = self.env.ref("resource_booking_salto_ks.activity_type_silence")
        return self.integration.activity_ids.filtered(
            lambda activity: activity.activity_type_id == kind
        )

    def next_looks(self):
        cron = self.env.ref("resource_booking_salto_ks.cron_refresh_site")
        return self.env["ir.cron.trigger"].search_count([("cron_id", "=", cron.id)])

    def test_an_iq_that_went_down_is_looked_at_again_soon(self):
        refresh_sites(self.env)
        self.assertEqual(self.next_looks(), 0)
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"online": False})
        refresh_sites(self.env)
        self.assertEqual(self.next_looks(), 1)
        self.env["ir.cron.trigger"].search([]).unlink()
        self.iq.offline_since -= timedelta(hours=2)
        refresh_sites(self.env)
        self.assertEqual(self.next_looks(), 0)

    def test_good_contact_is_kept(self):
        self.refresh()
        self.assertTrue(self.integration.last_contact_at)
        self.assertFalse(self.integration.failing_since)

    def test_silence_is_shown_and_does_not_crash(self):
        self.silence()
        self.refresh()
        self.assertTrue(self.integration.failing_since)
        self.assertIn("out of order", self.integration.last_error)
        self.assertFalse(self.activities())

    def test_lasting_silence_calls_a_manager_once_and_clears_itself(self):
        self.silence()
        self.refresh()
        for minutes in (31, 46):
            with freeze_time(fields.Datetime.now() + timedelta(minutes=minutes)):
                self.refresh()
        self.assertEqual(len(self.activities()), 1)
        self.assertIn("Studio House", self.activities().summary)
        self.simulator.control("faults", method="DELETE")
        self.refresh()
        self.assertFalse(self.activities())
        self.assertFalse(self.integration.failing_since)
        self.assertTrue(self.integration.last_error)

    def test_refused_wish_is_no_silence(self):
        self.env["salto.ks.vault"].sudo()._put("iq_pin", self.iq, "0000")
        self.as_receptionist().action_salto_ks_open_door()
        self.env.invalidate_all()
        self.assertFalse(self.integration.failing_since)

    def test_opening_that_finds_nobody_is_silence(self):
        self.simulator.fault("PATCH", "*/locking", "reset_before")
        self.as_receptionist().action_salto_ks_open_door()
        self.env.invalidate_all()
        self.assertTrue(self.integration.failing_since)


@tagged("post_install", "-at_install")
class TestRefresh(SaltoCaseMixin, TransactionCase):
    def refresh(self):
        refresh_sites(self.env)

    def test_refresh_notices_what_went_offline(self):
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"online": False})
        self.simulator.control(
            f"locks/{self.lock.lock_id}", {"battery_level": "critical"}
        )
        self.refresh()
        self.assertFalse(self.iq.online)
        self.assertEqual(self.lock.battery_level, "critical")

    def test_refresh_makes_no_call_per_lock(self):
        before = len(self.simulator.state()["requests"])
        self.refresh()
        requests = self.simulator.state()["requests"][before:]
        self.assertLess(len(requests), 10)

    def test_sites_that_are_off_are_left_alone(self):
        self.integration.action_deactivate()
        before = self.simulator.state()["requests"]
        self.refresh()
        self.assertEqual(self.simulator.state()["requests"], before)

    def test_a_site_that_fails_stops_no_other(self):
        create_integration(
            self.env, name="A broken one", site_id="nowhere", password="wrong"
        ).state = "active"
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"online": False})
        self.refresh()
        self.assertFalse(self.iq.online)


@tagged("post_install", "-at_install")
class TestAnotherSite(SaltoCaseMixin, TransactionCase):
    def test_another_account_has_to_activate_again(self):
        self.integration.username = "owner@studio.example"
        self.assertEqual(self.iq.activation_state, "not_activated")
        self.assertEqual(self.integration.state, "inactive")
        self.assertTrue(self.integration.site_id)
        secrets = self.env["salto.ks.vault"].sudo().search([("iq_id", "=", self.iq.id)])
        self.assertFalse(secrets)

    def test_another_site_forgets_what_was_known(self):
        self.as_receptionist().action_salto_ks_open_door()
        self.integration.site_uid = "NL6254340083"
        self.assertFalse(self.integration.site_id)
        self.assertFalse(self.integration.iq_ids)
        self.assertFalse(self.integration.lock_ids)
        self.assertEqual(self.integration.state, "inactive")
        self.assertEqual(len(self.booking.salto_ks_opening_ids), 1)

    def test_back_again_everything_returns(self):
        self.integration.site_uid = "NL6254340083"
        self.integration.site_uid = "NL6254340082"
        self.integration.action_resolve_site_id()
        self.integration.action_get_iqs()
        self.integration.action_get_locks()
        self.assertTrue(self.lock.active)
        self.assertEqual(self.lock.salto_iq_id, self.iq)

    def test_form_says_what_is_lost_before_saving(self):
        with (
            self.assertNoLogs("odoo.tests.form.onchange", "WARNING"),
            Form(self.integration) as form,
        ):
            self.assertFalse(form.change_warning)
            form.site_uid = "NL6254340083"
            self.assertIn("removes its ID", form.change_warning)
            self.assertIn("Discard", form.change_warning)
            form.site_uid = "NL6254340082"
            self.assertFalse(form.change_warning)
            form.username = "else@studio.example"
            self.assertIn("PINs belong to the account", form.change_warning)
            form.username = self.integration.username

    def test_form_warns_of_nothing_where_nothing_is_lost(self):
        harbour = create_integration(self.env, site_uid="NL6254340083")
        harbour.action_resolve_site_id()
        with Form(harbour) as form:
            form.username = "else@studio.example"
            self.assertFalse(form.change_warning)
            form.site_uid = "NL6254340082"
            self.assertFalse(form.change_warning)

    def test_deleting_a_used_site_says_why_not(self):
        self.booking.with_user(self.receptionist).action_salto_ks_open_door()
        with self.assertRaisesRegex(UserError, "stays on record.*archive it instead"):
            self.integration.unlink()

    def test_other_changes_forget_nothing(self):
        self.integration.write({"name": "New name", "minutes_before": 30})
        self.assertEqual(self.iq.activation_state, "activated")
        self.assertEqual(self.integration.state, "active")


@tagged("post_install", "-at_install")
class TestCopy(SaltoCaseMixin, TransactionCase):
    def copy_database(self):
        parameters = self.env["ir.config_parameter"].sudo()
        parameters.set_param("database.uuid", "another-database")
        self.env.invalidate_all()

    def test_copy_opens_nothing_and_stays_silent(self):
        self.copy_database()
        booking = self.as_receptionist()
        self.assertIn("is a copy", booking.salto_ks_open_verdict)
        before = self.simulator.state()["requests"]
        with self.assertRaisesRegex(UserError, "is a copy"):
            booking.action_salto_ks_open_door()
        refresh_sites(self.env)
        with self.assertRaisesRegex(UserError, "is a copy"):
            self.integration.action_test_access()
        self.assertEqual(self.simulator.state()["requests"], before)

    def test_confirmed_copy_opens_and_logs_in_afresh(self):
        self.as_receptionist().action_salto_ks_open_door()
        self.copy_database()
        self.integration.action_confirm_database()
        vault = self.env["salto.ks.vault"].sudo()
        self.assertFalse(vault._has("token", self.integration))
        self.assertTrue(self.as_receptionist().salto_ks_can_open)


@tagged("post_install", "-at_install")
class TestProduction(SaltoCaseMixin, HttpCase):
    def call(self, method):
        answer = self.url_open(
            f"/web/dataset/call_button/salto.ks.integration/{method}",
            json={
                "params": {
                    "model": "salto.ks.integration",
                    "method": method,
                    "args": [[self.integration.id]],
                    "kwargs": {},
                }
            },
        )
        return answer.json().get("result")

    def test_switching_to_production_asks_who_you_are(self):
        self.authenticate("admin", "admin")
        # As if the login were a while ago.
        self.session["identity-check-last"] = 0
        self.session.should_rotate = False
        root.session_store.save(self.session)
        answer = self.call("action_use_production")
        self.assertEqual(answer["res_model"], "res.users.identitycheck")
        self.assertEqual(self.integration.environment, "acceptance")

    def test_back_to_acceptance_needs_no_check(self):
        self.integration.environment = "production"
        self.authenticate("admin", "admin")
        self.call("action_use_acceptance")
        self.integration.invalidate_recordset()
        self.assertEqual(self.integration.environment, "acceptance")
