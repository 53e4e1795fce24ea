"""Salto holds what the bookings say, when all goes well."""

import threading
from datetime import timedelta
from unittest.mock import patch
from zoneinfo import ZoneInfo

from odoo import Command, fields
from odoo.exceptions import UserError
from odoo.tests import tagged

from ...connect.transport import Http
from ..common import create_booking, find_lock
from .access_common import AccessCase

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
UTC = ZoneInfo("UTC")


def wall(moment, minutes=0):
    """A naive UTC moment as the schedules of the site write it."""
    local = (moment + timedelta(minutes=minutes)).replace(tzinfo=UTC)
    return local.astimezone(AMSTERDAM).strftime("%Y-%m-%dT%H:%M:%S")


@tagged("post_install", "-at_install")
class TestAccess(AccessCase):
    def test_booking_gets_a_group(self):
        self.sync()
        group = self.group()
        self.assertEqual(group["locks"], [self.lock.lock_id])
        self.assertEqual(group["users"], [self.user("maya@guest.example")["user_id"]])
        (schedule,) = group["time_schedules"]
        self.assertEqual(schedule["start_date"], wall(self.booking.start, -15))
        self.assertEqual(schedule["end_date"], wall(self.booking.stop, 15))
        self.assertEqual(
            (schedule["start_time"], schedule["end_time"]), ("00:00:00", "23:59:59")
        )
        self.assertTrue(all(schedule[day] for day in ("monday", "sunday")))
        access = self.access()
        self.assertEqual(access.state, "granted")
        self.assertEqual(access.group_uuid, group["id"])
        self.assertTrue(access.verified_at)
        self.assertFalse(access.error)
        self.assertEqual(self.booking.salto_ks_access_ids, access)

    def test_new_person_has_the_plain_role_and_no_right_beyond(self):
        self.sync()
        user = self.user("maya@guest.example")
        self.assertEqual(user["roles"], ["site_user"])
        self.assertFalse(user["remote_access"])
        self.assertFalse(user["use_pin"])

    def test_calls_of_a_new_booking_an_unchanged_and_a_cancelled_one(self):
        self.assertLessEqual(len(self.calls_of(self.sync)), 4 + 2)
        known = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(hours=5)
        )
        self.assertLessEqual(len(self.calls_of(self.sync)), 4)
        known.write({"description": "more about it"})
        known.stage_id = self.env.ref("resource_booking_salto_ks.stage_checked_in")
        self.make_due()
        self.assertEqual(self.calls_of(self.sync), [])
        known.action_cancel()
        (call,) = self.calls_of(self.sync)
        self.assertEqual(call[0], "DELETE")
        self.assertFalse(self.group(known))
        self.assertTrue(self.group())

    def test_extension_changes_the_schedule_in_place(self):
        self.sync()
        before = self.group()
        self.booking.duration = 3
        calls = self.calls_of(self.sync)
        self.assertEqual([method for method, _path in calls], ["PATCH"])
        after = self.group()
        self.assertEqual(after["id"], before["id"])
        (schedule,) = after["time_schedules"]
        self.assertEqual(schedule["id"], before["time_schedules"][0]["id"])
        self.assertEqual(schedule["end_date"], wall(self.booking.stop, 15))

    def test_another_room_is_added_before_the_old_one_goes(self):
        self.sync()
        self.booking.combination_id = self.venue["combinations"][1]
        calls = self.calls_of(self.sync)
        self.assertEqual([method for method, _path in calls], ["PATCH", "PATCH"])
        studio_2 = find_lock(self.integration, "Studio 2")
        self.assertEqual(self.group()["locks"], [studio_2.lock_id])
        steps = self.access()._load_applied()
        self.assertEqual(steps.lock_ids, {studio_2.lock_id})

    def test_changed_attendees_touch_only_them(self):
        self.sync()
        friend = self.env["res.partner"].create(
            {"name": "Noor Bakker", "email": "NOOR@studio.example"}
        )
        self.booking.partner_ids = [Command.link(friend.id)]
        calls = self.calls_of(self.sync)
        self.assertEqual([method for method, _path in calls], ["GET", "PATCH"])
        noor = self.user("noor@studio.example")["user_id"]
        maya = self.user("maya@guest.example")["user_id"]
        self.assertEqual(set(self.group()["users"]), {noor, maya})
        self.booking.partner_ids = [Command.unlink(self.venue["guest"].id)]
        self.booking.action_confirm()
        self.assertEqual(len(self.calls_of(self.sync)), 1)
        self.assertEqual(self.group()["users"], [noor])

    def test_every_end_of_a_booking_takes_the_access_away(self):
        ends = {
            "cancel": lambda booking: booking.action_cancel(),
            "archive": lambda booking: booking.write({"active": False}),
            "unlink": lambda booking: booking.unlink(),
            "unschedule": lambda booking: booking.action_unschedule(),
            "stage": lambda booking: booking.write(
                {
                    "stage_id": self.env.ref(
                        "resource_booking_salto_ks.stage_checked_out"
                    ).id
                }
            ),
            "event": lambda booking: booking.meeting_id.unlink(),
        }
        for name, end in ends.items():
            with self.subTest(name):
                booking = create_booking(
                    self.env, self.venue, studio=1, start_in=timedelta(hours=3)
                )
                self.sync()
                access = self.access(booking)
                self.assertTrue(self.group(booking))
                end(booking)
                self.sync()
                self.assertNotIn(
                    access.name, [g["customer_reference"] for g in self.groups()]
                )
                self.assertEqual(access.state, "revoked")
                booking.exists().unlink()

    def test_type_that_takes_its_bookings_along(self):
        self.sync()
        self.env.cr.execute(
            "DELETE FROM resource_booking WHERE id = %s", [self.booking.id]
        )
        self.env.invalidate_all()
        self.sync()
        self.assertEqual(self.groups(), [])

    def test_booking_far_ahead_waits(self):
        later = create_booking(self.env, self.venue, start_in=timedelta(days=9))
        self.sync()
        self.assertFalse(self.group(later))
        access = self.access(later)
        self.assertEqual(access.state, "waiting")
        self.assertEqual(access.next_try, later.start - timedelta(days=7, minutes=15))
        access.next_try = fields.Datetime.now()
        self.integration.lead_days = 14
        self.sync()
        self.assertTrue(self.group(later))

    def test_over_is_taken_away(self):
        self.sync()
        self.let_pass(self.booking)
        self.sync()
        self.assertEqual(self.groups(), [])
        self.assertEqual(self.access().state, "revoked")

    def test_booking_without_a_door_or_stage_has_none(self):
        no_door = create_booking(self.env, self.venue, studio=2)
        self.booking.stage_id = self.env.ref(
            "resource_booking_salto_ks.stage_checked_out"
        )
        self.sync()
        self.assertEqual(self.groups(), [])
        self.assertFalse(self.access(no_door))

    def test_grace_stops_at_the_next_booking(self):
        following = create_booking(self.env, self.venue, start=self.booking.stop)
        self.sync()
        (schedule,) = self.group()["time_schedules"]
        self.assertEqual(schedule["end_date"], wall(self.booking.stop))
        (schedule,) = self.group(following)["time_schedules"]
        self.assertEqual(schedule["start_date"], wall(following.start))
        self.assertIn("shortened", self.access().sentence)
        # Who was next to it gets the whole grace back.
        following.action_cancel()
        self.sync()
        (schedule,) = self.group()["time_schedules"]
        self.assertEqual(schedule["end_date"], wall(self.booking.stop, 15))
        self.assertNotIn("shortened", self.access().sentence)

    def test_grace_comes_back_when_a_neighbour_without_access_goes(self):
        quiet = create_booking(self.env, self.venue, start=self.booking.stop)
        quiet.stage_id = self.env.ref("resource_booking_salto_ks.stage_checked_out")
        self.sync()
        self.assertFalse(self.access(quiet))
        (schedule,) = self.group()["time_schedules"]
        self.assertEqual(schedule["end_date"], wall(self.booking.stop))
        quiet.unlink()
        self.sync()
        (schedule,) = self.group()["time_schedules"]
        self.assertEqual(schedule["end_date"], wall(self.booking.stop, 15))

    def test_changed_mapping_is_followed(self):
        self.sync()
        gate = find_lock(self.integration, "Courtyard gate")
        row = self.integration.mapping_ids.filtered(
            lambda one: self.lock in one.lock_ids
        )
        row.lock_ids |= gate
        self.sync()
        self.assertEqual(set(self.group()["locks"]), {self.lock.lock_id, gate.lock_id})

    def test_changed_settings_are_followed(self):
        self.sync()
        self.integration.grace_after = 60
        self.sync()
        (schedule,) = self.group()["time_schedules"]
        self.assertEqual(schedule["end_date"], wall(self.booking.stop, 60))

    def test_switched_off_site_is_not_called(self):
        for change in ({"state": "inactive"}, {"sync_access": False}):
            with self.subTest(change):
                self.integration.write(change)
                self.assertEqual(self.calls_of(self.sync), [])
                with self.assertRaises(UserError):
                    self.integration.action_sync_access()
                self.integration.write({"state": "active", "sync_access": True})

    def test_copied_database_does_not_call(self):
        self.integration.sudo().activated_in = "another database"
        self.booking.duration = 3
        self.assertEqual(self.calls_of(self.sync), [])

    def test_revoked_by_hand_stays_revoked(self):
        self.sync()
        self.as_receptionist(self.access()).action_revoke()
        self.env.invalidate_all()
        self.assertEqual(self.groups(), [])
        self.booking.duration = 3
        self.make_due()
        self.sync()
        self.assertEqual(self.groups(), [])
        self.assertIn("by hand", self.access().sentence)
        self.access().action_give_back()
        self.assertTrue(self.group())

    def test_synchronize_says_what_there_is(self):
        self.env["salto.ks.access.note"]._process_notes()
        self.env.invalidate_all()
        access = self.access().with_user(self.receptionist)
        answer = access.action_synchronize()
        self.assertIn("Studio House: access from", answer["params"]["message"])
        self.assertEqual(answer["params"]["type"], "success")
        self.assertTrue(self.group())

    def test_synchronize_right_after_a_change(self):
        other = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(hours=3)
        )
        self.integration.action_sync_access()
        self.assertTrue(self.group(other))

    def test_scheduled_action_run_by_hand_right_after_a_change(self):
        cron = self.env.ref("resource_booking_salto_ks.cron_sync_access")
        cron.method_direct_trigger()
        self.assertTrue(self.group())
        self.booking.action_cancel()
        cron.method_direct_trigger()
        self.assertIsNone(self.group())

    def test_synchronize_now(self):
        self.env.flush_all()
        answer = self.integration.action_sync_access()
        self.assertIn("Bookings with access at Salto: 1.", answer["params"]["message"])
        self.assertTrue(self.group())
        self.assertEqual(self.integration.access_count, 1)

    def test_names_for_eyes(self):
        self.sync()
        self.assertEqual(self.access().door_names, "Studio 1")
        self.assertEqual(self.access().people_names, "Maya Jansen")

    def test_all_database_work_stays_on_one_thread(self):
        for number in range(1, 6):
            create_booking(self.env, self.venue, start_in=timedelta(hours=3 * number))
        # Somebody has to log in again in the middle of it.
        self.simulator.control("tokens", {"expire_all": True, "revoke_refresh": True})
        # So slow that calls overlap.
        self.simulator.control("settings", {"latency_ms": 50})
        threads, calls = set(), []
        cursor, send = self.registry.cursor, Http.send

        def spy_on_cursor(*args, **kwargs):
            threads.add(threading.get_ident())
            return cursor(*args, **kwargs)

        def spy_on_send(*args, **kwargs):
            calls.append(threading.get_ident())
            return send(*args, **kwargs)

        with (
            patch.object(self.registry, "cursor", spy_on_cursor),
            patch.object(Http, "send", spy_on_send),
        ):
            self.env.flush_all()
            self.integration._sync_access(urgent=True)
        self.assertEqual(threads, {threading.get_ident()})
        self.assertGreater(len(set(calls)), 1)
        self.assertNotIn(threading.get_ident(), calls)
