from odoo.exceptions import ValidationError
from odoo.tests import TransactionCase, tagged

from ..hooks import post_init_hook
from .common import create_booking, create_venue


@tagged("post_install", "-at_install")
class TestStages(TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.venue = create_venue(cls.env)
        cls.booking = create_booking(cls.env, cls.venue)

    def stage(self, name):
        return self.env.ref(f"resource_booking_salto_ks.stage_{name}")

    def test_stage_follows_the_life_of_a_booking(self):
        self.assertEqual(self.booking.stage_id, self.stage("confirmed"))
        self.booking.action_unschedule()
        self.assertEqual(self.booking.stage_id, self.stage("pending"))
        self.booking.action_cancel()
        self.assertEqual(self.booking.stage_id, self.stage("canceled"))

    def test_new_booking_is_pending(self):
        booking = self.env["resource.booking"].create(
            {"type_id": self.venue["type"].id, "partner_ids": self.venue["guest"].ids}
        )
        self.assertEqual(booking.stage_id, self.stage("pending"))

    def test_attendee_who_declines_moves_it_back(self):
        self.booking.meeting_id.attendee_ids.write({"state": "declined"})
        self.assertEqual(self.booking.stage_id, self.stage("scheduled"))

    def test_stage_stays_while_the_state_does(self):
        self.booking.stage_id = self.stage("checked_in")
        self.booking.action_confirm()
        self.assertEqual(self.booking.stage_id, self.stage("checked_in"))

    def test_stage_of_another_state_is_refused_with_what_to_do(self):
        for name, what_to_do in (
            ("pending", "Unschedule"),
            ("scheduled", "Schedule"),
            ("canceled", "Cancel"),
        ):
            with self.assertRaisesRegex(ValidationError, what_to_do):
                self.booking.stage_id = self.stage(name)
            self.booking.invalidate_recordset()

    def test_own_stage_of_a_state(self):
        tea = self.env["resource.booking.stage"].create(
            {"name": "Tea served", "sequence": 45, "booking_state": "confirmed"}
        )
        self.booking.stage_id = tea
        self.assertEqual(self.booking.stage_id, tea)

    def test_bookings_from_before_the_addon_get_a_stage(self):
        self.env.flush_all()
        self.env.cr.execute("UPDATE resource_booking SET stage_id = NULL")
        self.env.invalidate_all()
        messages = self.booking.message_ids
        post_init_hook(self.env)
        self.env.flush_all()
        self.assertEqual(self.booking.stage_id, self.stage("confirmed"))
        self.assertEqual(self.booking.message_ids, messages)

    def test_stage_in_use_stays_in_its_state(self):
        with self.assertRaisesRegex(ValidationError, "move them to another"):
            self.stage("confirmed").booking_state = "scheduled"
