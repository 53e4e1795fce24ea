"""What keeps the access of many from harm: by one bad booking, by the brake that does
not see, by a site that hangs."""

from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ...services.sync import decide
from ..common import UNTOUCHED_SITE_UID, create_booking, create_integration
from .access_common import AccessCase

ADDON = "odoo.addons.resource_booking_salto_ks"
WITHOUT_END = datetime(9999, 12, 31, 21, 50)


@tagged("post_install", "-at_install")
class TestAccessCare(AccessCase):
    # -- one bad booking

    def test_booking_without_end_stops_no_other(self):
        self.sync()
        far = create_booking(self.env, self.venue, start=WITHOUT_END)
        other = create_booking(self.env, self.venue, studio=1)
        self.booking.action_cancel()
        self.sync()
        self.assertIsNone(self.group())
        self.assertEqual(self.access(other).state, "granted")
        self.assertEqual(self.access(far).state, "waiting")
        self.assertIn("Dec", self.as_receptionist(self.access(far)).sentence)
        self.assertFalse(self.env["salto.ks.access.note"].search([]))

    @contextmanager
    def mistake_about(self, bad):
        """Deciding about one booking goes wrong."""
        read_booking = decide._read_booking

        def read_badly(booking):
            if booking == bad:
                raise ZeroDivisionError("a mistake")
            return read_booking(booking)

        with patch.object(decide, "_read_booking", read_badly):
            yield

    def test_mistake_about_a_changed_booking_stops_no_other(self):
        bad = create_booking(self.env, self.venue, studio=1)
        self.sync()
        other = create_booking(self.env, self.venue, start_in=timedelta(hours=5))
        self.booking.action_cancel()
        bad.action_cancel()
        with (
            self.mistake_about(bad),
            self.assertLogs(f"{ADDON}.models.access.change_note", "ERROR") as log,
        ):
            self.sync()
        self.assertEqual(len(log.output), 1)
        self.assertIn(f"booking {bad.id}", log.output[0])
        self.assertIsNone(self.group())
        self.assertEqual(self.access(other).state, "granted")
        self.assertTrue(self.group(bad))
        self.sync()
        self.assertIsNone(self.group(bad))

    @mute_logger(f"{ADDON}.services.sync.site_pass")
    def test_mistake_about_a_due_booking_stops_no_other(self):
        bad = create_booking(self.env, self.venue, studio=1)
        self.sync()
        for access in self.access() | self.access(bad):
            access._mark_unsettled()
        self.access().verified_at = False
        self.access(bad).desired = {"start": "some day"}
        self.sync()
        self.assertTrue(self.access().verified_at)
        self.assertIn("server's log", self.access(bad).error)
        self.assertGreater(self.access(bad).next_try, fields.Datetime.now())
        bad._salto_ks_note_access()
        self.sync()
        self.assertFalse(self.access(bad).error)

    # -- the brake

    def inhabited(self):
        """Groups that let somebody in."""
        return [one for one in self.groups() if one["users"]]

    def test_brake_sees_that_groups_lose_the_last_of_their_people(self):
        self.many(11)
        guest = self.venue["guest"]
        guest.active = False
        self.sync()
        self.assertTrue(self.integration.brake_at)
        self.assertEqual(len(self.inhabited()), 12)
        self.assertEqual(len(self.listed()), 12)
        guest.active = True
        self.assertEqual(self.calls_of(self.sync), [])
        self.assertFalse(self.integration.brake_at)
        self.assertEqual(set(self.integration.access_ids.mapped("state")), {"granted"})
        guest.active = False
        self.sync()
        self.integration.action_release_brake()
        self.env.invalidate_all()
        self.assertEqual(self.inhabited(), [])
        self.assertFalse(self.integration.brake_at)
        self.sync()
        self.assertFalse(self.integration.brake_at)

    def listed(self):
        """What a manager sees who presses "Show the list"."""
        action = self.integration.action_view_removals()
        return self.env[action["res_model"]].search(action["domain"])

    def test_brake_does_not_mind_that_one_of_several_leaves(self):
        omar = self.env["res.partner"].create(
            {"name": "Omar", "email": "omar@guest.example"}
        )
        for booking in self.booking | self.many(11):
            booking.partner_ids = [Command.link(omar.id)]
        self.sync()
        omar.active = False
        self.sync()
        self.assertFalse(self.integration.brake_at)
        self.assertEqual({len(one["users"]) for one in self.groups()}, {1})

    def test_agreement_is_about_what_was_on_the_list(self):
        bookings = self.many(40)
        bookings[:12].action_cancel()
        self.sync()
        self.simulator.fault("DELETE", "*/access_groups/*", "status", status=503)
        self.integration.action_release_brake()
        self.env.invalidate_all()
        self.assertEqual(len(self.groups()), 41)
        self.simulator.control("faults", method="DELETE")
        bookings[12:32].action_cancel()
        self.make_due()
        self.sync()
        left = {one["customer_reference"] for one in self.groups()}
        expected = self.booking | bookings[12:]
        self.assertEqual(left, {f"Odoo_{one.id}" for one in expected})
        self.assertTrue(self.integration.brake_at)
        self.assertEqual(self.listed(), self.access(bookings[12:32]))

    def test_agreement_ends_when_the_access_is_wanted_again(self):
        self.many(12)
        row = self.lock.mapping_ids
        values = {
            "integration_id": self.integration.id,
            "resource_id": row.resource_id.id,
            "lock_ids": row.lock_ids.ids,
        }
        row.unlink()
        self.sync()
        self.simulator.fault("DELETE", "*/access_groups/*", "status", status=503)
        self.integration.action_release_brake()
        self.env.invalidate_all()
        row = row.create(values)
        self.make_due()
        self.sync()
        self.simulator.control("faults", method="DELETE")
        row.unlink()
        self.make_due()
        self.sync()
        self.assertTrue(self.integration.brake_at)
        self.assertEqual(len(self.groups()), 13)

    def test_failed_removals_are_not_counted_twice(self):
        bookings = self.many(13)
        self.simulator.fault("DELETE", "*/access_groups/*", "status", status=409)
        bookings[:8].action_cancel()
        self.sync()
        self.assertFalse(self.integration.brake_at)

    # -- what people read

    def read(self, booking):
        return self.as_receptionist(self.access(booking)).sentence

    def test_what_is_due_is_being_given(self):
        self.env["salto.ks.access.note"]._process_notes()
        self.env.invalidate_all()
        self.assertIn("is being given", self.read(self.booking))

    def test_what_waits_for_the_brake_says_so(self):
        bookings = self.many(13)
        bookings[:11].action_cancel()
        walk_in = create_booking(self.env, self.venue, studio=1)
        later = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(days=30)
        )
        self.sync()
        self.assertIn("not taken away yet", self.read(bookings[0]))
        self.assertIn("a manager has to decide", self.read(bookings[0]))
        self.assertIn("not given yet. It waits", self.read(walk_in))
        self.assertIn("a manager has to decide", self.read(walk_in))
        self.assertIn("it will be on", self.read(later))
        self.assertNotIn("manager", self.read(bookings[12]))
        self.integration.action_release_brake()
        self.env.invalidate_all()
        self.assertNotIn("manager", self.read(walk_in))
        self.assertNotIn("manager", self.read(bookings[0]))

    # -- a site that hangs

    def test_site_that_does_not_answer_comes_last(self):
        other = create_integration(
            self.env, name="Zeta Rooms", site_uid=UNTOUCHED_SITE_UID
        )
        other.action_resolve_site_id()
        other.action_get_iqs()
        other.action_get_locks()
        other.state = "active"
        self.env["salto.ks.mapping"].create(
            {
                "integration_id": other.id,
                "resource_id": self.venue["studios"][2].id,
                "lock_ids": [Command.set(other.lock_ids[:1].ids)],
            }
        )
        create_booking(self.env, self.venue, studio=2)
        sites = self.integration | other
        for failing in sites:
            with self.subTest(failing.name):
                contacts = self.env["salto.ks.site.status"].sudo()
                for site in sites:
                    since = fields.Datetime.now() if site == failing else False
                    contacts._get_or_create_for(site).failing_since = since
                self.integration._note_all_bookings()
                for access in self.env["salto.ks.access"].search([]):
                    access._mark_unsettled()
                before = len(self.simulator.state()["requests"])
                self.sync()
                paths = [
                    one["path"] for one in self.simulator.state()["requests"][before:]
                ]
                asked = [
                    site for path in paths for site in sites if site.site_id in path
                ]
                self.assertEqual({*asked}, {*sites})
                self.assertEqual(asked[-1], failing)
                self.assertNotEqual(asked[0], failing)
