"""What became of openings whose answer was lost, and bookings that follow them."""

from datetime import datetime, timedelta, timezone
from functools import partial
from unittest.mock import patch

from odoo.exceptions import UserError
from odoo.tests import TransactionCase, tagged
from odoo.tools import mute_logger

from ...connect.errors import RateLimited
from ...models.site import integration_connection
from ...services import settle_openings
from ..common import (
    SaltoCaseMixin,
    age_openings,
    create_booking,
    delete_openings,
    find_lock,
)

LOCKING = "*/locking"
CRON = "resource_booking_salto_ks.cron_resolve_openings"


@tagged("post_install", "-at_install")
class TestSettlement(SaltoCaseMixin, TransactionCase):
    def open_door(self):
        return self.as_receptionist().action_salto_ks_open_door()

    def opening(self):
        return self.booking.salto_ks_opening_ids

    def lose_answer(self, when):
        """A click whose answer never came, before or after the door opened."""
        self.simulator.fault("PATCH", LOCKING, f"reset_{when}", times=1)
        self.open_door()
        self.env.invalidate_all()
        self.assertEqual(self.opening().state, "unknown")

    def let_pass(self, **period):
        age_openings(self.opening(), **period)

    def settle(self):
        before = self.simulator.commands()
        self.env.ref(CRON).method_direct_trigger()
        self.env.invalidate_all()
        self.assertEqual(self.simulator.commands(), before, "the cron sends nothing")

    def chatter(self, text):
        return self.booking.message_ids.filtered(lambda one: text in (one.body or ""))

    def test_whatever_goes_wrong_the_record_ends_with_the_truth(self):
        faults = [
            {"fault": "status", "status": status}
            for status in (400, 401, 403, 404, 405, 409, 429, 500, 502, 503, 504)
        ]
        faults += [{"fault": "html"}, {"fault": "html", "status": 502}]
        faults += [{"fault": "delay", "seconds": 0.1}]
        faults += [{"fault": f"reset_{when}"} for when in ("before", "after")]
        faults += [{"fault": f"timeout_{when}"} for when in ("before", "after")]
        impatient = partial(integration_connection.KsClient, timeout=1.0)
        with (
            patch.object(integration_connection, "KsClient", impatient),
            patch.dict(integration_connection._clients, clear=True),
        ):
            for fault in faults:
                with self.subTest(**fault):
                    self.assert_truth(fault)

    def assert_truth(self, fault):
        """One click under a fault, and what the record says in the end."""
        self.simulator.reset()
        delete_openings(self.env)
        self.env["salto.ks.vault"].sudo()._put("token", self.integration, None)
        self.env["resource.booking"].search(
            [("combination_id", "=", self.venue["combinations"][1].id)]
        ).unlink()
        booking = create_booking(self.env, self.venue, studio=1)
        self.integration.sudo().contact_ids.paused_until = False
        self.env.flush_all()
        lock = find_lock(self.integration, "Studio 2")
        self.simulator.fault("PATCH", LOCKING, **fault, times=1)
        self.as_receptionist(booking).action_salto_ks_open_door()
        opening = self.env["salto.ks.opening"].search([("lock_id", "=", lock.id)])[:1]
        self.assertEqual(opening.booking_id, booking)
        self.assertNotEqual(opening.state, "claimed")
        self.settle()
        if opening.state == "unknown":
            age_openings(opening, minutes=11)
            self.settle()
        unlocks = self.simulator.unlocks(lock.lock_id)
        self.assertEqual(opening.state, "opened" if unlocks else "refused")
        self.assertEqual(bool(booking.salto_ks_last_open), bool(unlocks))

    def test_a_door_that_opened_is_settled_from_the_log(self):
        self.lose_answer("after")
        self.settle()
        self.assertEqual(self.opening().state, "opened")
        entry = next(self.integration._client().entries(self.integration.site_id))
        self.assertEqual(self.opening().entry_id, entry["id"])

    def test_the_booking_follows_what_the_log_says_once(self):
        self.lose_answer("after")
        self.assertEqual(self.booking.stage_id.name, "Confirmed")
        self.settle()
        self.let_pass(minutes=1)
        self.settle()
        self.assertEqual(self.booking.stage_id.name, "Checked in")
        self.assertTrue(self.booking.salto_ks_last_open)
        confirmed = self.env.ref("resource_booking_salto_ks.stage_confirmed")
        self.booking.stage_id = confirmed
        self.opening().sudo().followed = False
        self.let_pass(minutes=1)
        self.settle()
        self.assertEqual(self.booking.stage_id, confirmed)
        self.assertEqual(len(self.chatter("Salto's log shows that it opened")), 1)

    def test_a_door_that_stayed_closed_is_settled_when_its_entry_cannot_come(self):
        self.lose_answer("before")
        self.settle()
        self.assertEqual(self.opening().state, "unknown")
        self.let_pass(minutes=11)
        self.settle()
        self.assertEqual(self.opening().state, "refused")
        self.assertIn("no opening at that time", self.opening().reason)
        self.assertFalse(self.booking.salto_ks_last_open)
        self.assertEqual(self.booking.stage_id.name, "Confirmed")

    def test_openings_by_others_do_not_count(self):
        self.lose_answer("before")
        for entry in (
            {"access_by": "tag"},
            {"access_by": "remote", "user_id": None, "access_detail": "Somebody"},
            {"access_by": "remote", "event_category": "lock_rejected"},
        ):
            body = {"event_category": "lock_opened", "lock_id": self.lock.lock_id}
            self.simulator.control("entries", {**body, **entry})
        self.settle()
        self.assertEqual(self.opening().state, "unknown")

    def test_an_entry_belongs_to_one_opening(self):
        self.lose_answer("before")
        self.let_pass(seconds=20)
        self.open_door()
        self.env.invalidate_all()
        self.settle()
        self.assertEqual(set(self.opening().mapped("state")), {"opened", "unknown"})

    def test_a_clock_that_is_wrong_is_allowed_for(self):
        self.simulator.control("clock", {"offset_s": 120})
        self.lose_answer("after")
        self.settle()
        self.assertEqual(self.opening().state, "opened")

    def test_it_stays_unknown_while_the_log_cannot_be_read(self):
        self.lose_answer("after")
        self.let_pass(minutes=11)
        self.simulator.fault("GET", "*/entries", "status", status=503)
        self.settle()
        self.assertEqual(self.opening().state, "unknown")

    def test_it_stays_unknown_when_the_site_is_switched_off_and_settles_later(self):
        self.lose_answer("after")
        self.integration.action_deactivate()
        self.settle()
        self.assertEqual(self.opening().state, "unknown")
        self.integration.action_activate()
        self.settle()
        self.assertEqual(self.opening().state, "opened")

    def test_a_settled_opening_leaves_a_later_stage_alone(self):
        self.lose_answer("after")
        checked_out = self.env.ref("resource_booking_salto_ks.stage_checked_out")
        self.booking.stage_id = checked_out
        self.settle()
        self.assertEqual(self.booking.stage_id, checked_out)

    def test_nothing_is_asked_while_nothing_is_unknown(self):
        self.open_door()
        before = len(self.simulator.state()["requests"])
        self.settle()
        self.assertEqual(len(self.simulator.state()["requests"]), before)

    def test_an_entry_is_taken_for_the_try_before_it_and_only_once(self):
        self.lose_answer("before")
        first = self.opening()
        self.let_pass(seconds=58)
        self.simulator.fault("PATCH", LOCKING, "reset_after", times=1)
        self.open_door()
        self.env.invalidate_all()
        second = self.opening() - first
        for _run in range(2):
            self.settle()
            self.assertEqual(first.state, "unknown")
            self.assertEqual(second.state, "opened")

    def test_what_happens_later_hides_nothing(self):
        self.lose_answer("after")
        for minute in range(3):
            self.simulator.control(
                "entries",
                {
                    "event_category": "lock_opened",
                    "lock_id": self.lock.lock_id,
                    "access_by": "tag",
                    "utc_date_time": (
                        datetime.now(timezone.utc) + timedelta(minutes=5 + minute)
                    ).isoformat(),
                },
            )
        with patch.object(settle_openings, "MOST_ENTRIES", 2):
            self.settle()
        self.assertEqual(self.opening().state, "opened")

    def test_openings_far_apart_are_looked_up_each_in_its_time(self):
        self.lose_answer("before")
        self.let_pass(hours=3)
        self.simulator.fault("PATCH", LOCKING, "reset_after", times=1)
        self.open_door()
        self.env.invalidate_all()
        self.settle()
        self.assertEqual(self.opening().mapped("state"), ["opened", "refused"])

    def test_a_site_that_asks_us_to_wait_is_not_asked(self):
        self.lose_answer("after")
        self.integration._note_contact(RateLimited("slow down", retry_after=60))
        before = len(self.simulator.state()["requests"])
        self.settle()
        self.assertEqual(len(self.simulator.state()["requests"]), before)
        self.assertEqual(self.opening().state, "unknown")

    # -- bookings that refuse to follow

    def object_to_checking_in(self):
        """A rule of the house's own."""
        return patch.object(
            type(self.booking),
            "_salto_ks_vals_after_opening",
            side_effect=UserError("The deposit is missing."),
        )

    def test_the_person_hears_of_both_the_door_and_the_objection(self):
        with self.object_to_checking_in():
            answer = self.open_door()["params"]
        self.assertEqual(answer["type"], "success")
        self.assertRegex(answer["message"], "Studio 1 opened.*deposit is missing")
        self.assertEqual(self.opening().state, "opened")

    @mute_logger("odoo.addons.resource_booking_salto_ks.services.settle_openings")
    def test_a_booking_that_objects_stops_no_other(self):
        with self.object_to_checking_in():
            self.open_door()
        other = create_booking(self.env, self.venue, studio=1)
        with patch.object(type(other), "_salto_ks_follow"):
            self.as_receptionist(other).action_salto_ks_open_door()
        follow = type(other)._salto_ks_follow

        def object_once(booking, *args):
            if booking == self.booking:
                raise UserError("The deposit is missing.")
            return follow(booking, *args)

        openings = self.env["salto.ks.opening"].search([])
        age_openings(openings, minutes=1)
        with patch.object(type(other), "_salto_ks_follow", object_once):
            self.settle()
        self.assertEqual(other.stage_id.name, "Checked in")
        self.assertEqual(self.booking.stage_id.name, "Confirmed")
