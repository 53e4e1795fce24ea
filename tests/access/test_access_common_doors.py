"""Access to common doors: the full grace, in a second group where another booking cuts
the grace of the room's own doors; and one booking still counts as one."""

from odoo.tests import tagged

from ..common import create_booking, find_lock
from .access_common import AccessCase, verify_access
from .test_access import wall


@tagged("post_install", "-at_install")
class TestCommonDoors(AccessCase):
    """The bookings are of Studio 1, behind the entrance; 15 minutes of grace."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.entrance = find_lock(cls.integration, "Main entrance")
        cls.entrance.is_common = True
        cls.row = cls.integration.mapping_ids.filtered(
            lambda one: cls.lock in one.lock_ids
        )
        cls.row.lock_ids |= cls.entrance

    def common_group(self, booking=None):
        """The group of a booking's common doors at Salto, or None."""
        name = f"Odoo_{(booking or self.booking).id}_common"
        found = [one for one in self.groups() if one["customer_reference"] == name]
        self.assertLessEqual(len(found), 1)
        return found[0] if found else None

    def follow(self):
        """Another booking of the studio, right after the first one."""
        return create_booking(self.env, self.venue, start=self.booking.stop)

    def assert_open(self, group, start, end, *locks):
        """What a group lets people in to, from when to when."""
        (schedule,) = group["time_schedules"]
        self.assertEqual((schedule["start_date"], schedule["end_date"]), (start, end))
        self.assertEqual({*group["locks"]}, {lock.lock_id for lock in locks})
        self.assertEqual(group["users"], [self.user("maya@guest.example")["user_id"]])

    def assert_whole(self):
        """The booking has its doors with all grace, by one group."""
        start, end = self.booking.start, self.booking.stop
        doors = self.lock, self.entrance
        self.assert_open(self.group(), wall(start, -15), wall(end, 15), *doors)
        self.assertIsNone(self.common_group())

    def assert_cut(self, booking, start, end):
        """
        :param start: minutes from the booking's start to that of the room's doors
        :param end: minutes from its end to theirs
        """
        begins, ends = booking.start, booking.stop
        own, common = self.group(booking), self.common_group(booking)
        doors = self.lock, self.entrance
        self.assert_open(own, wall(begins, start), wall(ends, end), *doors)
        self.assert_open(common, wall(begins, -15), wall(ends, 15), self.entrance)

    # -- which groups there are

    def test_one_group_while_nothing_is_cut(self):
        self.assertLessEqual(len(self.calls_of(self.sync)), 4 + 2)
        self.assert_whole()
        self.assertEqual(len(self.access()), 1)

    def test_second_group_where_grace_is_cut(self):
        self.sync()
        following = self.follow()
        calls = self.calls_of(self.sync)
        # One change of the first, one more group for it, and two for the new one.
        self.assertEqual(len(calls), 1 + 4 + 2 * 4)
        self.assert_cut(self.booking, -15, 0)
        self.assert_cut(following, 0, 15)
        self.make_due()
        self.assertEqual(self.calls_of(self.sync), [])

    def test_second_group_goes_when_the_grace_comes_back(self):
        following = self.follow()
        self.sync()
        following.action_cancel()
        calls = self.calls_of(self.sync)
        methods = sorted(method for method, _path in calls)
        self.assertEqual(methods, ["DELETE", "DELETE", "DELETE", "PATCH"])
        self.assert_whole()
        self.assertFalse(self.integration.brake_at)
        self.assertEqual(self.booking.salto_ks_access_ids.mapped("is_common"), [False])
        self.follow()
        self.sync()
        self.assert_cut(self.booking, -15, 0)

    def test_no_second_group_without_common_doors(self):
        self.entrance.is_common = False
        self.follow()
        self.assertEqual(len(self.calls_of(self.sync)), 2 * 4 + 2)
        self.assertIsNone(self.common_group())

    def test_only_common_doors_have_one_group_with_all_grace(self):
        self.row.lock_ids = self.entrance
        self.follow()
        self.sync()
        start, end = wall(self.booking.start, -15), wall(self.booking.stop, 15)
        self.assert_open(self.group(), start, end, self.entrance)
        self.assertIsNone(self.common_group())

    def test_what_is_a_common_door_is_followed(self):
        self.follow()
        self.sync()
        self.entrance.is_common = False
        self.sync()
        self.assertIsNone(self.common_group())
        self.integration.common_lock_ids = self.entrance
        self.sync()
        self.assert_cut(self.booking, -15, 0)

    def test_own_time_is_over_while_the_common_door_still_lets_out(self):
        self.follow()
        self.sync()
        own = self.access().filtered(lambda one: not one.is_common)
        own.desired = own.desired | {"end": own.desired["start"]}
        own._make_due()
        self.sync()
        self.assertIsNone(self.group())
        self.assertTrue(self.common_group())

    # -- both come and go together

    def test_every_end_of_the_booking_takes_both(self):
        checked_out = self.env.ref("resource_booking_salto_ks.stage_checked_out")
        ends = {
            "cancel": lambda booking: booking.action_cancel(),
            "unlink": lambda booking: booking.unlink(),
            "stage": lambda booking: booking.write({"stage_id": checked_out.id}),
        }
        following = self.follow()
        for name, end in ends.items():
            with self.subTest(name):
                booking = create_booking(self.env, self.venue, start=following.stop)
                self.sync()
                self.assertTrue(self.common_group(booking))
                names = {f"Odoo_{booking.id}", f"Odoo_{booking.id}_common"}
                end(booking)
                self.sync()
                left = {one["customer_reference"] for one in self.groups()}
                self.assertFalse(left & names)
                self.assertTrue(self.common_group())
                booking.exists().unlink()

    def test_revoked_by_hand_and_given_back(self):
        self.follow()
        self.sync()
        for row in self.access():
            with self.subTest(row.name):
                self.as_receptionist(row).action_revoke()
                self.env.invalidate_all()
                self.assertIsNone(self.group())
                self.assertIsNone(self.common_group())
                self.make_due()
                self.sync()
                self.assertIsNone(self.common_group())
                row.action_give_back()
                self.assert_cut(self.booking, -15, 0)

    def test_revoked_by_hand_before_grace_is_cut(self):
        self.sync()
        self.access().action_revoke()
        self.follow()
        self.sync()
        self.assertIsNone(self.group())
        self.assertIsNone(self.common_group())
        self.access()[0].action_give_back()
        self.assert_cut(self.booking, -15, 0)

    def test_switched_off_site_takes_both_away(self):
        self.follow()
        self.sync()
        self.integration.action_deactivate()
        self.assertEqual(self.calls_of(self.sync), [])
        self.assertEqual(self.integration.kept_booking_count, 2)
        self.booking.action_cancel()
        self.sync()
        self.assertIsNone(self.group())
        self.assertIsNone(self.common_group())
        self.integration.action_remove_access()
        self.sync()
        self.assertEqual(self.groups(), [])

    def test_copy_changes_nothing(self):
        self.follow()
        self.sync()
        before = self.groups()
        self.integration.sudo().activated_in = "another database"
        self.booking.action_cancel()
        self.assertEqual(self.calls_of(self.sync), [])
        self.assertEqual(self.groups(), before)

    # -- one booking counts as one

    def in_a_row(self, number):
        """So many bookings right after the first one, each next to the others."""
        bookings = self.booking
        for _ in range(number):
            last = bookings[-1]
            bookings |= create_booking(self.env, self.venue, start=last.stop)
        self.sync()
        self.assertEqual(len(self.groups()), 2 * len(bookings))
        return bookings

    def test_bookings_are_counted_and_not_groups(self):
        self.in_a_row(2)
        self.assertEqual(self.integration.access_count, 3)
        self.assertEqual(self.integration.kept_booking_count, 3)
        self.access().error = "Something"
        self.integration.invalidate_recordset()
        self.assertEqual(self.integration.access_problem_count, 1)
        self.assertIn(": 1.", self.integration._summarize_agreement()["message"])

    def test_brake_counts_bookings(self):
        """Ten may go at once, whatever number of groups they have."""
        bookings = self.in_a_row(29)
        bookings[:9].action_cancel()
        self.sync()
        self.assertFalse(self.integration.brake_at)
        self.assertEqual(len(self.groups()), 2 * 21)

    def test_brake_does_not_mind_second_groups(self):
        self.in_a_row(3)
        self.entrance.is_common = False
        self.sync()
        self.assertFalse(self.integration.brake_at)
        self.assertEqual(len(self.groups()), 4)

    def test_brake_stops_both_and_lets_both_go(self):
        self.in_a_row(2)
        self.integration.mapping_ids.unlink()
        self.assertEqual(self.calls_of(self.sync), [])
        self.assertTrue(self.integration.brake_at)
        note = str(self.integration.activity_ids.note)
        self.assertEqual(note.count(f"Odoo_{self.booking.id}"), 1)
        self.integration.action_release_brake()
        self.env.invalidate_all()
        self.assertEqual(self.groups(), [])
        self.assertFalse(self.integration.brake_at)

    # -- Salto read back

    def test_comparison_agrees_and_fixes(self):
        self.follow()
        self.sync()
        answer = self.integration.action_verify_access()
        self.assertEqual(answer["params"]["message"], "Salto matches the bookings.")
        group_id = self.common_group()["id"]
        client = self.integration._client()
        client.delete_access_group(self.integration.site_id, group_id)
        client.add_access_group(self.integration.site_id, "Odoo_9999_common")
        verify_access(self.env)
        self.assert_cut(self.booking, -15, 0)
        names = [one["customer_reference"] for one in self.groups()]
        self.assertEqual(names.count("Odoo_9999_common"), 1)
        told = str(self.integration.message_ids[0].body)
        self.assertIn("1 groups were missing", told)
        self.assertIn("1 were not created by Odoo", told)

    def test_lost_answer_makes_no_third_group(self):
        self.sync()
        self.follow()
        self.simulator.fault("POST", "*/access_groups", "reset_after", times=1)
        for _ in range(3):
            self.make_due()
            self.sync()
        self.assert_cut(self.booking, -15, 0)
        self.assertEqual(len(self.groups()), 4)

    def test_the_booking_shows_both(self):
        self.follow()
        self.sync()
        common = self.access().filtered("is_common")
        own = self.access() - common
        self.assertIn("Studio House, common doors: access from", common.sentence)
        self.assertIn("Studio House: access from", own.sentence)
        self.assertIn("shortened", own.sentence)
        self.assertNotIn("shortened", common.sentence)
        self.assertEqual(common.door_names, "Main entrance")
