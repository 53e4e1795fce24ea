"""Ways round the desk that were open: marks of the host in a context, what is shared by
companies, and what superuser code told or changed."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from ..common import SaltoCaseMixin, create_booking


@tagged("post_install", "-at_install")
class TestBorders(SaltoCaseMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.abroad = cls.env["res.company"].create({"name": "Abroad"})
        cls.venue["type"].company_id = False
        groups = cls.env.ref("base.group_user") | cls.env.ref(
            "resource_booking.group_manager"
        )
        cls.host_manager = cls.receptionist.copy(
            {
                "login": "host of abroad",
                "company_id": cls.abroad.id,
                "company_ids": [Command.set(cls.abroad.ids)],
                "group_ids": [Command.set(groups.ids)],
            }
        )
        cls.desk_abroad = cls.receptionist.copy(
            {
                "login": "desk of abroad",
                "company_id": cls.abroad.id,
                "company_ids": [Command.set(cls.abroad.ids)],
            }
        )
        cls.colleague = cls.receptionist.copy(
            {
                "login": "colleague",
                "group_ids": [
                    Command.set(
                        [
                            cls.env.ref("base.group_user").id,
                            cls.env.ref("resource_booking.group_user").id,
                        ]
                    )
                ],
            }
        )

    def marked(self, booking, user):
        """As if somebody set the host's own mark in the context of a call."""
        return booking.with_user(user).with_context(syncing_booking_ids=booking.ids)

    def test_the_host_s_mark_is_no_way_round_its_checks(self):
        comes = create_booking(self.env, self.venue, start_in=timedelta(minutes=95))
        stop = self.booking.stop
        with self.assertRaises(UserError), self.env.cr.savepoint():
            self.marked(self.booking, self.receptionist).write({"duration": 4})
            self.env.flush_all()
        self.env.invalidate_all()
        self.assertEqual(self.booking.stop, stop)
        self.assertTrue(comes.exists())

    def test_nobody_types_state_or_end(self):
        for user in (self.receptionist, self.colleague):
            for vals in ({"state": "confirmed"}, {"stop": fields.Datetime.now()}):
                with self.assertRaises(AccessError):
                    self.booking.with_user(user).write(vals)
        vals = self.booking.copy_data()[0]
        with self.assertRaises(AccessError):
            self.booking.with_user(self.receptionist).create(
                {**vals, "state": "confirmed"}
            )

    def test_double_booking_with_the_mark(self):
        coming = range(self.booking.id + 1, self.booking.id + 50)
        bookings = self.env["resource.booking"].with_user(self.receptionist)
        with self.assertRaises(UserError), self.env.cr.savepoint():
            bookings.with_context(syncing_booking_ids=[*coming]).create(
                {
                    "type_id": self.venue["type"].id,
                    "combination_auto_assign": False,
                    "combination_id": self.venue["combinations"][0].id,
                    "partner_ids": [Command.set(self.venue["guest"].ids)],
                    "start": self.booking.start,
                    "duration": 1,
                }
            )
            self.env.flush_all()

    def test_a_shared_type_does_not_change_hands(self):
        shared = self.venue["type"].with_user(self.host_manager)
        for way in (
            lambda: shared.write({"company_id": self.abroad.id}),
            lambda: shared.unlink(),
        ):
            with self.assertRaises(AccessError):
                way()
        self.assertTrue(self.booking.exists())
        self.venue["type"].with_user(self.env.ref("base.user_admin")).write(
            {"company_id": self.env.company.id}
        )

    def test_what_is_booked_is_not_combined_anew_by_others(self):
        combination = self.booking.combination_id.with_user(self.host_manager)
        room = self.venue["studios"][1]
        for way in (
            lambda: combination.write({"resource_ids": [Command.link(room.id)]}),
            lambda: combination.write({"active": False}),
            lambda: combination.unlink(),
        ):
            with self.assertRaises(AccessError):
                way()

    def test_rows_of_another_company_s_type_are_not_seen(self):
        self.venue["type"].company_id = self.env.company
        rows = self.venue["type"].combination_rel_ids
        with self.assertRaises(AccessError):
            rows.with_user(self.host_manager).read(["combination_id"])

    def test_cancelling_works_whatever_automation_watches(self):
        self.env.ref("resource_booking_salto_ks.automation_open_door").active = True
        self.env.flush_all()
        admin = self.env.ref("base.user_admin")
        self.booking.with_user(admin).action_cancel()
        self.assertEqual(self.booking.state, "canceled")

    def test_guests_of_another_company_have_no_name(self):
        told = self.booking.with_user(self.desk_abroad).read(
            ["salto_ks_guest", "salto_ks_guest_phone", "salto_ks_lights"]
        )
        self.assertNotIn("Maya", str(told))
        self.assertIn("Maya", str(self.as_receptionist().salto_ks_guest))

    def test_walk_in_belongs_to_the_house(self):
        dialog = self.env["salto.ks.walk.in"].with_user(self.receptionist)
        dialog = dialog.create(
            {
                "type_id": self.venue["type"].id,
                "partner_name": "Nina New",
                "partner_phone": "1",
            }
        )
        dialog.action_book()
        guest = self.env["res.partner"].search([("name", "=", "Nina New")])
        self.assertEqual(guest.company_id, self.env.company)

    def test_stage_that_is_gone_stops_nobody_s_day(self):
        stage = self.env.ref("resource_booking_salto_ks.stage_no_show")
        self.integration.no_show_after = 20
        stage.unlink()
        self.env["salto.ks.integration"]._cron_end_stays()
        self.assertEqual(self.booking.stage_id.name, "Confirmed")

    def test_opening_abroad_leaves_the_booking_alone(self):
        booking = create_booking(
            self.env(context={"allowed_company_ids": self.abroad.ids}),
            self.venue,
            studio=1,
        ).with_context(allowed_company_ids=self.env.company.ids)
        self.assertEqual(booking.salto_ks_company_id, self.abroad)
        self.as_receptionist(booking).action_salto_ks_open_door()
        self.assertEqual(self.simulator.unlocks(), 1)
        self.assertEqual(booking.stage_id.name, "Confirmed")
        self.assertNotIn("opened", str(booking.message_ids.mapped("body")))

    def test_when_rooms_are_free_is_the_desk_s_to_know(self):
        context = {"salto_ks_walk_in_type": self.venue["type"].id}
        rooms = self.env["resource.resource"].with_context(**context)
        for user, knows in ((self.colleague, False), (self.receptionist, True)):
            names = str(rooms.with_user(user).name_search("Studio 2"))
            self.assertEqual("free until" in names, knows)

    def test_no_answer_is_moved_to_somebody_else_s_booking(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Nothing",
                "start": self.booking.start,
                "stop": self.booking.stop,
                "partner_ids": [Command.set(self.colleague.partner_id.ids)],
            }
        )
        row = event.attendee_ids.with_user(self.colleague)
        for state in ("accepted", "declined", "needsAction"):
            with self.assertRaises(AccessError):
                row.write(
                    {
                        "event_id": self.booking.meeting_id.id,
                        "partner_id": self.venue["guest"].id,
                        "state": state,
                    }
                )
            with self.assertRaises(AccessError):
                row.create(
                    {
                        "event_id": self.booking.meeting_id.id,
                        "partner_id": self.venue["guest"].id,
                        "state": state if state != "needsAction" else "declined",
                    }
                )

    def test_nobody_joins_from_the_contact_s_side(self):
        for user in (self.desk_abroad, self.receptionist):
            contact = user.partner_id.with_user(user)
            with self.assertRaises(AccessError):
                contact.write({"resource_booking_ids": [Command.link(self.booking.id)]})
        self.assertEqual(self.booking.partner_ids, self.venue["guest"])

    def test_a_guest_does_not_become_a_colleague(self):
        self.colleague.group_ids = [
            Command.link(self.env.ref("base.group_partner_manager").id)
        ]
        guest = self.venue["guest"].with_user(self.colleague)
        with self.assertRaises(AccessError):
            guest.parent_id = self.colleague.partner_id

    def test_a_room_in_use_stays_what_it_is(self):
        room = self.venue["studios"][0].with_user(self.host_manager)
        for way in (
            lambda: room.write({"active": False}),
            lambda: room.write({"resource_type": "user"}),
            lambda: room.write({"user_id": self.host_manager.id}),
            lambda: room.unlink(),
        ):
            with self.assertRaises(AccessError):
                way()

    def test_whose_meeting_it_is_stays(self):
        meeting = self.booking.meeting_id.with_user(self.colleague)
        for vals in ({"user_id": self.colleague.id}, {"privacy": "private"}):
            with self.assertRaises(AccessError):
                meeting.write(vals)

    def test_booking_without_a_name_has_one_for_all(self):
        self.venue["guest"].company_id = self.env.company
        self.booking.name = False
        told = self.booking.with_user(self.desk_abroad).read(["display_name"])
        self.assertEqual(told[0]["display_name"], "Studio session")
        self.assertIn("Maya", self.as_receptionist().display_name)

    def test_guest_s_page_without_a_no_show_stage(self):
        self.env.ref("resource_booking_salto_ks.stage_no_show").unlink()
        self.assertTrue(self.booking._salto_ks_guest_state())

    def test_double_press_extends_once(self):
        stop = self.booking.stop
        desk = self.as_receptionist().with_context(salto_ks_minutes=15)
        first, second = (desk.action_salto_ks_extend() for _press in range(2))
        self.assertEqual(self.booking.stop, stop + timedelta(minutes=15))
        self.assertEqual(first["params"]["message"], second["params"]["message"])
