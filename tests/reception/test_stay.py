"""In and out at the desk, by hand, by a door and by the clock; longer stays."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from ..common import SaltoCaseMixin, create_booking


@tagged("post_install", "-at_install")
class TestStay(SaltoCaseMixin, TransactionCase):
    def stage(self, name):
        return self.env.ref(f"resource_booking_salto_ks.stage_{name}")

    def end_stays(self):
        self.env.flush_all()
        self.env["salto.ks.integration"]._cron_end_stays()

    def move(self, booking, **by):
        """As if the booking had been at another time all along."""
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE resource_booking SET start = start + %(by)s, stop = stop + %(by)s"
            " WHERE id = %(id)s",
            {"by": timedelta(**by), "id": booking.id},
        )
        self.env.invalidate_all()

    # -- by hand

    def test_in_and_out_by_hand(self):
        desk = self.as_receptionist()
        desk.action_salto_ks_check_in()
        self.assertEqual(self.booking.stage_id, self.stage("checked_in"))
        arrived = self.booking.salto_ks_arrived_at
        self.assertTrue(arrived)
        desk.action_salto_ks_check_in()
        self.assertEqual(self.booking.salto_ks_arrived_at, arrived)
        desk.action_salto_ks_check_out()
        self.assertEqual(self.booking.stage_id, self.stage("checked_out"))
        self.assertTrue(self.booking.salto_ks_left_at)

    def test_door_that_opens_is_an_arrival(self):
        self.as_receptionist().action_salto_ks_open_door()
        self.assertTrue(self.booking.salto_ks_arrived_at)

    def test_mistake_is_undone_by_the_stage(self):
        self.as_receptionist().action_salto_ks_check_in()
        self.booking.stage_id = self.stage("confirmed")
        self.assertFalse(self.booking.salto_ks_arrived_at)

    def test_check_in_confirms(self):
        self.booking.meeting_id.attendee_ids.write({"state": "needsAction"})
        self.assertEqual(self.booking.state, "scheduled")
        self.as_receptionist().action_salto_ks_check_in()
        self.assertEqual(self.booking.state, "confirmed")
        self.assertEqual(self.booking.stage_id, self.stage("checked_in"))

    def test_check_in_is_for_today(self):
        later = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(days=3)
        )
        with self.assertRaisesRegex(UserError, "not a booking of today"):
            self.as_receptionist(later).action_salto_ks_check_in()

    def test_nobody_checks_out_who_never_came(self):
        with self.assertRaisesRegex(UserError, "has not been checked in"):
            self.as_receptionist().action_salto_ks_check_out()

    def test_strangers_check_nobody_in(self):
        colleague = self.receptionist.copy(
            {
                "login": "colleague",
                "group_ids": [
                    Command.set(self.env.ref("resource_booking.group_manager").ids)
                ],
            }
        )
        for action in ("check_in", "check_out", "extend"):
            with self.assertRaises(AccessError):
                getattr(
                    self.booking.with_user(colleague), f"action_salto_ks_{action}"
                )()
        self.assertFalse(self.booking.salto_ks_arrived_at)

    def test_other_companies_check_nobody_in(self):
        other = self.env["res.company"].create({"name": "Elsewhere"})
        self.venue["type"].company_id = False
        stranger = self.receptionist.copy(
            {
                "login": "elsewhere",
                "company_id": other.id,
                "company_ids": [Command.set(other.ids)],
            }
        )
        for action in ("check_in", "check_out", "extend"):
            with self.assertRaises(AccessError):
                getattr(self.booking.with_user(stranger), f"action_salto_ks_{action}")()

    def test_arrival_is_not_typed(self):
        with self.assertRaises(AccessError):
            self.as_receptionist().salto_ks_arrived_at = fields.Datetime.now()

    # -- by the clock

    def test_guest_who_left_is_checked_out_after_a_while(self):
        self.as_receptionist().action_salto_ks_check_in()
        self.move(self.booking, minutes=-100)
        self.end_stays()
        self.assertFalse(self.booking.salto_ks_left_at)
        self.move(self.booking, minutes=-10)
        self.end_stays()
        self.assertEqual(self.booking.stage_id, self.stage("checked_out"))
        self.assertTrue(self.booking.salto_ks_left_at)

    def test_next_guest_ends_the_stay_at_once(self):
        self.as_receptionist().action_salto_ks_check_in()
        create_booking(self.env, self.venue, start_in=timedelta(minutes=91))
        self.move(self.booking, minutes=-91)
        self.env["resource.booking"].search(
            [("start", ">", self.booking.stop)]
        ).flush_recordset()
        nxt = self.env["resource.booking"].search(
            [("id", "!=", self.booking.id)], order="id desc", limit=1
        )
        self.move(nxt, minutes=-91)
        self.end_stays()
        self.assertEqual(self.booking.stage_id, self.stage("checked_out"))

    def test_nobody_is_a_no_show_unless_it_is_wished(self):
        self.end_stays()
        self.assertEqual(self.booking.stage_id, self.stage("confirmed"))

    def test_no_show_calls_somebody(self):
        self.integration.no_show_after = 20
        self.end_stays()
        self.assertEqual(self.booking.stage_id, self.stage("no_show"))
        self.assertEqual(
            self.booking.activity_ids.mapped("summary"), ["Guest did not come"]
        )
        self.end_stays()
        self.assertEqual(len(self.booking.activity_ids), 1)

    def test_who_has_arrived_is_no_no_show(self):
        self.integration.no_show_after = 20
        self.as_receptionist().action_salto_ks_open_door()
        self.end_stays()
        self.assertEqual(self.booking.stage_id, self.stage("checked_in"))

    def test_late_guest_is_welcome(self):
        self.integration.no_show_after = 20
        self.end_stays()
        self.as_receptionist().action_salto_ks_check_in()
        self.assertEqual(self.booking.stage_id, self.stage("checked_in"))

    # -- longer

    def extend(self, minutes, booking=None):
        desk = self.as_receptionist(booking)
        return desk.with_context(salto_ks_minutes=minutes).action_salto_ks_extend()

    def test_stay_is_extended_past_the_deadline(self):
        self.venue["type"].modifications_deadline = 24
        stop = self.booking.stop
        answer = self.extend(30)
        self.assertEqual(self.booking.stop, stop + timedelta(minutes=30))
        self.assertEqual(self.booking.meeting_id.stop, self.booking.stop)
        self.assertEqual(self.booking.state, "confirmed")
        self.assertIn("may stay until", answer["params"]["message"])
        note = self.booking.message_ids.filtered(lambda one: "Extended" in one.body)
        self.assertEqual(note.author_id, self.receptionist.partner_id)

    def test_extension_ends_where_the_next_guest_comes(self):
        create_booking(self.env, self.venue, start_in=timedelta(minutes=100))
        stop = self.booking.stop
        with self.assertRaisesRegex(UserError, "Studio 1 is booked from .* by Maya"):
            self.extend(15)
        self.assertEqual(self.booking.stop, stop)

    def test_minutes_are_no_one_s_wish(self):
        with self.assertRaisesRegex(UserError, "15, 30, 60"):
            self.extend(600)

    def test_link_goes_on_to_the_new_end(self):
        key = self.booking._salto_ks_make_key()
        old = self.booking._salto_ks_link_end(key)
        self.extend(30)
        self.extend(15)
        end = self.booking._salto_ks_link_end(key)
        self.assertEqual(end, old + timedelta(minutes=45))
        self.assertEqual(end.replace(tzinfo=None), self.booking.stop)

    def test_link_does_not_follow_a_booking_that_is_moved(self):
        key = self.booking._salto_ks_make_key()
        old = self.booking._salto_ks_link_end(key)
        self.extend(30)
        self.booking.with_user(self.env.ref("base.user_admin")).duration += 1
        self.assertEqual(self.booking._salto_ks_link_end(key), old)
