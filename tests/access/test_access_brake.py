"""The brake of small sites: bookings that still stand do not lose all of it in
silence, and a canceled booking does not wait."""

from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from ..common import create_booking
from .access_common import AccessCase


@tagged("post_install", "-at_install")
class TestSmallSites(AccessCase):
    def losses(self):
        """What takes the access of bookings that still stand, by name."""
        site = self.integration
        return {
            "mapping": lambda: site.mapping_ids.unlink(),
            "stages of the site": lambda: site.write({"access_stage_ids": [(5,)]}),
            "locks": lambda: site.lock_ids.write({"active": False}),
            "rooms of the combination": lambda: self.venue["combinations"][0].write(
                {"resource_ids": [Command.set(self.venue["studios"][2].ids)]}
            ),
        }

    def listed(self):
        action = self.integration.action_view_removals()
        return self.env[action["res_model"]].search(action["domain"])

    def rows(self, bookings):
        return self.env["salto.ks.access"].search([("booking_ref", "in", bookings.ids)])

    def test_standing_bookings_do_not_lose_all_of_it_in_silence(self):
        bookings = self.booking | self.many(2)
        before = self.groups()
        for name, lose in self.losses().items():
            with self.subTest(name), self.env.cr.savepoint() as savepoint:
                lose()
                self.assertEqual(self.calls_of(self.sync), [])
                self.assertEqual(self.groups(), before)
                self.assertTrue(self.integration.brake_at)
                self.assertIn("mass removal", self.integration.activity_ids.summary)
                self.assertEqual(self.listed(), self.rows(bookings))
                row = self.as_receptionist(self.rows(bookings[0]))
                self.assertIn("a manager has to decide", row.sentence)
                answer = self.integration.action_sync_access()["params"]
                self.assertIn("bookings that still stand", answer["message"])
                self.env.flush_all()
                savepoint.rollback()
                self.env.invalidate_all()

    def test_canceled_booking_does_not_wait_for_the_answer(self):
        bookings = self.booking | self.many(3)
        self.integration.mapping_ids.unlink()
        self.sync()
        self.assertEqual(len(self.groups()), 4)
        bookings[0].action_cancel()
        self.sync()
        self.assertIsNone(self.group(bookings[0]))
        self.assertEqual(len(self.groups()), 3)
        bookings[1].unlink()
        self.sync()
        self.assertEqual(len(self.groups()), 2)
        # It was canceled at once with the mapping.
        self.assertTrue(self.integration.brake_at)
        self.assertEqual(self.listed(), self.rows(bookings[2:]))

    def test_canceled_at_once_with_the_mapping(self):
        bookings = self.booking | self.many(3)
        bookings[:2].action_cancel()
        self.integration.mapping_ids.unlink()
        self.sync()
        left = {one["customer_reference"] for one in self.groups()}
        self.assertEqual(left, {f"Odoo_{one.id}" for one in bookings[2:]})
        self.assertTrue(self.integration.brake_at)

    def test_remove_this_access(self):
        self.many(3)
        self.integration.mapping_ids.unlink()
        self.sync()
        self.integration.action_release_brake()
        self.env.invalidate_all()
        self.assertEqual(self.groups(), [])
        self.assertFalse(self.integration.brake_at)
        self.assertFalse(self.integration.activity_ids)

    def test_fixed_cause_lets_go(self):
        self.many(2)
        before = self.groups()
        stages = self.integration.access_stage_ids
        self.integration.access_stage_ids = False
        self.sync()
        self.integration.access_stage_ids = stages
        self.sync()
        self.assertFalse(self.integration.brake_at)
        self.assertEqual(self.groups(), before)
        self.assertEqual(set(self.integration.access_ids.mapped("state")), {"granted"})

    def test_brake_holds_at_a_switched_off_site_and_can_be_released(self):
        self.many(2)
        self.integration.mapping_ids.unlink()
        self.sync()
        self.integration.action_deactivate()
        self.sync()
        self.assertEqual(len(self.groups()), 3)
        self.integration.action_release_brake()
        self.env.invalidate_all()
        self.assertEqual(self.groups(), [])

    def test_what_bookings_end_themselves_is_ordinary(self):
        checked_out = self.env.ref("resource_booking_salto_ks.stage_checked_out")
        ends = {
            "canceled": lambda bookings: bookings.action_cancel(),
            "deleted": lambda bookings: bookings.unlink(),
            "unscheduled": lambda bookings: bookings.action_unschedule(),
            "stage by hand": lambda bookings: bookings.write(
                {"stage_id": checked_out.id}
            ),
            "moved out": lambda bookings: bookings.write(
                {"combination_id": self.venue["combinations"][2].id}
            ),
            "nobody left": lambda bookings: bookings.write(
                {"partner_ids": [Command.clear()]}
            ),
            "contact archived": lambda bookings: bookings.partner_ids.write(
                {"active": False}
            ),
            "over": self.let_pass,
        }
        self.booking.action_cancel()
        for number in (1, 2):
            for name, end in ends.items():
                with self.subTest(name, number=number):
                    bookings = self.env["resource.booking"].union(
                        *(
                            create_booking(
                                self.env,
                                self.venue,
                                studio=studio,
                                start_in=timedelta(hours=3 * studio),
                            )
                            for studio in range(number)
                        )
                    )
                    self.sync()
                    self.assertEqual(len(self.groups()), number)
                    end(bookings)
                    self.sync()
                    # A group may stay that lets nobody in.
                    self.assertFalse([one for one in self.groups() if one["users"]])
                    self.assertFalse(self.integration.brake_at)
                    bookings.exists().unlink()
                    self.venue["guest"].active = True
                    self.sync()

    def test_one_booking_that_loses_its_last_door_does_not_wait(self):
        self.sync()
        self.integration.mapping_ids.unlink()
        self.sync()
        self.assertEqual(self.groups(), [])
        self.assertFalse(self.integration.brake_at)

    def test_brake_that_is_switched_off(self):
        self.many(2)
        self.integration.brake_share = 100
        self.integration.mapping_ids.unlink()
        self.sync()
        self.assertEqual(self.groups(), [])
