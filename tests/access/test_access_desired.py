"""What is desired is decided when something changes, and compared in each pass."""

from datetime import datetime, timedelta, timezone

import psycopg2

from odoo import Command, fields
from odoo.modules.migration import load_script
from odoo.tests import tagged
from odoo.tools import file_path, mute_logger

from ...rules.access.access import Verdict
from ...services.sync.group_job import Job
from ..common import create_booking, find_lock
from ..real_transactions import RealBookingCase
from .access_common import AccessCase

MIGRATIONS = ("pre-access_version", "post-common_doors", "post-desired")


def moment_of(access, name):
    """One of the moments in what is desired, naive UTC."""
    moment = datetime.fromisoformat(access.desired[name])
    return moment.astimezone(timezone.utc).replace(tzinfo=None)


@tagged("post_install", "-at_install")
class TestDesired(AccessCase):
    def follow(self):
        """Have the notes followed, without a pass."""
        self.env.flush_all()
        self.env["salto.ks.access.note"]._process_notes()
        self.env.invalidate_all()

    def test_it_says_when_which_doors_and_who(self):
        self.follow()
        access, quarter = self.access(), timedelta(minutes=15)
        self.assertEqual(moment_of(access, "start"), self.booking.start - quarter)
        self.assertEqual(moment_of(access, "end"), self.booking.stop + quarter)
        self.assertEqual(access.desired["locks"], [self.lock.lock_id])
        self.assertEqual(access.desired["people"], self.venue["guest"].ids)
        self.assertEqual(access.starts_at, self.booking.start - quarter)
        self.assertFalse(access.held)

    def test_people_see_it_beside_what_salto_confirmed(self):
        self.follow()
        access = self.as_receptionist(self.access())
        self.assertEqual(access.desired_doors, "Studio 1")
        self.assertEqual(access.desired_people, "Maya Jansen")
        self.assertFalse(access.door_names or access.people_names or access.held_times)
        self.sync()
        self.assertEqual(access.door_names, "Studio 1")
        self.assertEqual(access.people_names, "Maya Jansen")
        self.assertIn(access.held_times, access.sentence)
        held_times = access.held_times
        self.booking.duration = 4
        self.follow()
        self.assertEqual(access.held_times, held_times)
        self.assertNotIn(held_times, access.sentence)

    def test_a_pass_decides_nothing(self):
        self.sync()
        before = self.access().desired
        self.env.flush_all()
        # Nobody leaves a note about this.
        self.env.cr.execute(
            "UPDATE resource_booking SET stop = stop + interval '1 hour' WHERE id = %s",
            [self.booking.id],
        )
        self.env.invalidate_all()
        self.make_due()
        self.assertEqual(self.calls_of(self.sync), [])
        self.assertEqual(self.access().desired, before)
        self.booking._salto_ks_note_access()
        self.assertEqual([one for one, _ in self.calls_of(self.sync)], ["PATCH"])

    def test_time_is_compared_and_not_decided(self):
        later = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(days=9)
        )
        self.sync()
        access = self.access(later)
        self.assertEqual(access.state, "waiting")
        due = moment_of(access, "due")
        self.assertEqual(access.next_try, due)
        access.desired = access.desired | {
            "due": (datetime.now(timezone.utc) - timedelta(seconds=1)).isoformat()
        }
        self.make_due()
        self.assertFalse(self.env["salto.ks.access.note"].search([]))
        self.sync()
        self.assertTrue(self.group(later))
        self.let_pass(self.booking)
        self.sync()
        self.assertIsNone(self.group())
        self.assertEqual(self.access().state, "revoked")

    def changes(self):
        """Everything that desired access depends on, by name."""
        booking, site, guest = self.booking, self.integration, self.venue["guest"]
        studio, lock = self.venue["studios"][0], self.lock
        combination, kind = self.venue["combinations"][0], self.venue["type"]
        checked_out = self.env.ref("resource_booking_salto_ks.stage_checked_out")
        other = self.env["res.company"].create({"name": "Elsewhere"})
        friend = self.env["res.partner"].create({"name": "Omar"})
        return {
            "start": lambda: booking.write({"start": booking.start + timedelta(1)}),
            "duration": lambda: booking.write({"duration": 3}),
            "type": lambda: booking.write({"type_id": kind.copy().id}),
            "room": lambda: booking.write(
                {"combination_id": self.venue["combinations"][1].id}
            ),
            "stage": lambda: booking.write({"stage_id": checked_out.id}),
            "canceled": booking.action_cancel,
            "archived": lambda: booking.write({"active": False}),
            "deleted": booking.unlink,
            "attendee": lambda: booking.write(
                {"partner_ids": [Command.link(friend.id)]}
            ),
            "contact archived": lambda: guest.write({"active": False}),
            "contact's address": lambda: guest.write({"email": "m@guest.example"}),
            "contact's name": lambda: guest.write({"name": "Maya J."}),
            "contact's tag": lambda: guest.write({"salto_ks_tag": "01234569"}),
            "rooms of the combination": lambda: combination.write(
                {"resource_ids": [Command.set(self.venue["studios"][1].ids)]}
            ),
            "room archived": lambda: studio.write({"active": False}),
            "room becomes a person": lambda: studio.write({"resource_type": "user"}),
            "mapped locks": lambda: lock.mapping_ids.write(
                {"lock_ids": [Command.link(find_lock(site, "Courtyard gate").id)]}
            ),
            "mapping of the lock": lambda: lock.write(
                {"mapping_ids": [Command.clear()]}
            ),
            "mapped room": lambda: lock.mapping_ids.write(
                {"resource_id": self.venue["studios"][2].id}
            ),
            "mapping row": lambda: lock.mapping_ids.unlink(),
            "new mapping row": lambda: self.env["salto.ks.mapping"].create(
                {"integration_id": site.id, "lock_ids": lock.ids}
            ),
            "lock": lambda: lock.write({"active": False}),
            "company of the type": lambda: kind.sudo().write({"company_id": other.id}),
            "stages of the site": lambda: site.write({"access_stage_ids": [(5,)]}),
            "grace": lambda: site.write({"grace_after": 30}),
            "lead time": lambda: site.write({"lead_days": 1}),
            "time zone": lambda: site.write({"site_tz": "Europe/London"}),
            "keeps no groups": lambda: site.write({"sync_access": False}),
            "inactive": site.action_deactivate,
            "archived site": lambda: site.write({"active": False}),
        }

    def test_every_change_leaves_a_note(self):
        self.sync()
        self.env.flush_all()
        notes = self.env["salto.ks.access.note"]
        for name, change in self.changes().items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                ref = self.booking.id
                change()
                self.env.flush_all()
                self.assertIn(ref, notes.search([]).mapped("booking_ref"))
                savepoint.rollback()
                self.env.invalidate_all()

    def test_what_depends_on_the_type_and_its_company_is_followed(self):
        self.sync()
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.venue["type"].sudo().company_id = other
        self.follow()
        self.assertFalse(self.access().desired)
        self.sync()
        self.assertIsNone(self.group())

    def test_what_changed_while_the_site_was_off_is_not_given_afterwards(self):
        later = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(days=9)
        )
        self.booking.action_cancel()
        self.sync()
        self.assertEqual(self.access(later).state, "waiting")
        self.integration.action_deactivate()
        later.action_cancel()
        self.assertFalse(self.env["salto.ks.access.note"].search([]))
        self.integration.action_activate()
        self.make_due()
        self.sync()
        self.assertFalse(self.access(later).desired)
        self.assertEqual(self.groups(), [])

    def test_neighbours_are_decided_about_and_theirs_are_not(self):
        second = create_booking(self.env, self.venue, start=self.booking.stop)
        third = create_booking(self.env, self.venue, start=second.stop)
        self.follow()
        versions = self.access(third).version
        self.booking.action_cancel()
        self.follow()
        quarter = timedelta(minutes=15)
        self.assertEqual(
            moment_of(self.access(second), "start"), second.start - quarter
        )
        self.assertEqual(self.access(third).version, versions)
        self.assertFalse(self.env["salto.ks.access.note"].search([]))

    # -- changes that come meanwhile

    def job(self, verdict=Verdict.GRANT):
        return Job(self.access(), verdict, self.env)

    def test_change_during_the_work_is_not_lost(self):
        self.sync()
        job = self.job()
        self.booking.duration = 3
        self.follow()
        job.finish("granted", next_try=job.end)
        self.assertLessEqual(self.access().next_try, fields.Datetime.now())
        self.assertEqual([one for one, _ in self.calls_of(self.sync)], ["PATCH"])

    def test_removal_that_is_wanted_during_the_work_stays_one(self):
        self.sync()
        job = self.job()
        self.booking.action_cancel()
        self.follow()
        job.save(state="granting", unsettled=True)
        job.finish("granted", next_try=job.end)
        self.assertEqual(self.access().state, "revoking")
        self.sync()
        self.assertIsNone(self.group())

    # -- from 19.0.1.0.0, which decided anew in each pass

    def upgrade(self):
        self.env["salto.ks.access"].search([]).write({"desired": False})
        self.env["salto.ks.access.note"].search([]).unlink()
        self.env.flush_all()
        cr = self.env.cr
        cr.execute("ALTER TABLE salto_ks_access RENAME COLUMN version TO wish")
        # As Odoo adds it.
        cr.execute("UPDATE salto_ks_access SET is_common = NULL")
        for script in MIGRATIONS:
            path = f"resource_booking_salto_ks/migrations/19.0.1.1.0/{script}.py"
            load_script(file_path(path), script).migrate(cr, "19.0.1.0.0")
        self.env.invalidate_all()

    def test_upgrade_takes_nothing_away(self):
        create_booking(self.env, self.venue, studio=1, start_in=timedelta(days=9))
        bookings = self.many(2)
        rows = self.env["salto.ks.access"].search([])
        before = {row: row.desired for row in rows}
        self.upgrade()
        self.assertEqual(self.access().desired, before[self.access()])
        refs = self.env["salto.ks.access.note"].search([]).mapped("booking_ref")
        self.assertEqual({*refs}, {*rows.mapped("booking_ref")})
        self.make_due()
        self.assertEqual(self.calls_of(self.sync), [])
        self.assertEqual({row: row.desired for row in rows}, before)
        self.assertEqual(len(self.groups()), 1 + len(bookings))

    def test_upgrade_makes_no_second_row(self):
        self.sync()
        self.upgrade()
        self.env.cr.execute("SELECT DISTINCT is_common FROM salto_ks_access")
        self.assertEqual(self.env.cr.fetchall(), [(False,)])
        row = {"booking_ref": self.booking.id, "integration_id": self.integration.id}
        with (
            self.assertRaises(psycopg2.IntegrityError),
            mute_logger("odoo.sql_db"),
            self.env.cr.savepoint(),
        ):
            self.env["salto.ks.access"].create({**row, "name": "Odoo_x"})

    def test_upgrade_at_a_switched_off_site(self):
        self.sync()
        self.integration.action_deactivate()
        self.sync()
        self.upgrade()
        self.make_due()
        self.assertEqual(self.calls_of(self.sync), [])
        self.assertTrue(self.group())

    def test_upgrade_knows_what_was_revoked_by_hand(self):
        self.sync()
        self.access().action_revoke()
        self.env.invalidate_all()
        self.upgrade()
        self.access().action_give_back()
        self.env.invalidate_all()
        self.assertTrue(self.group())


@tagged("post_install", "-at_install")
class TestDesiredByWorkers(RealBookingCase):
    def access(self, env):
        return env["salto.ks.access"].search([("booking_ref", "=", self.booking.id)])

    @mute_logger("odoo.sql_db")
    def test_older_decision_takes_the_place_of_no_newer_one(self):
        with self.transaction() as env:
            env["salto.ks.access.note"]._process_notes()
            self.booking.with_env(env)._salto_ks_note_access()
        with self.transaction() as slow:
            # It knows the booking as it is now, and keeps its note.
            noted = slow["salto.ks.access.note"]._query_noted([])
            self.assertEqual(noted, self.booking.ids)
            with self.transaction() as env:
                self.booking.with_env(env).duration = 5
            with self.transaction() as env:
                env["salto.ks.access.note"]._process_notes()
                newer = self.access(env).desired
            with self.assertRaises(psycopg2.errors.SerializationFailure):
                slow["salto.ks.access.note"]._consume(noted)
                slow.flush_all()
            slow.cr.rollback()
        with self.transaction() as env:
            self.assertEqual(self.access(env).desired, newer)
            env["salto.ks.access.note"]._process_notes()
        with self.transaction() as env:
            self.assertEqual(self.access(env).desired, newer)
            self.assertFalse(env["salto.ks.access.note"].search([]))
