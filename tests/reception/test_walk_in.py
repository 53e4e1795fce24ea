"""Somebody stands at the desk without a booking."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, tagged

from ..common import SaltoCaseMixin, create_booking


@tagged("post_install", "-at_install")
class TestWalkIn(SaltoCaseMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.known = cls.env["res.partner"].create(
            {"name": "Piet Known", "email": "piet@guest.example"}
        )

    def dialog(self, **values):
        """The dialog as the receptionist fills it in; what is not named is proposed."""
        dialogs = self.env["salto.ks.walk.in"].with_user(self.receptionist)
        with Form(dialogs) as form:
            form.type_id = self.venue["type"]
            for name, value in values.items():
                form[name] = value
            return form.save()

    def bookings_of(self, partner):
        return self.env["resource.booking"].search([("partner_ids", "in", partner.ids)])

    def test_known_guest_walks_in(self):
        dialog = self.dialog(partner_id=self.known)
        self.assertEqual(dialog.resource_id, self.venue["studios"][1], "1 is taken")
        answer = dialog.action_book_and_open()
        self.assertEqual(answer["params"]["message"], "Studio 2 opened.")
        self.assertEqual(self.simulator.unlocks(), 1)
        booking = self.bookings_of(self.known)
        self.assertEqual(booking.state, "confirmed")
        self.assertEqual(booking.stage_id, self.integration.checkin_stage_id)
        self.assertTrue(booking.salto_ks_arrived_at)
        self.assertEqual(booking.stop, dialog.until)

    def test_new_guest_is_made_on_the_spot(self):
        dialog = self.dialog(partner_name="Nina New", partner_phone="+31 6 1234")
        dialog.action_book_and_open()
        guest = self.env["res.partner"].search([("name", "=", "Nina New")])
        self.assertEqual(guest.phone, "+31 6 1234")
        self.assertEqual(self.simulator.unlocks(), 1)
        self.assertEqual(self.bookings_of(guest).state, "confirmed")

    def test_booking_alone_opens_nothing(self):
        dialog = self.dialog(partner_id=self.known)
        dialog.action_book()
        self.assertEqual(self.simulator.unlocks(), 0)
        self.assertEqual(self.bookings_of(self.known).state, "confirmed")
        self.assertFalse(self.bookings_of(self.known).salto_ks_arrived_at)

    def test_second_press_books_nothing_more(self):
        dialog = self.dialog(partner_id=self.known)
        dialog.action_book_and_open()
        dialog.action_book_and_open()
        self.assertEqual(len(self.bookings_of(self.known)), 1)
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_deadline_of_the_host_is_no_matter(self):
        self.venue["type"].modifications_deadline = 24
        self.dialog(partner_id=self.known).action_book_and_open()
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_proposed_end_is_one_that_is_taken(self):
        """Also where the house's clock is not UTC, and closes before the usual end."""
        calendar = self.venue["type"].resource_calendar_id
        calendar.tz = "Asia/Tokyo"
        self.venue["type"].duration = 30
        dialog = self.dialog(partner_id=self.known)
        dialog.action_book()
        self.assertEqual(self.bookings_of(self.known).stop, dialog.until)

    def test_stay_ends_before_the_next_guest(self):
        soon = timedelta(minutes=40)
        comes = create_booking(self.env, self.venue, studio=1, start_in=soon)
        dialog = self.dialog(
            partner_id=self.known, resource_id=self.venue["studios"][1]
        )
        self.assertEqual(dialog.until, comes.start)
        self.assertIn("Free until", dialog.free_text)
        dialog.until = comes.start + timedelta(minutes=5)
        with self.assertRaisesRegex(UserError, "free only until"):
            dialog.action_book_and_open()
        self.assertFalse(self.bookings_of(self.known))
        self.assertEqual(self.simulator.unlocks(), 0)

    def test_taken_room_is_not_offered_and_not_booked(self):
        dialog = self.dialog(partner_id=self.known)
        self.assertNotIn(self.venue["studios"][0], dialog.free_resource_ids)
        create_booking(self.env, self.venue, studio=1)
        with self.assertRaisesRegex(UserError, "just been taken"):
            dialog.action_book_and_open()
        self.assertFalse(self.bookings_of(self.known))

    def test_nothing_half_made_stays(self):
        dialog = self.dialog(partner_name="Nina New", partner_phone="1")
        create_booking(self.env, self.venue, studio=1)
        with self.assertRaises(UserError):
            dialog.action_book()
        self.assertFalse(self.env["res.partner"].search([("name", "=", "Nina New")]))

    def test_what_is_missing_is_said(self):
        for values, sentence in (
            ({}, "Who is it"),
            ({"partner_name": "Nina"}, "phone number or an e-mail"),
        ):
            with self.assertRaisesRegex(UserError, sentence):
                self.dialog(**values).action_book()

    def test_somebody_else_s_address_is_no_new_guest(self):
        dialog = self.dialog(partner_name="N", partner_email="PIET@guest.example")
        with self.assertRaisesRegex(UserError, "belongs to Piet Known"):
            dialog.action_book()

    def test_a_closed_door_leaves_the_booking(self):
        self.simulator.control(f"iqs/{self.iq.iq_id}", {"online": False})
        answer = self.dialog(partner_id=self.known).action_book_and_open()
        self.assertIn("Studio 2 stayed closed", answer["params"]["message"])
        self.assertEqual(self.bookings_of(self.known).state, "confirmed")

    def test_room_names_say_until_when_they_are_free(self):
        room = self.venue["studios"][1].with_context(
            salto_ks_walk_in_type=self.venue["type"].id
        )
        self.assertRegex(room.display_name, r"Studio 2 · free until .+")

    def test_all_rooms_taken(self):
        for studio in (1, 2):
            create_booking(self.env, self.venue, studio=studio)
        dialog = self.dialog(partner_id=self.known)
        self.assertFalse(dialog.resource_id)
        self.assertIn("No room", dialog.free_text)
        with self.assertRaisesRegex(UserError, "Choose a booking type, a room"):
            dialog.action_book()

    def test_it_is_for_the_desk(self):
        colleague = self.receptionist.copy(
            {
                "login": "colleague",
                "group_ids": [
                    Command.set(self.env.ref("resource_booking.group_user").ids)
                ],
            }
        )
        with self.assertRaises(AccessError):
            self.env["salto.ks.walk.in"].with_user(colleague).create({})

    def test_end_in_the_past(self):
        dialog = self.dialog(partner_id=self.known)
        dialog.until = fields.Datetime.now() - timedelta(minutes=1)
        with self.assertRaisesRegex(UserError, "in the past"):
            dialog.action_book()
