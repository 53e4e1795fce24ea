"""What becomes of access when Salto, the way to it, or we ourselves fail."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import UserError
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import UNKNOWN_ID, UNTOUCHED_SITE_UID, create_booking, renumber_lock
from .access_common import AccessCase, verify_access

GROUPS = "*/access_groups"
TASKS_LOGGER = "odoo.addons.resource_booking_salto_ks.services.sync.group_task"


@tagged("post_install", "-at_install")
class TestAccessFaults(AccessCase):
    def again(self):
        """The next pass, after the back-off."""
        self.make_due()
        self.sync()

    def no_more_faults(self):
        self.simulator.control("faults", method="DELETE")

    def test_lost_answer_to_a_new_group_is_settled_by_its_name(self):
        self.simulator.fault("POST", GROUPS, "reset_after", times=1)
        self.sync()
        access = self.access()
        self.assertTrue(access.unsettled)
        self.assertFalse(access.group_uuid)
        self.assertIn("did not answer", access.error)
        made = self.group()["id"]
        self.again()
        self.assertEqual(self.group()["id"], made)
        self.assertEqual(access.state, "granted")
        self.assertFalse(access.error)

    def test_group_that_was_not_made_is_made(self):
        self.simulator.fault("POST", GROUPS, "reset_before", times=1)
        self.sync()
        self.assertFalse(self.group())
        self.again()
        self.assertTrue(self.group()["users"])

    def test_group_of_another_database_is_never_taken(self):
        client, site_id = self.integration._client(), self.integration.site_id
        foreign = client.add_access_group(site_id, f"Odoo_{self.booking.id}")
        client.change_group_locks(site_id, foreign, add=[self.lock.lock_id])
        before = self.groups()
        self.simulator.fault("POST", GROUPS, "reset_before", times=1)
        self.sync()
        self.again()
        ours = self.access().group_uuid
        self.assertNotEqual(ours, foreign)
        self.booking.action_cancel()
        self.sync()
        self.assertEqual(self.groups(), before)

    def test_lost_answer_to_a_schedule_makes_no_second_one(self):
        self.simulator.fault("POST", "*/time_schedules", "reset_after", times=1)
        self.sync()
        self.again()
        group = self.group()
        self.assertEqual(len(group["time_schedules"]), 1)
        self.assertTrue(group["locks"] and group["users"])

    def test_lost_answer_to_a_new_person_makes_no_second_one(self):
        self.simulator.fault("POST", "*/users", "reset_after", times=1)
        self.sync()
        self.again()
        maya = self.user("maya@guest.example")
        self.assertEqual(self.group()["users"], [maya["user_id"]])
        self.assertTrue(self.integration.ks_user_ids.created_here)

    def test_lost_answer_to_a_change_of_doors(self):
        self.sync()
        self.simulator.fault("PATCH", "*/locks", "reset_after", times=1)
        self.booking.combination_id = self.venue["combinations"][1]
        self.sync()
        self.booking.combination_id = self.venue["combinations"][0]
        self.sync()
        self.assertEqual(self.group()["locks"], [self.lock.lock_id])

    def test_revocation_repeats_until_salto_confirms(self):
        self.sync()
        self.booking.action_cancel()
        for fault in ("reset_before", "status", "html", "reset_after"):
            self.simulator.fault("DELETE", GROUPS + "/*", fault, times=1)
            self.again()
            self.assertEqual(self.access().state, "revoking")
            self.assertTrue(self.access().next_try)
        self.assertFalse(self.group())
        self.again()
        self.assertEqual(self.access().state, "revoked")

    def test_group_that_may_have_been_made_is_revoked_too(self):
        self.simulator.fault("POST", GROUPS, "reset_after", times=1)
        self.sync()
        self.booking.unlink()
        self.sync()
        self.assertEqual(self.groups(), [])

    def test_one_bad_booking_stops_no_other(self):
        bad = create_booking(self.env, self.venue, studio=1)
        renumber_lock(self.integration.mapping_ids[1].lock_ids, UNKNOWN_ID)
        self.sync()
        self.assertEqual(self.access(bad).state, "failed")
        self.assertIn("Get locks", self.access(bad).error)
        self.assertEqual(self.access().state, "granted")

    @mute_logger(TASKS_LOGGER)
    def test_mistake_of_our_own_stops_no_other(self):
        other = create_booking(self.env, self.venue, studio=1)
        self.sync()
        self.access(other).held = {"schedule": 7}
        self.booking.duration = 3
        self.make_due()
        self.sync()
        (schedule,) = self.group()["time_schedules"]
        self.assertEqual(self.access().state, "granted")

    def test_failure_is_tried_again_later_and_later(self):
        self.simulator.fault("POST", GROUPS, "status", status=500)
        waits = []
        for _number in range(4):
            self.again()
            waits.append(self.access().next_try - fields.Datetime.now())
        self.assertGreater(waits[0], timedelta(seconds=10))
        self.assertGreater(waits[3], timedelta(seconds=100))
        self.assertEqual(self.access().failures, 4)
        self.assertIn("out of order", self.access().error)

    def test_outage_stops_the_pass_and_the_first_answer_wakes_all(self):
        bookings = [
            create_booking(self.env, self.venue, start_in=timedelta(hours=3 * n))
            for n in range(1, 13)
        ]
        self.simulator.fault("*", "*/access_groups*", "status", status=503)
        calls = self.calls_of(self.sync)
        self.assertLess(len(calls), 5 + 2 * self.integration.connections)
        self.no_more_faults()
        # Their time has not come, but one is tried, and it goes well.
        self.sync()
        self.assertEqual(len(self.groups()), 1 + len(bookings))

    def test_salto_asks_to_slow_down(self):
        self.simulator.fault(
            "POST", GROUPS, "status", status=429, headers={"Retry-After": "120"}
        )
        self.sync()
        self.no_more_faults()
        create_booking(self.env, self.venue, studio=1)
        self.assertEqual(self.calls_of(self.sync), [])
        contact = self.integration.sudo().contact_ids
        contact.paused_until = fields.Datetime.now() - timedelta(seconds=1)
        self.sync()
        self.assertEqual(len(self.groups()), 2)

    def test_person_does_not_wait_for_a_pause(self):
        self.sync()
        self.integration.sudo().contact_ids.paused_until = (
            fields.Datetime.now() + timedelta(hours=1)
        )
        self.access().action_revoke()
        self.assertEqual(self.groups(), [])

    def test_group_removed_by_somebody_else_is_made_again(self):
        self.sync()
        client, site_id = self.integration._client(), self.integration.site_id
        client.delete_access_group(site_id, self.group()["id"])
        self.booking.duration = 3
        self.sync()
        self.again()
        self.assertTrue(self.group()["users"])

    def test_synchronise_on_a_booking_reads_salto(self):
        self.sync()
        client, site_id = self.integration._client(), self.integration.site_id
        client.delete_access_group(site_id, self.group()["id"])
        self.access().action_synchronize()
        self.env.invalidate_all()
        self.assertTrue(self.group()["users"])

    def test_nothing_asked_is_nothing_proven(self):
        self.sync()
        self.access().verified_at = False
        self.env.flush_all()
        self.assertEqual(self.calls_of(self.integration.action_sync_access), [])
        self.env.invalidate_all()
        self.assertFalse(self.access().verified_at)

    def test_removed_person_brings_nothing_forward(self):
        later = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(days=20)
        )
        self.sync()
        client, site_id = self.integration._client(), self.integration.site_id
        client.delete_user(site_id, self.user("maya@guest.example")["id"])
        self.verify()
        self.assertIsNone(self.group(later))

    def remove_user(self, email):
        client, site_id = self.integration._client(), self.integration.site_id
        client.delete_user(site_id, self.user(email)["id"])

    def test_person_removed_by_somebody_else_is_made_again(self):
        self.sync()
        self.remove_user("maya@guest.example")
        self.verify()
        maya = self.user("maya@guest.example")
        self.assertEqual(self.group()["users"], [maya["user_id"]])

    def test_removed_person_who_gets_another_booking_is_made_again_at_once(self):
        self.sync()
        self.remove_user("maya@guest.example")
        other = create_booking(self.env, self.venue, studio=1)
        self.age_people()
        self.sync()
        maya = self.user("maya@guest.example")
        for booking in self.booking | other:
            self.assertEqual(self.group(booking)["users"], [maya["user_id"]])
            self.assertEqual(self.access(booking).state, "granted")
            self.assertFalse(self.access(booking).error)

    def test_synchronise_on_a_booking_brings_removed_people_again(self):
        self.sync()
        self.age_people()
        self.remove_user("maya@guest.example")
        self.access().action_synchronize()
        self.env.invalidate_all()
        maya = self.user("maya@guest.example")
        self.assertEqual(self.group()["users"], [maya["user_id"]])

    def age_people(self):
        """As if they had been made long ago."""
        self.integration.ks_user_ids.made_at -= timedelta(hours=1)
        self.env.flush_all()

    def test_site_that_was_emptied_is_furnished_again(self):
        """Salto forgot all that we made there, and nobody compares."""
        bookings = self.booking | self.many(2)
        for group in self.groups():
            client, site_id = self.integration._client(), self.integration.site_id
            client.delete_access_group(site_id, group["id"])
        self.remove_user("maya@guest.example")
        self.age_people()
        for booking in bookings:
            booking.duration += 0.5
        for _number in range(3):
            self.sync()
            self.make_due()
        for booking in bookings:
            self.assertTrue(self.group(booking)["users"])
        self.assertEqual(set(self.access(bookings[0]).mapped("state")), {"granted"})

    # -- the brake

    def test_mass_removal_stops_and_calls_a_manager(self):
        bookings = self.many(13)
        before = self.groups()
        bookings[:11].action_cancel()
        self.assertEqual(self.calls_of(self.sync), [])
        self.assertEqual(self.groups(), before)
        self.assertTrue(self.integration.brake_at)
        activity = self.integration.activity_ids
        self.assertIn("mass removal", activity.summary)
        self.assertIn(f"Odoo_{bookings[0].id}", activity.note)
        self.sync()
        self.assertEqual(len(self.integration.activity_ids), 1)
        # by hand a single one can be taken away all the same
        self.access(bookings[0]).action_synchronize()
        self.assertEqual(len(self.groups()), len(before) - 1)
        self.integration.action_release_brake()
        self.env.invalidate_all()
        self.assertEqual(len(self.groups()), 3)
        self.sync()
        self.assertFalse(self.integration.brake_at)
        self.assertFalse(self.integration.activity_ids)

    def test_agreed_removal_is_no_leave_for_the_next_one(self):
        bookings = self.many(26)
        bookings[:11].action_cancel()
        self.sync()
        answer = self.integration.action_release_brake()
        self.env.invalidate_all()
        self.assertIn("Bookings with access at Salto: 16.", answer["params"]["message"])
        self.assertFalse(self.integration.brake_at)
        bookings[11:23].action_cancel()
        self.sync()
        self.assertTrue(self.integration.brake_at)
        self.assertEqual(len(self.groups()), 16)

    def test_brake_lets_go_when_the_cause_is_mended(self):
        self.many(13)
        row = self.lock.mapping_ids
        lock, resource = row.lock_ids, row.resource_id
        row.unlink()
        self.sync()
        self.assertTrue(self.integration.brake_at)
        self.env["salto.ks.mapping"].create(
            {
                "integration_id": self.integration.id,
                "resource_id": resource.id,
                "lock_ids": lock.ids,
            }
        )
        self.assertEqual(self.calls_of(self.sync), [])
        self.assertFalse(self.integration.brake_at)
        self.assertEqual(len(self.groups()), 14)

    def test_few_removals_are_usual(self):
        bookings = self.many(13)
        bookings[:10].action_cancel()
        self.sync()
        self.assertEqual(len(self.groups()), 4)

    # -- the comparison

    def drift_kinds(self):
        self.env.flush_all()
        answer = self.integration.action_verify_access()
        comparison = self.env["salto.ks.access.comparison"].browse(answer.get("res_id"))
        return comparison, sorted(comparison.line_ids.mapped("kind"))

    def test_comparison_without_drift(self):
        self.sync()
        self.access().verified_at = False
        self.env.flush_all()
        answer = self.integration.action_verify_access()
        self.env.invalidate_all()
        self.assertIn("matches the bookings", answer["params"]["message"])
        self.assertTrue(self.access().verified_at)

    def test_drift_both_ways_is_shown_and_then_mended(self):
        gone = create_booking(self.env, self.venue, studio=1)
        self.sync()
        client, site_id = self.integration._client(), self.integration.site_id
        expected = {one["customer_reference"]: one["locks"] for one in self.groups()}
        client.delete_access_group(site_id, self.group(gone)["id"])
        client.change_group_locks(
            site_id, self.group()["id"], remove=[self.lock.lock_id]
        )
        foreign = client.add_access_group(site_id, "Odoo_987654")
        before = self.groups()
        comparison, kinds = self.drift_kinds()
        self.assertEqual(kinds, ["differs", "foreign", "missing"])
        self.assertEqual(self.groups(), before)
        comparison.action_fix()
        self.env.invalidate_all()
        now = {one["customer_reference"]: one["locks"] for one in self.groups()}
        self.assertEqual(now, {**expected, "Odoo_987654": []})
        self.assertIn(foreign, [one["id"] for one in self.groups()])
        _comparison, kinds = self.drift_kinds()
        self.assertEqual(kinds, ["foreign"])

    def test_group_made_twice_is_left_over_and_removed(self):
        self.sync()
        client, site_id = self.integration._client(), self.integration.site_id
        client.add_access_group(site_id, f"Odoo_{self.booking.id}")
        _comparison, kinds = self.drift_kinds()
        self.assertEqual(kinds, ["foreign"])
        self.access().lost_groups = 1
        self.verify()
        self.assertEqual(self.group()["id"], self.access().group_uuid)

    def test_schedule_made_twice_is_removed(self):
        self.sync()
        client, site_id = self.integration._client(), self.integration.site_id
        now = fields.Datetime.now()
        client.add_schedule(site_id, self.group()["id"], now, now + timedelta(days=9))
        self.verify()
        self.assertEqual(len(self.group()["time_schedules"]), 1)

    def test_a_list_alone_proves_nothing(self):
        self.many(11)
        before = self.groups()
        nothing = {"items": [], "count": 0}
        self.simulator.fault("GET", GROUPS, "status", status=200, body=nothing)
        users = f"/v1.2/sites/{self.integration.site_id}/users"
        self.simulator.fault("GET", users, "status", status=200, body=nothing)
        self.env.flush_all()
        answer = self.integration.action_verify_access()
        self.assertIn("matches the bookings", answer["params"]["message"])
        self.verify()
        self.assertEqual(self.groups(), before)
        self.assertTrue(all(self.integration.ks_user_ids.mapped("user_uuid")))

    def remove_all_groups(self):
        client, site_id = self.integration._client(), self.integration.site_id
        for group in self.groups():
            client.delete_access_group(site_id, group["id"])

    def doubts(self):
        kind = self.env.ref("resource_booking_salto_ks.activity_type_doubt")
        return self.integration.activity_ids.filtered(
            lambda activity: activity.activity_type_id == kind
        )

    def test_when_much_is_missing_a_manager_decides(self):
        self.many(11)
        names = {one["customer_reference"] for one in self.groups()}
        self.remove_all_groups()
        self.verify()
        self.verify()
        self.assertEqual(self.groups(), [])
        self.assertEqual(len(self.doubts()), 1)
        self.assertIn("12 groups", self.doubts().note)
        comparison, kinds = self.drift_kinds()
        self.assertEqual(kinds, ["missing"] * 12)
        self.assertFalse(comparison.is_credible)
        comparison.action_fix()
        self.env.invalidate_all()
        self.assertEqual({one["customer_reference"] for one in self.groups()}, names)
        self.assertFalse(self.doubts())
        self.verify()
        self.assertFalse(self.doubts())

    def test_comparison_does_not_hide_what_is_not_given_yet(self):
        self.simulator.fault("POST", GROUPS, "status", status=500)
        self.sync()
        self.no_more_faults()
        answer = self.integration.action_verify_access()
        self.assertIn("have a problem: 1.", answer["params"]["message"])
        self.sync_all()
        self.booking.action_cancel()
        self.env.flush_all()
        answer = self.integration.action_verify_access()
        self.assertIn("have a problem: 1.", answer["params"]["message"])

    def sync_all(self):
        self.integration.action_sync_access()
        self.env.invalidate_all()

    def test_without_a_time_zone_access_is_taken_away_all_the_same(self):
        other = create_booking(self.env, self.venue, studio=1)
        self.sync()
        self.integration.site_tz = False
        self.booking.action_cancel()
        other.duration = 3
        self.sync()
        self.assertIsNone(self.group())
        self.assertEqual(self.access(other).state, "failed")
        self.assertIn("Resolve site ID", self.access(other).error)
        self.integration.action_resolve_site_id()
        self.env.flush_all()
        self.sync()
        self.assertEqual(self.access(other).state, "granted")
        self.assertFalse(self.access(other).error)

    def test_site_with_access_left_does_not_become_another_one(self):
        self.sync()
        for lose in (
            lambda: self.integration.write({"site_uid": UNTOUCHED_SITE_UID}),
            self.integration.unlink,
        ):
            with self.assertRaises(UserError) as refusal:
                lose()
            self.assertIn("Deactivate the site and remove", str(refusal.exception))
        self.integration.access_stage_ids = False
        self.sync()
        self.integration.site_uid = UNTOUCHED_SITE_UID
        self.assertFalse(self.integration.access_ids)

    def verify(self):
        verify_access(self.env)
