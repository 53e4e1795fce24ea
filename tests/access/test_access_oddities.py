"""Access when others change things at Salto, or when Salto answers oddly."""

from datetime import timedelta

from odoo import Command
from odoo.tests import tagged

from ..common import UNKNOWN_ID, create_booking, find_lock, renumber_lock
from .access_common import AccessCase, verify_access


class OddityCase(AccessCase):
    def setUp(self):
        super().setUp()
        self.client = self.integration._client()
        self.site_id = self.integration.site_id
        self.guest = self.venue["guest"]

    def verify(self):
        verify_access(self.env)

    def attend(self, *partners):
        self.booking.partner_ids = [Command.set([one.id for one in partners])]
        self.booking.action_confirm()

    def partner(self, name, **values):
        return self.env["res.partner"].create({"name": name, **values})

    def add_to_house(self, email):
        """Put somebody into a group that is none of ours."""
        group_id = self.client.add_access_group(self.site_id, "Friends of the house")
        self.client.change_group_users(
            self.site_id, group_id, add=[self.user(email)["user_id"]]
        )


@tagged("post_install", "-at_install")
class TestAccessByHand(OddityCase):
    def test_revoking_works_at_a_switched_off_site(self):
        for values in ({"state": "inactive"}, {"sync_access": False}):
            with self.subTest(values):
                self.sync()
                self.assertTrue(self.group())
                self.integration.write(values)
                self.env.flush_all()
                answer = self.as_receptionist(self.access()).action_revoke()["params"]
                self.env.invalidate_all()
                self.assertEqual(answer["type"], "success")
                self.assertIn("revoked by hand", answer["message"])
                self.assertIsNone(self.group())
                answer = self.access().action_give_back()["params"]
                self.env.invalidate_all()
                self.assertEqual(answer["type"], "warning")
                self.assertIn("activate the site", answer["message"])
                self.assertIsNone(self.group())
                self.integration.write({"state": "active", "sync_access": True})

    def test_revoking_what_cannot_be_revoked_now_says_so(self):
        self.sync()
        self.simulator.fault("DELETE", "*/access_groups/*", "status", status=503)
        self.integration.action_deactivate()
        self.env.flush_all()
        answer = self.access().action_revoke()["params"]
        self.env.invalidate_all()
        self.assertEqual(answer["type"], "warning")
        self.assertIn("is being taken away", answer["message"])
        self.assertTrue(self.group())
        self.simulator.control("faults", method="DELETE")
        self.make_due()
        self.sync()
        self.assertIsNone(self.group())

    def test_the_history_of_the_booking_says_who_revoked_and_gave_back(self):
        self.sync()
        self.env.flush_all()
        before = self.booking.message_ids
        self.as_receptionist(self.access()).action_revoke()
        self.as_receptionist(self.access()).action_revoke()
        self.env.invalidate_all()
        (revoked,) = self.booking.message_ids - before
        self.assertIn("Access at Studio House was revoked by hand.", revoked.body)
        self.assertEqual(revoked.author_id, self.receptionist.partner_id)
        self.as_receptionist(self.access()).action_give_back()
        self.env.invalidate_all()
        (given,) = self.booking.message_ids - before - revoked
        self.assertIn("Access at Studio House was given again.", given.body)

    def test_revoking_right_after_the_booking_was_confirmed(self):
        self.env.flush_all()
        self.env["salto.ks.access.note"]._process_notes()
        self.env.invalidate_all()
        self.access().action_revoke()
        self.env.invalidate_all()
        self.sync()
        self.assertIsNone(self.group())
        self.assertTrue(self.access().withheld)

    def test_comparison_that_is_set_right_twice(self):
        self.sync()
        self.client.delete_user(self.site_id, self.user("maya@guest.example")["id"])
        answer = self.integration.action_verify_access()
        wizard = self.env["salto.ks.access.comparison"].browse(answer["res_id"])
        self.env.flush_all()
        for _number in range(2):
            wizard.action_fix()
            self.env.invalidate_all()
        self.assertTrue(self.integration.ks_user_ids.created_here)

    def test_made_up_line_of_a_comparison_removes_nothing(self):
        self.sync()
        cleaners = self.client.add_access_group(self.site_id, "Cleaners")
        self.access().lost_groups = 1
        line = {
            "kind": "leftover",
            "remote_id": cleaners,
            "name": self.access().name,
            "access_id": self.access().id,
        }
        wizard = self.env["salto.ks.access.comparison"].create(
            {
                "integration_id": self.integration.id,
                "line_ids": [Command.create(line)],
            }
        )
        self.env.flush_all()
        wizard.action_fix()
        names = {one["customer_reference"] for one in self.groups()}
        self.assertIn("Cleaners", names)


@tagged("post_install", "-at_install")
class TestAccessTouchedByOthers(OddityCase):
    def change_schedule(self, **values):
        (schedule,) = self.group()["time_schedules"]
        path = (self.group()["id"], "time_schedules", schedule["id"])
        self.client._change(
            "PATCH", "v1.1", "sites", self.site_id, "access_groups", *path, body=values
        )

    def test_changed_hours_days_and_dates_are_set_right(self):
        self.sync()
        (before,) = self.group()["time_schedules"]
        for values in (
            {"saturday": False, "sunday": False},
            {"start_time": "09:00:00", "end_time": "10:00:00"},
            {"start_date": None, "end_date": None},
        ):
            with self.subTest(values):
                self.change_schedule(**values)
                self.env.flush_all()
                answer = self.integration.action_verify_access()
                wizard = self.env[answer["res_model"]].browse(answer["res_id"])
                self.assertEqual(wizard.line_ids.mapped("kind"), ["differs"])
                self.verify()
                self.assertEqual(self.group()["time_schedules"], [before])

    def test_group_that_is_gone_when_the_room_changes_is_made_again(self):
        self.sync()
        self.client.delete_access_group(self.site_id, self.group()["id"])
        self.booking.combination_id = self.venue["combinations"][1]
        self.sync()
        hall = find_lock(self.integration, "Studio 2")
        self.assertEqual(self.group()["locks"], [hall.lock_id])
        self.assertTrue(self.group()["users"])
        self.assertEqual(self.access().state, "granted")
        self.assertFalse(self.access().error)

    def office_mode(self, email):
        user = self.client.user(self.site_id, self.user(email)["id"])
        return user["toggle_manual_office_mode"]

    def give_office_mode(self, *partners):
        vip = self.env["res.partner.category"].create({"name": "Band"})
        self.integration.office_tag_ids = vip
        for partner in partners:
            partner.category_id = vip

    def test_office_mode_taken_away_at_salto_is_given_again(self):
        self.give_office_mode(self.guest)
        self.sync()
        maya = self.user("maya@guest.example")
        self.client.change_user(
            self.site_id, maya["id"], toggle_manual_office_mode=False
        )
        self.verify()
        self.assertTrue(self.office_mode("maya@guest.example"))

    def test_office_mode_is_given_to_whoever_was_made_anew(self):
        self.give_office_mode(self.guest)
        self.sync()
        self.client.delete_user(self.site_id, self.user("maya@guest.example")["id"])
        self.client.add_user(
            self.site_id,
            first_name="Maya",
            last_name="Jansen",
            email="maya@guest.example",
            role_ids=[self.client.roles(self.site_id)[1]["id"]],
        )
        self.verify()
        self.assertTrue(self.office_mode("maya@guest.example"))

    def test_office_mode_ends_with_the_contact_and_with_the_address(self):
        finn = self.partner("Finn", email="finn@guest.example")
        self.give_office_mode(self.guest, finn)
        self.attend(self.guest, finn)
        self.sync()
        finn.active = False
        self.guest.email = "maya@new.example"
        self.sync()
        self.verify()
        self.assertFalse(self.office_mode("finn@guest.example"))
        self.assertFalse(self.office_mode("maya@guest.example"))
        self.assertTrue(self.office_mode("maya@new.example"))

    def test_suspended_user_of_others_stays_so_and_is_told(self):
        noor = self.user("noor@studio.example")
        self.client.set_subscription(self.site_id, noor["id"], False)
        self.attend(self.partner("Noor", email="noor@studio.example"))
        self.sync()
        self.verify()
        self.assertIn("is suspended at Salto", self.access().error)
        noor = self.user("noor@studio.example")
        self.assertEqual(noor["subscription_state"], "suspended")

    def test_tag_of_somebody_else_lets_nobody_else_in(self):
        typo = self.partner("Typo", email="typo@guest.example", salto_ks_tag="01234569")
        self.attend(typo)
        self.sync()
        made = self.user("typo@guest.example")
        self.assertEqual(self.group()["users"], [made["user_id"]])
        self.assertIn("somebody else carries", self.access().error)
        self.assertEqual(self.access().people_names, "Typo")

    def test_contacts_with_a_new_address_in_common_are_made_once(self):
        twin = self.partner("Twin", email="maya@guest.example")
        self.attend(self.guest, twin)
        calls = self.calls_of(self.sync)
        self.assertEqual(calls.count(("POST", "users")), 1)
        self.assertEqual(len(self.group()["users"]), 1)
        self.assertFalse(self.access().error)

    def test_user_of_two_contacts_stays_while_one_has_access(self):
        twin = self.partner("Twin", email="maya@guest.example")
        create_booking(
            self.env,
            self.venue,
            studio=1,
            start_in=timedelta(days=20),
            partner_ids=[Command.set(twin.ids)],
        )
        self.attend(self.guest, twin)
        self.sync()
        self.integration.delete_users = True
        self.add_to_house("noor@studio.example")
        self.booking.action_cancel()
        self.sync()
        self.verify()
        self.assertTrue(self.user("maya@guest.example"))


@tagged("post_install", "-at_install")
class TestAccessOddAnswers(OddityCase):
    def answer(self, path, items, **options):
        body = {"items": items}
        self.simulator.fault("GET", path, "status", status=200, body=body, **options)

    def test_filter_that_salto_ignores_links_nobody_else(self):
        users = f"/v1.2/sites/{self.site_id}/users"
        self.answer(users, self.client.users(self.site_id), times=1)
        self.sync()
        maya = self.user("maya@guest.example")
        self.assertEqual(self.group()["users"], [maya["user_id"]])

    def test_filter_that_salto_ignores_takes_no_foreign_group(self):
        cleaners = self.client.add_access_group(self.site_id, "Cleaners")
        self.simulator.fault("POST", "*/access_groups", "reset_before", times=1)
        self.sync()
        groups = [{"id": cleaners, "customer_reference": "Cleaners"}]
        self.answer("*/access_groups", groups, times=1)
        self.make_due()
        self.sync()
        self.assertNotEqual(self.access().group_uuid, cleaners)
        self.booking.action_cancel()
        self.sync()
        names = [one["customer_reference"] for one in self.groups()]
        self.assertEqual(names, ["Cleaners"])

    def test_nobody_is_removed_when_groups_seem_to_be_empty(self):
        self.integration.delete_users = True
        self.sync()
        self.add_to_house("maya@guest.example")
        self.booking.action_cancel()
        self.sync()
        self.answer("*/access_groups/*/users", [])
        self.verify()
        self.assertTrue(self.user("maya@guest.example"))

    def test_one_door_that_vanished_keeps_no_other_shut(self):
        gone = find_lock(self.integration, "Courtyard gate")
        self.lock.mapping_ids[0].lock_ids |= gone
        renumber_lock(gone, UNKNOWN_ID)
        for _number in range(2):
            self.sync()
            self.assertEqual(self.group()["locks"], [self.lock.lock_id])
            self.assertTrue(self.group()["users"])
            self.assertEqual(self.access().state, "granted")
            self.assertIn("Get locks", self.access().error)
            self.make_due()

    def test_refusal_without_a_word_says_what_to_do(self):
        self.simulator.fault("POST", "*/access_groups", "status", status=409, body={})
        self.sync()
        self.assertIn("did not say why (status 409)", self.access().error)

    def test_problems_are_told_in_the_language_of_whom_we_call(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        module = self.env.ref("base.module_resource_booking_salto_ks")
        module._update_translations(["nl_NL"])
        self.integration._responsible().lang = "nl_NL"
        self.attend(self.guest, self.partner("Sam"))
        self.env.flush_all()
        self.sync()
        self.assertIn("e-mailadres", self.access().error)
