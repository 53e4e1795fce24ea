"""A site that is switched off gives nothing more, and takes away what has to go."""

from datetime import timedelta

from odoo import Command
from odoo.exceptions import AccessError, UserError
from odoo.tests import HttpCase, tagged

from ..common import SaltoCaseMixin, create_booking
from .access_common import AccessCase, sync_access
from .test_access import wall

OFF = {
    "inactive": {"state": "inactive"},
    "keeps no access groups": {"sync_access": False},
    "archived": {"active": False},
}
ON = {"state": "active", "sync_access": True, "active": True}


@tagged("post_install", "-at_install")
class TestSwitchedOff(AccessCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.omar = cls.env["res.partner"].create(
            {"name": "Omar", "email": "omar@guest.example"}
        )

    def book(self, **values):
        """One more booking, of two people, that has access."""
        people = self.venue["guest"] | self.omar
        booking = create_booking(
            self.env,
            self.venue,
            studio=1,
            start_in=timedelta(hours=3),
            partner_ids=[Command.set(people.ids)],
            **values,
        )
        self.sync()
        self.assertEqual(len(self.group(booking)["users"]), 2)
        return booking

    def attend(self, booking, command):
        """Change who attends. The host then wants the booking confirmed again."""
        booking.partner_ids = [command]
        booking.action_confirm()

    def each_way_off(self):
        """Switch the site off in one way after the other."""
        for name, values in OFF.items():
            with self.subTest(name):
                yield values
            self.integration.write(ON)

    # -- what goes

    def test_booking_that_ends_itself_loses_its_access_within_a_pass(self):
        ends = {
            "cancel": lambda booking: booking.action_cancel(),
            "unlink": lambda booking: booking.unlink(),
            "nobody attends": lambda booking: booking.write(
                {"partner_ids": [Command.clear()]}
            ),
            "unschedule": lambda booking: booking.action_unschedule(),
            "another day": lambda booking: booking.write(
                {"start": booking.start + timedelta(days=1)}
            ),
            "stage": lambda booking: booking.write(
                {
                    "stage_id": self.env.ref(
                        "resource_booking_salto_ks.stage_checked_out"
                    ).id
                }
            ),
        }
        for values in self.each_way_off():
            for name, end in ends.items():
                with self.subTest(name):
                    self.integration.write(ON)
                    booking = self.book()
                    row = self.access(booking)
                    self.integration.write(values)
                    self.sync()
                    self.assertTrue(self.group(booking))
                    end(booking)
                    self.sync()
                    self.assertEqual(row.state, "revoked")
                    names = [one["customer_reference"] for one in self.groups()]
                    self.assertNotIn(row.name, names)
                    self.assertTrue(self.group())
                    booking.exists().unlink()

    def test_attendee_who_was_removed_loses_access_alone(self):
        booking = self.book()
        before = self.group(booking)
        for values in self.each_way_off():
            self.sync()
            self.integration.write(values)
            self.attend(booking, Command.unlink(self.omar.id))
            self.sync()
            after = self.group(booking)
            self.assertEqual(after["id"], before["id"])
            self.assertEqual(
                after["users"], [self.user("maya@guest.example")["user_id"]]
            )
            self.attend(booking, Command.link(self.omar.id))
            self.assertEqual(self.calls_of(self.sync), [])

    def test_person_whose_contact_is_archived_loses_access(self):
        booking = self.book()
        self.integration.action_deactivate()
        self.omar.active = False
        self.sync()
        maya = self.user("maya@guest.example")["user_id"]
        self.assertEqual(self.group(booking)["users"], [maya])
        self.venue["guest"].active = False
        self.sync()
        self.assertEqual(self.groups(), [])

    def test_failing_call_is_repeated_until_salto_confirms(self):
        booking = self.book()
        self.integration.action_deactivate()
        self.simulator.fault("*", "*/access_groups/*", "status", status=503)
        booking.action_cancel()
        self.booking.partner_ids = [Command.set(self.omar.ids)]
        self.sync()
        self.assertEqual(self.access(booking).state, "revoking")
        self.assertTrue(self.group(booking) and self.group())
        self.simulator.control("faults", method="DELETE")
        self.make_due()
        self.sync()
        self.assertEqual(self.groups(), [])

    def test_what_is_over_is_cleared_away(self):
        self.sync()
        self.integration.action_deactivate()
        self.let_pass(self.booking)
        self.sync()
        self.assertEqual(self.groups(), [])

    # -- what stays, and what is not given

    def test_nothing_new_is_given(self):
        booking = self.book()
        before = self.groups()
        for values in self.each_way_off():
            self.integration.write(values)
            new = create_booking(self.env, self.venue, start_in=timedelta(hours=9))
            booking.duration = 3
            self.attend(self.booking, Command.link(self.omar.id))
            self.assertEqual(self.calls_of(self.sync), [])
            self.assertEqual(self.groups(), before)
            booking.duration = 2
            self.attend(self.booking, Command.unlink(self.omar.id))
            new.unlink()

    def test_shorter_booking_is_followed_and_a_longer_one_is_not(self):
        self.sync()
        self.integration.action_deactivate()
        self.booking.duration = 1
        self.sync()
        (schedule,) = self.group()["time_schedules"]
        self.assertEqual(schedule["end_date"], wall(self.booking.stop, 15))
        end = schedule["end_date"]
        self.booking.duration = 4
        self.sync()
        (schedule,) = self.group()["time_schedules"]
        self.assertEqual(schedule["end_date"], end)

    def test_mapping_and_settings_of_a_switched_off_site_are_not_followed(self):
        self.book()
        before = self.groups()
        self.integration.action_deactivate()
        self.integration.mapping_ids.unlink()
        self.integration.access_stage_ids = False
        self.assertEqual(self.calls_of(self.sync), [])
        self.assertEqual(self.groups(), before)

    def test_activated_again_it_catches_up(self):
        booking = self.book()
        self.integration.action_deactivate()
        self.booking.action_cancel()
        booking.duration = 3
        new = create_booking(self.env, self.venue, start_in=timedelta(hours=9))
        self.sync()
        self.integration.action_activate()
        self.sync()
        self.assertIsNone(self.group())
        self.assertTrue(self.group(new))
        (schedule,) = self.group(booking)["time_schedules"]
        self.assertEqual(schedule["end_date"], wall(booking.stop, 15))

    def test_copy_takes_nothing_away(self):
        booking = self.book()
        self.integration.action_deactivate()
        self.integration.sudo().activated_in = "another database"
        booking.action_cancel()
        self.booking.unlink()
        self.assertEqual(self.calls_of(self.sync), [])
        for method in ("action_revoke", "action_synchronize"):
            answer = getattr(self.access(booking), method)()["params"]
            self.assertIn("is a copy", answer["message"])
        with self.assertRaisesRegex(UserError, "is a copy"):
            self.integration.action_remove_access()
        self.assertEqual(len(self.groups()), 2)

    # -- what people read

    def test_cards_say_that_odoo_does_not_update_it(self):
        self.sync()
        row = self.as_receptionist(self.access())
        self.assertFalse(row.why_not_updated)
        for values in self.each_way_off():
            self.integration.write(values)
            self.env.invalidate_all()
            self.assertIn("Odoo does not update this access", row.why_not_updated)
            self.assertIn("access from", row.sentence)

    def test_what_was_not_given_is_not_promised(self):
        later = create_booking(self.env, self.venue, start_in=timedelta(days=9))
        self.sync()
        self.integration.action_deactivate()
        self.sync()
        row = self.access(later)
        self.assertEqual(row.sentence, "Studio House: no access.")
        self.assertIn("The site is inactive", row.why_not_updated)

    # -- the question

    def ask(self, site=None):
        site = self.integration if site is None else site
        return site.with_context(salto_ks_ask=True).action_deactivate()

    def dialog(self):
        answer = self.ask()
        self.assertEqual(self.integration.state, "active")
        return self.env[answer["res_model"]].browse(answer["res_id"])

    def test_form_asks_how_many_keep_access(self):
        self.book()
        dialog = self.dialog()
        self.assertEqual((dialog.booking_count, dialog.people_count), (2, 2))

    def test_nobody_is_asked_about_nothing(self):
        self.ask()
        self.assertEqual(self.integration.state, "inactive")

    def test_any_other_caller_switches_it_off_and_is_told(self):
        self.book()
        answer = self.integration.action_deactivate()["params"]
        self.assertEqual(self.integration.state, "inactive")
        self.assertIn("Bookings with access: 2, people: 2", answer["message"])
        self.sync()
        self.assertEqual(len(self.groups()), 2)

    def test_keep_access(self):
        booking = self.book()
        self.dialog().action_keep_access()
        self.assertEqual(self.integration.state, "inactive")
        self.assertEqual(self.calls_of(self.sync), [])
        self.assertEqual(len(self.groups()), 2)
        self.assertEqual(self.integration.kept_booking_count, 2)
        # They may go later.
        self.integration.action_remove_access()
        self.sync()
        self.assertEqual(self.groups(), [])
        self.assertEqual(self.access(booking).sentence, "Studio House: no access.")

    def test_remove_access_until_salto_confirms(self):
        self.many(12)
        self.simulator.fault("DELETE", "*/access_groups/*", "status", status=503)
        self.dialog().action_remove_access()
        self.assertEqual(self.integration.state, "inactive")
        self.sync()
        self.assertEqual(len(self.groups()), 13)
        self.assertFalse(self.integration.brake_at)
        self.simulator.control("faults", method="DELETE")
        self.make_due()
        self.sync()
        self.assertEqual(self.groups(), [])
        self.assertFalse(self.integration.kept_booking_count)

    def test_given_again_when_it_is_activated(self):
        self.sync()
        self.dialog().action_remove_access()
        self.sync()
        self.integration.action_activate()
        self.sync()
        self.assertTrue(self.group())
        # It is forgotten that it was removed once.
        self.integration.action_deactivate()
        self.assertEqual(self.calls_of(self.sync), [])
        self.assertTrue(self.group())

    def test_access_of_an_active_site_is_not_removed_in_passing(self):
        self.sync()
        with self.assertRaisesRegex(UserError, "deactivate it first"):
            self.integration.action_remove_access()

    # -- whose business it is

    def test_dialog_is_its_managers_alone(self):
        self.sync()
        group = "resource_booking_salto_ks.group_salto_ks_manager"
        manager, other = (
            self.env["res.users"].create(
                {
                    "name": login,
                    "login": login,
                    "group_ids": [Command.link(self.env.ref(group).id)],
                    "company_id": company.id,
                    "company_ids": [Command.set(company.ids)],
                }
            )
            for login, company in (
                ("manager", self.env.company),
                ("other", self.env["res.company"].create({"name": "Elsewhere"})),
            )
        )
        answer = self.ask(self.integration.with_user(manager))
        dialog = self.env[answer["res_model"]].browse(answer["res_id"])
        self.assertEqual(
            dialog.with_user(manager).read(["booking_count"])[0]["booking_count"], 1
        )
        for stranger in (other, self.receptionist):
            theirs = dialog.with_user(stranger)
            for method in ("action_keep_access", "action_remove_access"):
                with self.assertRaises(AccessError):
                    getattr(theirs, method)()
            with self.assertRaises(AccessError):
                self.integration.with_user(stranger).action_remove_access()
            with self.assertRaises(AccessError):
                theirs.create({"site_name": "x"})
        with self.assertRaises(AccessError):
            dialog.with_user(manager).write({"integration_id": 1})
        # Whose right to the site ended meanwhile can do nothing either.
        manager.write(
            {
                "company_ids": [Command.set(other.company_id.ids)],
                "company_id": other.company_id.id,
            }
        )
        with self.assertRaises(AccessError):
            dialog.with_user(manager).action_remove_access()
        self.assertEqual(self.integration.state, "active")


@tagged("post_install", "-at_install")
class TestSwitchedOffTours(SaltoCaseMixin, HttpCase):
    def deactivate(self):
        self.env.ref("base.user_admin").password = "admin"
        sync_access(self.env)
        self.start_tour("/odoo", "salto_ks_deactivate", login="admin")
        self.env.invalidate_all()
        self.assertEqual(self.integration.state, "inactive")
        sync_access(self.env)
        self.assertEqual(self.simulator.state()["access_groups"], [])

    def test_deactivate_and_remove_access(self):
        self.deactivate()


@tagged("post_install", "-at_install")
class TestSwitchedOffPhoneTours(TestSwitchedOffTours):
    browser_size = "390x844"
    touch_enabled = True
