from datetime import timedelta

from odoo.exceptions import UserError, ValidationError
from odoo.tests import TransactionCase, new_test_user, tagged

from ...hooks import post_init_hook
from ..common import (
    create_booking,
    create_integration,
    create_receptionist,
    create_venue,
)


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

    def make_scheduled(self):
        self.booking.meeting_id.attendee_ids.write({"state": "needsAction"})
        self.assertEqual(self.booking.stage_id, self.stage("scheduled"))

    def test_stage_confirms_what_is_scheduled(self):
        desk = create_receptionist(self.env)
        for name in ("confirmed", "checked_in"):
            self.make_scheduled()
            self.booking.with_user(desk).stage_id = self.stage(name)
            self.assertEqual(self.booking.state, "confirmed")
            self.assert_consistent(name)

    def test_stage_confirms_nothing_without_a_time(self):
        self.booking.action_unschedule()
        with self.assertRaisesRegex(ValidationError, "give it a time"):
            self.booking.stage_id = self.stage("confirmed")

    def test_guests_confirm_nothing_by_a_stage(self):
        self.make_scheduled()
        guest = new_test_user(self.env, "portal-guest", groups="base.group_portal")
        with self.assertRaises(ValidationError):
            self.booking.with_user(guest).sudo().stage_id = self.stage("confirmed")

    def test_bookings_menu_shows_everybody_s_to_the_desk(self):
        ours, hosts = (
            self.env.ref(name).id
            for name in (
                "resource_booking_salto_ks.booking_menu",
                "resource_booking.resource_booking_menu",
            )
        )
        desk = create_receptionist(self.env)
        colleague = new_test_user(
            self.env,
            "colleague",
            groups="base.group_user,resource_booking.group_user",
        )
        for user, shown, hidden in ((desk, ours, hosts), (colleague, hosts, ours)):
            menus = self.env["ir.ui.menu"].with_user(user).load_menus(False)
            self.assertIn(shown, menus)
            self.assertNotIn(hidden, menus)
        action = self.env.ref("resource_booking_salto_ks.booking_action")
        self.assertEqual(action.context, "{}")

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

    def test_stage_that_bookings_are_in_is_not_deleted(self):
        tea = self.stage("confirmed").copy({"name": "Tea served"})
        self.booking.stage_id = tea
        with self.assertRaisesRegex(UserError, "'Tea served'.*move them to another"):
            tea.unlink()
        self.booking.stage_id = self.stage("checked_in")
        tea.unlink()
        self.assertFalse(tea.exists())

    def test_stage_that_archived_bookings_are_in_is_not_deleted(self):
        self.booking.action_cancel()
        with self.assertRaisesRegex(UserError, "archived ones"):
            self.stage("canceled").unlink()

    def test_stage_in_the_settings_of_a_site_is_not_deleted(self):
        site = create_integration(self.env, active=False)
        for name in ("open_stage_ids", "access_stage_ids", "checkin_stage_id"):
            tea = self.stage("confirmed").copy({"name": "Tea served"})
            site[name] = tea
            with self.subTest(name), self.assertRaisesRegex(UserError, "Studio House"):
                tea.unlink()
            self.assertEqual(site[name], tea)
            site[name] = self.stage("checked_in")
            tea.unlink()
            self.assertFalse(tea.exists())

    def test_last_stage_of_a_state_stays(self):
        stage = self.stage("pending")
        for lose in (stage.unlink, lambda: stage.write({"booking_state": "confirmed"})):
            with self.assertRaises(ValidationError) as refusal:
                lose()
            self.assertIn("would have no stage", str(refusal.exception))
        stage.copy({"name": "Waiting list"})
        stage.unlink()

    def assert_consistent(self, name):
        self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.booking.stage_id, self.stage(name))
        self.assertEqual(self.booking.stage_id.booking_state, self.booking.state)

    def test_dragging_the_event_keeps_the_stage_of_its_state(self):
        self.booking.stage_id = self.stage("checked_in")
        event = self.booking.meeting_id
        event.write(
            {
                "start": event.start + timedelta(days=1),
                "stop": event.stop + timedelta(days=1),
            }
        )
        self.assertEqual(self.booking.start, event.start)
        self.assert_consistent("checked_in")

    def test_deleting_the_event_makes_it_pending(self):
        self.booking.stage_id = self.stage("checked_in")
        self.booking.meeting_id.unlink()
        self.assert_consistent("pending")

    def test_cancel_and_restore(self):
        self.booking.stage_id = self.stage("checked_out")
        self.booking.action_cancel()
        self.assert_consistent("canceled")
        self.booking.action_unschedule()
        self.booking.active = True
        self.assert_consistent("pending")

    def test_answers_of_the_guest(self):
        attendee = self.booking.meeting_id.attendee_ids.filtered(
            lambda one: one.partner_id == self.venue["guest"]
        )
        for answer, stage in (
            ("do_decline", "scheduled"),
            ("do_accept", "confirmed"),
            ("do_tentative", "scheduled"),
        ):
            getattr(attendee, answer)()
            self.assert_consistent(stage)

    def test_reschedule_through_the_form(self):
        self.booking.stage_id = self.stage("checked_in")
        self.booking.start += timedelta(days=1)
        self.assert_consistent("checked_in")

    def test_all_stages_are_columns_even_empty_ones(self):
        bookings = self.env["resource.booking"].with_context(read_group_expand=True)
        groups = bookings.web_read_group(
            [("id", "=", self.booking.id)], ["stage_id"], ["__count"]
        )["groups"]
        names = [group["stage_id"][1] for group in groups]
        stages = self.env["resource.booking.stage"].search([])
        self.assertEqual(names, stages.mapped("display_name"))

    def test_bookings_are_shown_by_stage_besides_the_calendar(self):
        action = self.env.ref("resource_booking.resource_booking_action")
        modes = [mode for _view, mode in action.views]
        self.assertEqual(modes, ["calendar", "kanban", "list", "form"])
