"""One window a door: a room's own door keeps out of the time of others, a common door
has the full grace; for the desk, for guests, and in words."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, TransactionCase, tagged

from ...rules.times.moments import aware
from ...wording.times import local_time
from ..common import create_booking, find_lock
from ..guest.guest_pages import GuestCaseMixin


class WindowMixin(GuestCaseMixin):
    """Studio 1 with an entrance in front that is a common door; 15 minutes on both
    sides."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.integration.write({"minutes_before": 15, "minutes_after": 15})
        cls.entrance = find_lock(cls.integration, "Main entrance")
        cls.entrance.is_common = True
        cls.integration.mapping_ids[0].lock_ids = [Command.link(cls.entrance.id)]
        cls.booking.unlink()
        cls.now = fields.Datetime.now().replace(second=0)

    def book(self, first, last, **values):
        """A booking of Studio 1, from and to so many minutes from now."""
        return create_booking(
            self.env,
            self.venue,
            start=self.now + timedelta(minutes=first),
            duration=(last - first) / 60,
            **values,
        )

    def time(self, minutes, near=None):
        """So many minutes from now, as the desk reads it.

        :param near: so many minutes from now is a time that it stands beside
        """
        now = aware(self.now)
        near = near and now + timedelta(minutes=near)
        return local_time(self.env, now + timedelta(minutes=minutes), near)

    def press_button(self, booking, lock):
        """Open a door at the desk; returns what it says."""
        desk = self.as_receptionist(booking).with_context(salto_ks_lock_id=lock.id)
        try:
            return desk.action_salto_ks_open_door()["params"]["message"]
        except UserError as refusal:
            return str(refusal)


@tagged("post_install", "-at_install")
class TestOpeningWindows(WindowMixin, TransactionCase):
    def test_the_one_before_has_the_room_until_it_ends(self):
        before, after = self.book(-110, 10), self.book(10, 130)
        self.assertEqual(
            self.press_button(after, self.lock),
            f"Too early: opens at {self.time(10)}, when the booking before ends.",
        )
        self.assertEqual(
            self.press_button(after, self.entrance), "Main entrance opened."
        )
        self.assertEqual(self.press_button(before, self.lock), "Studio 1 opened.")
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)

    def test_the_one_after_has_the_room_from_its_start(self):
        before, after = self.book(-130, -10), self.book(-10, 110)
        self.assertEqual(
            self.press_button(before, self.lock),
            f"Too late: closed at {self.time(-10)}, when the next booking began.",
        )
        self.assertEqual(
            self.press_button(before, self.entrance), "Main entrance opened."
        )
        self.assertEqual(self.press_button(after, self.lock), "Studio 1 opened.")

    def test_its_own_time_begins_to_the_minute(self):
        before, after = self.book(-120, 0), self.book(0, 120)
        self.assertEqual(self.press_button(after, self.lock), "Studio 1 opened.")
        self.assertIn("Too late", self.press_button(before, self.lock))

    def test_a_gap_belongs_to_both(self):
        before, after = self.book(-125, -5), self.book(10, 130)
        for booking in (before, after):
            self.assertEqual(self.press_button(booking, self.lock), "Studio 1 opened.")
        later = self.book(145, 160)
        self.assertIn("Too early", self.press_button(later, self.lock))

    def test_who_does_not_come_any_more_is_in_nobodys_way(self):
        before, after = self.book(-110, 10), self.book(10, 130)
        before.action_cancel()
        self.assertEqual(self.press_button(after, self.lock), "Studio 1 opened.")

    def test_other_rooms_are_in_nobodys_way(self):
        self.book(-110, 10, combination_id=self.venue["combinations"][1].id)
        after = self.book(10, 130)
        self.assertEqual(self.press_button(after, self.lock), "Studio 1 opened.")

    def test_a_person_who_is_booked_along_is_in_nobodys_way(self):
        engineer = self.env["resource.resource"].create(
            {
                "name": "Engineer",
                "resource_type": "user",
                "user_id": self.receptionist.id,
                "calendar_id": self.venue["calendar"].id,
                "tz": "UTC",
            }
        )
        rooms = self.venue["combinations"][:2]
        rooms.resource_ids = [Command.link(engineer.id)]
        self.book(-110, 10, combination_id=rooms[1].id)
        after = self.book(10, 130)
        self.assertEqual(self.press_button(after, self.lock), "Studio 1 opened.")

    def test_who_opens_anyway_is_not_bound_by_it(self):
        self.book(-110, 10)
        after = self.book(10, 130)
        override = self.env.ref("resource_booking_salto_ks.group_salto_ks_override")
        self.receptionist.group_ids = [Command.link(override.id)]
        dialog = self.env["salto.ks.override"].with_user(self.receptionist)
        dialog.create(
            {"booking_id": after.id, "lock_id": self.lock.id, "reason": "Room is empty"}
        ).action_open()
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)

    def test_button_and_board_say_the_same(self):
        self.book(-110, 10)
        after = self.as_receptionist(self.book(10, 130))
        self.assertEqual(after.salto_ks_open_verdict, "Ready to open: Main entrance.")
        self.entrance.is_common = False
        self.env.invalidate_all()
        self.assertFalse(after.salto_ks_can_open)
        self.assertIn("when the booking before ends", after.salto_ks_open_verdict)
        self.assertEqual(after.salto_ks_short_verdict, f"Opens {self.time(10)}")

    def test_the_booking_shows_both_windows(self):
        alone = self.as_receptionist(self.book(300, 360))
        self.assertRegex(alone.salto_ks_door_times, "^Main entrance, Studio 1 .*–")
        self.book(10, 130)
        after = self.as_receptionist(self.book(130, 250))
        self.env.invalidate_all()
        full = f"{self.time(115)}–{self.time(265, near=115)}"
        self.assertEqual(
            after.salto_ks_door_times,
            f"Main entrance {full}, "
            f"Studio 1 {self.time(130)}–{self.time(265, near=130)}",
        )

    def test_one_query_for_all_bookings_of_the_board(self):
        def queries(bookings):
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            bookings.mapped("salto_ks_open_verdict")
            return self.env.cr.sql_log_count - before

        bookings = self.env["resource.booking"].union(
            *(self.book(60 * n, 60 * n + 60) for n in range(1, 9))
        )
        bookings = self.as_receptionist(bookings)
        few = queries(bookings[:2])
        self.assertLessEqual(queries(bookings), few)

    def test_who_may_say_that_a_door_is_common(self):
        manager = self.receptionist.copy({"login": "manager"})
        group = self.env.ref("resource_booking_salto_ks.group_salto_ks_manager")
        manager.group_ids = [Command.link(group.id)]
        with self.assertRaises(AccessError):
            self.lock.with_user(self.receptionist).is_common = True
        self.lock.with_user(manager).is_common = True
        for name, value in (("name", "x"), ("active", False), ("online", True)):
            with self.subTest(name), self.assertRaises(AccessError):
                self.lock.with_user(manager).write({name: value})
        with self.assertRaises(AccessError):
            self.lock.with_user(manager).copy()
        site = self.integration.with_user(manager)
        self.assertEqual(site.common_lock_ids, self.entrance + self.lock)
        site.common_lock_ids = [Command.unlink(self.lock.id)]
        self.assertFalse(self.lock.is_common)
        self.assertTrue(self.entrance.is_common)

    def test_salto_knows_nothing_of_it(self):
        locks = self.env["salto.ks.lock"].with_context(default_is_common=True)
        locks._update_from_salto(
            self.integration,
            [{"id": "aaaaaaaa-0000-4000-8000-000000000000", "customer_reference": "X"}],
        )
        made = find_lock(self.integration, "X")
        self.assertFalse(made.is_common)


@tagged("post_install", "-at_install")
class TestGuestWindows(WindowMixin, HttpCase):
    def test_page_opens_the_entrance_and_says_when_the_room_is_free(self):
        self.book(-110, 10)
        after = self.book(10, 130)
        page = self.page(self.link(after))
        self.assertEqual([*page.controls], ["Open Main entrance"])
        self.assertIn("the room is taken until then", page.text)
        self.press(page, "Open Main entrance")
        self.assertEqual(self.simulator.unlocks(self.entrance.lock_id), 1)
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 0)

    def test_link_of_the_one_before_ends_when_the_next_one_begins(self):
        before = self.book(-130, -10)
        link = self.link(before)
        self.assertEqual(len(self.page(link).controls), 2)
        self.book(-10, 110)
        self.assertEqual([*self.page(link).controls], ["Open Main entrance"])

    def test_message_names_each_door_with_its_times(self):
        alone = self.book(300, 360)
        self.assertEqual(alone._salto_ks_door_link().doors, "Main entrance, Studio 1")
        self.book(10, 130)
        after = self.book(130, 250)
        link = after._salto_ks_door_link()
        self.assertRegex(link.doors, r"^Main entrance .*–.*, Studio 1 .*–")
        self.assertIn(self.time(130), link.doors)
        self.assertIn(self.time(115), link.doors)
        self.assertIn(self.time(115), link.opens)
