"""A copy of the database opens nothing and leaves alone what the original has at Salto.

The copies are real ones, made by PostgreSQL and by Odoo."""

from contextlib import closing, contextmanager

from odoo import SUPERUSER_ID, api, sql_db
from odoo.exceptions import UserError
from odoo.modules.migration import load_script
from odoo.modules.registry import Registry
from odoo.service import db as db_service
from odoo.tests import TransactionCase, tagged
from odoo.tests.common import get_db_name
from odoo.tools import SQL, config, file_path

from ...models.site.database_identity import identify_database
from ..access.access_common import AccessCase
from ..common import IQ_PIN, IQ_SECRET, PASSWORD, SaltoCaseMixin, create_booking
from ..common import find_iq as find_iq_of
from ..real_transactions import RealBookingCase

COPY = "salto_ks_copy"
MIGRATION = "resource_booking_salto_ks/migrations/19.0.1.1.0/post-database_identity.py"
PRE_MIGRATION = "resource_booking_salto_ks/migrations/19.0.1.1.0/pre-access_noted.py"


@tagged("post_install", "-at_install")
class TestRealCopies(RealBookingCase):
    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            env["salto.ks.integration"]._cron_sync_access()
        (self.group,) = self.groups()
        self.assertTrue(self.group["users"] and self.group["locks"])

    # -- copies

    def copy_by_template(self):
        """As ``createdb -T`` does it; a restored dump is no other."""
        self.addCleanup(self.drop_copy)
        sql_db.close_db(get_db_name())
        with self.server() as cr:
            db_service._drop_conn(cr, get_db_name())
            cr.execute(
                SQL(
                    "CREATE DATABASE %s TEMPLATE %s",
                    SQL.identifier(COPY),
                    SQL.identifier(get_db_name()),
                )
            )
        with self.settings():
            Registry(COPY)

    def copy_by_odoo(self, neutralize):
        """As Odoo's database manager does it."""
        self.addCleanup(self.drop_copy)
        with self.settings():
            db_service.exp_duplicate_database(get_db_name(), COPY, neutralize)

    @contextmanager
    def settings(self):
        """A server that has the database manager, and loads no tests of its own."""
        wanted = {"list_db": True, "test_enable": False}
        before = {name: config[name] for name in wanted}
        for name, value in wanted.items():
            config[name] = value
        try:
            yield
        finally:
            for name, value in before.items():
                config[name] = value

    @contextmanager
    def server(self):
        with closing(sql_db.db_connect("postgres").cursor()) as cr:
            cr._cnx.autocommit = True
            yield cr

    def drop_copy(self):
        Registry.delete(COPY)
        sql_db.close_db(COPY)
        with self.server() as cr:
            cr.execute(SQL("DROP DATABASE IF EXISTS %s", SQL.identifier(COPY)))

    @contextmanager
    def in_copy(self, uid=SUPERUSER_ID):
        with Registry(COPY).cursor() as cr:
            yield api.Environment(cr, uid, {})

    def site(self, env):
        return self.integration.with_env(env)

    def run_crons(self):
        """All scheduled actions of ours, as the copy's scheduler would run them."""
        for model, method in (
            ("salto.ks.integration", "_cron_sync_access"),
            ("salto.ks.integration", "_cron_verify_access"),
            ("salto.ks.integration", "_cron_refresh_site"),
            ("salto.ks.opening", "_cron_resolve_openings"),
        ):
            with self.in_copy() as env:
                getattr(env[model], method)()

    def cancel_in_copy(self):
        with self.in_copy() as env:
            self.booking.with_env(env).action_cancel()

    # -- what is at Salto

    def groups(self):
        return self.simulator.state()["access_groups"]

    def assert_original_untouched(self):
        self.assertIn(self.group, self.groups())
        users = {one["user_id"] for one in self.simulator.state()["users"]}
        self.assertLessEqual({*self.group["users"]}, users)
        with self.transaction() as env:
            self.assertFalse(self.site(env).is_copy)

    def assert_silent_and_told_once(self):
        before = self.simulator.state()["requests"]
        with self.in_copy() as env:
            self.assertTrue(self.site(env).is_copy)
            booking = self.booking.with_env(env).with_user(self.user.id)
            self.assertIn("is a copy", booking.salto_ks_open_verdict)
        with self.in_copy(self.user.id) as env:
            with self.assertRaisesRegex(UserError, "is a copy"):
                self.booking.with_env(env).action_salto_ks_open_door()
        self.assertEqual(self.simulator.unlocks(), 0)
        self.cancel_in_copy()
        for _time in ("first", "second"):
            self.run_crons()
        self.assertEqual(self.simulator.state()["requests"], before)
        with self.in_copy() as env:
            activity = self.site(env).activity_ids
            self.assertEqual(len(activity), 1)
            self.assertIn("this database is a copy", activity.summary)
            self.assertIn("Confirm this database", activity.note)
            self.assertTrue(activity.user_id)
            # Who has read it is not told again.
            activity.action_done()
        self.run_crons()
        with self.in_copy() as env:
            self.assertFalse(self.site(env).activity_ids)
        self.assert_original_untouched()

    # -- tests

    def test_copy_from_a_template_takes_the_originals_place(self):
        self.copy_by_template()
        with self.transaction() as env, self.in_copy() as copy:
            uuids = {
                one["ir.config_parameter"].get_param("database.uuid")
                for one in (env, copy)
            }
        self.assertEqual(len(uuids), 1)
        self.assert_silent_and_told_once()
        with self.in_copy() as env:
            self.site(env).action_confirm_database()
            self.assertFalse(self.site(env).is_copy)
            self.assertTrue(self.site(env).access_ids)
        self.run_crons()
        # It goes on with what the original gave: the booking is canceled here.
        self.assertEqual(self.groups(), [])

    def test_copy_from_a_template_goes_its_own_way(self):
        self.copy_by_template()
        with self.in_copy() as env:
            self.site(env)._tell_about_copies()
        with self.in_copy() as env:
            self.site(env).action_activate()
            self.assertFalse(self.site(env).is_copy)
            self.assertFalse(self.site(env).activity_ids)
        self.run_crons()
        self.assertEqual(len(self.groups()), 2)
        self.cancel_in_copy()
        with self.in_copy() as env:
            self.site(env).delete_users = True
        self.run_crons()
        self.assertEqual(self.groups(), [self.group])
        self.assert_original_untouched()

    def test_duplicate_of_odoo_is_a_copy(self):
        self.copy_by_odoo(neutralize=False)
        self.assert_silent_and_told_once()

    def test_neutralized_copy_starts_from_nothing(self):
        with self.transaction(self.user.id) as env:
            self.booking.with_env(env).action_salto_ks_open_door()
        self.copy_by_odoo(neutralize=True)
        with self.in_copy() as env:
            site = self.site(env)
            self.assertTrue(site.is_copy and site.is_neutralized)
            self.assertEqual(site.state, "inactive")
            self.assertFalse(site.access_ids | site.access_ids.browse())
            self.assertFalse(site.ks_user_ids)
            self.assertFalse(site.last_contact_at)
            self.assertEqual(len(env["salto.ks.opening"].search([])), 1)
            with self.assertRaises(UserError):
                site.action_activate()
        self.cancel_in_copy()
        self.run_crons()
        self.assert_original_untouched()
        # Somebody sets it up again, with secrets of their own.
        with self.in_copy() as env:
            site = self.site(env)
            site.password = PASSWORD
            site.action_test_access()
            iq, vault = find_iq_of(site), env["salto.ks.vault"]
            vault._put("iq_secret", iq, IQ_SECRET)
            vault._put("iq_pin", iq, IQ_PIN)
            iq.activation_state = "activated"
            site.action_activate()
            self.assertFalse(site.is_copy)
            site.delete_users = True
            venue = {key: one.with_env(env) for key, one in self.venue.items()}
            booking = create_booking(env, venue, studio=1)
        self.run_crons()
        self.assertEqual(len(self.groups()), 2)
        with self.in_copy() as env:
            booking.with_env(env).action_cancel()
        self.run_crons()
        self.assertEqual(self.groups(), [self.group])
        self.assert_original_untouched()


@tagged("post_install", "-at_install")
class TestIdentity(SaltoCaseMixin, TransactionCase):
    def test_each_part_of_the_identity_counts(self):
        site = self.integration.sudo()
        parts = site.activated_in.split()
        self.assertEqual(len(parts), 4)
        self.assertFalse(site.is_copy)
        for place, part in enumerate(parts):
            others = [*parts]
            others[place] = "1" + part
            site.activated_in = " ".join(others)
            with self.subTest(part=part):
                self.assertTrue(site.is_copy)

    def test_role_that_may_not_read_the_servers_number(self):
        cr = self.env.cr
        here = identify_database(self.env)
        cr.execute("REVOKE EXECUTE ON FUNCTION pg_control_system() FROM public")
        cr.execute("CREATE ROLE salto_ks_plain")
        cr.execute("SET LOCAL ROLE salto_ks_plain")
        restricted = identify_database(self.env)
        cr.execute("RESET ROLE")
        self.assertEqual(restricted.split()[1], "-")
        self.assertNotEqual(restricted, here)

    def test_site_that_was_never_activated_is_no_copy(self):
        self.integration.sudo().activated_in = False
        self.assertFalse(self.integration.is_copy)

    def test_site_that_is_made_active_belongs_here(self):
        site = self.integration.create({"name": "New", "state": "active"})
        self.assertEqual(site.sudo().activated_in, identify_database(self.env))


@tagged("post_install", "-at_install")
class TestUpgrade(AccessCase):
    """From 19.0.1.0.0, which kept the database's UUID alone."""

    def setUp(self):
        super().setUp()
        self.parameters = self.env["ir.config_parameter"].sudo()
        self.uuid = self.parameters.get_param("database.uuid")
        self.sync()
        self.site = self.integration.sudo()

    def upgrade(self):
        self.env.flush_all()
        script = load_script(file_path(MIGRATION), "salto_ks_post")
        script.migrate(self.env.cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_upgrade_looks_at_no_booking_that_stays_as_it_is(self):
        cr = self.env.cr
        self.env.flush_all()
        cr.execute("ALTER TABLE resource_booking DROP COLUMN salto_ks_access_noted")
        cr.execute("ALTER TABLE resource_booking ADD salto_ks_access_print varchar")
        script = load_script(file_path(PRE_MIGRATION), "salto_ks_pre")
        script.migrate(cr, "19.0.1.0.0")
        self.env.invalidate_all()
        # Odoo computes what has no column, and nothing else.
        self.assertTrue(self.booking.sudo().salto_ks_access_noted)
        self.assertFalse(self.env["salto.ks.access.note"].search([]))

    def test_site_goes_on_working_in_place(self):
        self.site.activated_in = self.uuid
        self.env.cr.execute("UPDATE salto_ks_access SET stage_ref = NULL")
        self.assertTrue(self.site.is_copy)
        self.upgrade()
        self.assertFalse(self.site.is_copy)
        self.assertTrue(self.as_receptionist().salto_ks_can_open)
        self.assertEqual(self.access().stage_ref, self.booking.stage_id.id)
        self.assertEqual(self.access().combination_ref, self.booking.combination_id.id)
        self.assertEqual(self.calls_of(self.sync), [])
        self.assertTrue(self.group())

    def test_duplicate_of_odoo_stays_a_copy(self):
        self.site.activated_in = "the-uuid-of-the-original"
        self.upgrade()
        self.assertTrue(self.site.is_copy and not self.site.is_neutralized)
        self.assertTrue(self.site.access_ids)

    def test_neutralized_copy_forgets_the_originals_groups(self):
        self.site.write({"activated_in": False, "state": "inactive"})
        self.upgrade()
        self.assertTrue(self.site.is_copy and self.site.is_neutralized)
        self.assertFalse(self.site.access_ids | self.access())
        self.assertFalse(self.site.ks_user_ids)
        self.booking.action_cancel()
        self.site.action_activate()
        self.sync()
        self.assertTrue(self.group())

    def test_neutralized_copy_that_was_activated_again_goes_on_alone(self):
        self.parameters.set_param("database.is_neutralized", "true")
        self.site.activated_in = self.uuid
        before = self.group()
        self.upgrade()
        self.assertFalse(self.site.is_copy)
        self.booking.action_cancel()
        self.sync()
        self.assertEqual(self.group(), before)

    def test_site_that_was_never_activated_stays_so(self):
        other = self.site.create({"name": "Never"})
        self.upgrade()
        self.assertFalse(other.activated_in or other.is_copy)
