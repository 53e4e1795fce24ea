"""Openings as evidence: who opened which door when, for as long as it is wanted."""

from datetime import timedelta

import psycopg2

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, TransactionCase, tagged
from odoo.tools import SQL, mute_logger

from ...hooks import uninstall_hook
from ...models.opening import opening_retention
from ...rules.opening.opening import Code
from ...tools import evidence
from ..common import SaltoCaseMixin, age_openings, create_booking, find_lock


@tagged("post_install", "-at_install")
class TestEvidence(SaltoCaseMixin, TransactionCase):
    def open_door(self):
        self.as_receptionist().action_salto_ks_open_door()
        self.env.invalidate_all()
        return self.booking.salto_ks_opening_ids[:1]

    def test_names_stay_what_they_were(self):
        opening = self.open_door()
        booked = self.booking.display_name
        self.lock.name = "Broom cupboard"
        self.receptionist.partner_id.name = "Somebody else"
        self.booking.unlink()
        self.env.invalidate_all()
        self.assertFalse(opening.booking_id)
        self.assertEqual(opening.booking_name, booked)
        self.assertEqual(opening.lock_name, "Studio 1")
        self.assertEqual(opening.person_name, "Robin Desk")

    def test_how_long_it_took(self):
        self.simulator.fault("PATCH", "*/locking", "delay", seconds=0.3, times=1)
        self.assertGreater(self.open_door().duration, 0.3)

    def test_person_and_door_show_their_openings(self):
        opening = self.open_door()
        person = self.receptionist.partner_id.with_user(self.receptionist)
        self.assertEqual(person.salto_ks_opening_count, 1)
        action = person.action_salto_ks_view_openings()
        found = self.env["salto.ks.opening"].search(action["domain"])
        self.assertEqual(found, opening)
        self.assertEqual(self.lock.opening_ids, opening)

    def test_nobody_changes_or_deletes_them(self):
        opening = self.open_door()
        self.receptionist.group_ids |= self.env.ref("base.group_system") | self.env.ref(
            "resource_booking_salto_ks.group_salto_ks_manager"
        )
        opening = opening.with_user(self.receptionist)
        with self.assertRaises(AccessError):
            opening.write({"state": "refused"})
        with self.assertRaises(AccessError):
            opening.unlink()
        with self.assertRaises(AccessError):
            opening.create({"state": "opened", "channel": "backend"})

    def test_they_are_kept_for_ever_unless_somebody_says_for_how_long(self):
        old = self.open_door()
        long_ago = fields.Datetime.now() - timedelta(days=91)
        with evidence.unlocked(self.env):
            old.write({"requested_at": long_ago, "answered_at": long_ago})
        new = self.open_door()
        gc = self.env["salto.ks.opening"]._gc_openings
        gc()
        self.assertTrue(old.exists())
        with Form(self.env["res.config.settings"]) as settings:
            settings.salto_ks_opening_retention_days = 90
        settings.record.execute()
        gc()
        self.assertFalse(old.exists())
        self.assertTrue(new.exists())

    # -- what the database itself keeps

    def assert_refused(self, action):
        """The database says no, and to whoever asks."""
        with (
            # The second one is what becomes of it in a server action.
            self.assertRaisesRegex((psycopg2.Error, ValueError), "is evidence"),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            action()
            self.env.flush_all()
        self.env.invalidate_all()

    def sql(self, text, *values):
        self.env.cr.execute(SQL(text, *values))

    def other_values(self):
        """A value that differs, for each column that never changes."""
        other = self.env["res.users"].create({"name": "Else", "login": "else"})
        now = fields.Datetime.now()
        return {
            "booking_id": create_booking(self.env, self.venue, studio=1).id,
            "booking_name": "Another",
            "lock_id": find_lock(self.integration, "Studio 2").id,
            "lock_name": "Another",
            "company_id": self.env["res.company"].create({"name": "Else"}).id,
            "user_id": other.id,
            "partner_id": other.partner_id.id,
            "person_name": "Another",
            "channel": "portal",
            "override_reason": "Another",
            "by_rules": True,
            "code": "too_late",
            "requested_at": now + timedelta(days=1),
            "intent": "another",
            "create_uid": other.id,
            "create_date": now + timedelta(days=1),
        }

    def test_superuser_code_neither_deletes_nor_changes_them(self):
        opening = self.open_door()
        values = self.other_values()
        self.assertEqual(set(values), set(opening_retention.FACTS))
        values |= {
            "state": "refused",
            "reason": "Another",
            "answered_at": fields.Datetime.now() + timedelta(days=1),
            "duration": 99,
            "entry_id": "another",
        }
        before = opening.read()
        self.assert_refused(opening.unlink)
        self.assert_refused(lambda: self.sql("DELETE FROM salto_ks_opening"))
        for name, value in values.items():
            column = SQL.identifier(name)
            with self.subTest(column=name):
                self.assert_refused(
                    lambda column=column, value=value: self.sql(
                        "UPDATE salto_ks_opening SET %s = %s", column, value
                    )
                )
        for name in ("booking_id", "partner_id", "booking_name"):
            with self.subTest(emptied=name):
                self.assert_refused(lambda name=name: opening.write({name: False}))
        self.assertEqual(opening.read(), before)

    def test_a_server_action_cannot_either(self):
        opening = self.open_door()
        for code in ("records.unlink()", "records.write({'lock_name': 'Another'})"):
            action = self.env["ir.actions.server"].create(
                {
                    "name": "Slip",
                    "model_id": self.env["ir.model"]._get_id("salto.ks.opening"),
                    "state": "code",
                    "code": code,
                }
            )
            action = action.with_context(
                active_model=opening._name, active_ids=opening.ids
            )
            self.assert_refused(action.run)

    def test_what_is_not_settled_yet_is_settled_as_before(self):
        opening = self.open_door()
        with evidence.unlocked(self.env):
            opening.state = "unknown"
        opening.write({"state": "opened", "entry_id": "found", "followed": False})
        self.env.flush_all()
        opening.followed = True
        self.env.flush_all()
        self.assert_refused(lambda: opening.write({"state": "unknown"}))

    def test_what_evidence_leads_to_may_be_deleted(self):
        opening = self.open_door()
        person = self.env["res.partner"].create({"name": "Leaving"})
        company = self.env["res.company"].create({"name": "Closing"})
        with evidence.unlocked(self.env):
            opening.partner_id = person
            self.env.flush_all()
            self.sql("UPDATE salto_ks_opening SET company_id = %s", company.id)
        opening.invalidate_recordset()
        person.unlink()
        self.booking.unlink()
        self.env.flush_all()
        self.sql("DELETE FROM res_company WHERE id = %s", company.id)
        self.env.invalidate_all()
        self.assertFalse(opening.partner_id | opening.booking_id.partner_id)
        self.assertFalse(opening.company_id)
        self.assertEqual(opening.person_name, "Robin Desk")

    def test_a_merged_contact_stays_the_person(self):
        opening = self.open_door()
        source = self.env["res.partner"].create({"name": "Robin D."})
        with evidence.unlocked(self.env):
            opening.partner_id = source
        target = self.receptionist.partner_id
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        with mute_logger("odoo.addons.base.partner.merge"):
            wizard._merge((source | target).ids, target)
        self.env.invalidate_all()
        self.assertEqual(opening.partner_id, target)
        self.assertEqual(opening.person_name, "Robin Desk")
        self.assert_refused(opening.unlink)

    def test_what_unlocks_holds_no_longer_than_it_is_needed(self):
        opening = self.open_door()
        with evidence.unlocked(self.env):
            opening.lock_name = "For a test"
        self.assert_refused(opening.unlink)
        with self.assertRaises(ZeroDivisionError), evidence.unlocked(self.env):
            raise ZeroDivisionError
        self.assert_refused(opening.unlink)

    def test_uninstalling_takes_the_triggers_along(self):
        opening = self.open_door()
        uninstall_hook(self.env)
        opening.unlink()
        self.env.flush_all()
        self.sql("SELECT 1 FROM pg_proc WHERE proname = 'salto_ks_keep_evidence'")
        self.assertFalse(self.env.cr.fetchall())
        opening.init()

    # -- the retention is on record

    def log(self):
        return self.env["salto.ks.retention.log"].search([], order="id")

    def test_changing_the_retention_is_on_record_on_every_road(self):
        admin = self.env.ref("base.user_admin")
        parameters = self.env["ir.config_parameter"].with_user(admin).sudo()
        with Form(self.env["res.config.settings"].with_user(admin)) as settings:
            settings.salto_ks_opening_retention_days = 90
        settings.record.execute()
        name = opening_retention.PARAMETER
        row = parameters.search([("key", "=", name)])
        parameters.set_param(name, "30")
        row.write({"value": "30"})
        row.write({"key": "elsewhere"})
        parameters.create({"key": name, "value": "7"})
        parameters.create({"key": "another", "value": "1"})
        parameters.set_param(name, "nonsense")
        parameters.set_param(name, "5")
        parameters.search([("key", "=", name)]).unlink()
        steps = [(one.days_before, one.days) for one in self.log()]
        self.assertEqual(
            steps, [(0, 90), (90, 30), (30, 0), (0, 7), (7, 0), (0, 5), (5, 0)]
        )
        self.assertEqual(self.log().user_id, admin)
        self.assertEqual(set(self.log().mapped("kind")), {"changed"})

    def test_each_deletion_is_on_record_for_its_company(self):
        opening = self.open_door()
        other = self.env["res.company"].create({"name": "Else"})
        self.env["salto.ks.opening"].create(
            {
                "user_id": self.env.uid,
                "lock_id": opening.lock_id.id,
                "company_id": other.id,
                "channel": "backend",
                "state": "not_sent",
                "requested_at": opening.requested_at,
                "answered_at": opening.answered_at,
            }
        )
        openings = self.env["salto.ks.opening"].search([])
        age_openings(openings, days=100)
        times = openings.mapped("requested_at")
        self.env["ir.config_parameter"].set_param(opening_retention.PARAMETER, "90")
        self.env["salto.ks.opening"]._gc_openings()
        self.env["salto.ks.opening"]._gc_openings()
        self.assertFalse(openings.exists())
        lines = self.log().filtered(lambda one: one.kind == "deleted")
        self.assertEqual(lines.company_id, self.env.company | other)
        for line in lines:
            self.assertEqual((line.number, line.days), (1, 90))
            self.assertIn(line.oldest, times)
            self.assertEqual(line.oldest, line.newest)

    def test_managers_read_the_log_and_nobody_changes_it(self):
        self.env["ir.config_parameter"].set_param(opening_retention.PARAMETER, "90")
        other = self.env["res.company"].create({"name": "Else"})
        log = self.env["salto.ks.retention.log"]
        log._log("deleted", days_before=1, days=1, company_id=other.id, number=3)
        with self.assertRaises(AccessError):
            log.with_user(self.receptionist).search([])
        self.receptionist.group_ids |= self.env.ref("base.group_system") | self.env.ref(
            "resource_booking_salto_ks.group_salto_ks_manager"
        )
        theirs = log.with_user(self.receptionist)
        seen = theirs.search([])
        self.assertEqual(
            seen.mapped("kind"), ["changed"], "and none of another company"
        )
        for way in (
            lambda: seen.write({"days": 1}),
            seen.unlink,
            lambda: theirs.create({"kind": "changed"}),
        ):
            with self.assertRaises(AccessError):
                way()
        self.assert_refused(self.log().unlink)
        self.assert_refused(lambda: self.log().write({"days": 1}))
        self.assert_refused(lambda: self.log().write({"company_id": False}))

    def test_days_to_keep_are_a_number_of_days(self):
        with self.assertRaisesRegex(ValidationError, "indefinitely with 0"):
            self.env["res.config.settings"].create(
                {"salto_ks_opening_retention_days": -1}
            )

    def test_every_rule_that_refuses_has_a_name_in_the_evidence(self):
        field = self.env["salto.ks.opening"]._fields["code"]
        codes = {code.value for code in Code} - {Code.OK.value}
        self.assertEqual(set(dict(field.selection)), codes)
