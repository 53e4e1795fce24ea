"""The people of a booking at Salto: found, made, changed, seated, removed."""

from datetime import timedelta

from odoo import Command
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from ..common import create_booking
from .access_common import AccessCase, verify_access

PEOPLE_LOGGER = "odoo.addons.resource_booking_salto_ks.services.sync.people_task"


@tagged("post_install", "-at_install")
class TestAccessPeople(AccessCase):
    def setUp(self):
        super().setUp()
        self.guest = self.venue["guest"]

    def simulated_user(self, email):
        user = self.user(email)
        return user and self.integration._client().user(
            self.integration.site_id, user["id"]
        )

    def attend(self, *partners):
        self.booking.partner_ids = [Command.set([one.id for one in partners])]
        self.booking.action_confirm()

    def partner(self, name, **values):
        return self.env["res.partner"].create({"name": name, **values})

    def make_group_of_the_house(self):
        """A group that is none of ours, as every site has, with Noor in it."""
        client, site_id = self.integration._client(), self.integration.site_id
        group_id = client.add_access_group(site_id, "Friends of the house")
        noor = self.user("noor@studio.example")
        client.change_group_users(site_id, group_id, add=[noor["user_id"]])
        return group_id

    def verify(self):
        verify_access(self.env)

    def test_person_is_found_whatever_the_case_of_the_address(self):
        users = len(self.simulator.state()["users"])
        self.attend(self.partner("Noor", email="NOOR@Studio.Example"))
        self.sync()
        self.assertEqual(len(self.simulator.state()["users"]), users)
        row = self.integration.ks_user_ids
        self.assertEqual(row.platform_uuid, self.user("noor@studio.example")["user_id"])
        self.assertFalse(row.created_here)

    def test_person_whom_salto_writes_in_capitals_is_found(self):
        site_id = self.integration.site_id
        client = self.integration._client()
        role = client.roles(site_id)[1]["id"]
        client.add_user(
            site_id,
            first_name="Loud",
            last_name="Guest",
            email="LOUD@guest.example",
            role_ids=[role],
        )
        self.attend(self.partner("Loud Guest", email="loud@guest.example"))
        self.sync()
        user = self.user("LOUD@guest.example")
        self.assertEqual(self.group()["users"], [user["user_id"]])
        self.assertFalse(self.integration.ks_user_ids.created_here)

    def test_person_is_found_by_tag(self):
        self.attend(self.partner("Yusuf Demir", salto_ks_tag="01234569"))
        self.sync()
        yusuf = self.user("yusuf@studio.example")
        self.assertEqual(self.group()["users"], [yusuf["user_id"]])

    def test_tag_is_entered_on_the_contact(self):
        self.receptionist.group_ids |= self.env.ref("base.group_partner_manager")
        with Form(self.guest.with_user(self.receptionist)) as form:
            form.salto_ks_tag = "01234570"
        self.assertEqual(self.guest.salto_ks_tag, "01234570")

    def test_known_tag_is_assigned(self):
        self.guest.salto_ks_tag = "01234570"
        self.sync()
        user = self.simulated_user("maya@guest.example")
        self.assertEqual(user["user"]["tag_number"], "01234570")
        self.guest.salto_ks_tag = "01234571"
        self.sync()
        user = self.simulated_user("maya@guest.example")
        self.assertEqual(user["user"]["tag_number"], "01234571")

    def test_who_was_there_before_gets_no_tag(self):
        """People choose their own address: a tag with it would open what somebody else
        may open."""
        self.guest.email = "plain@studio.example"
        self.guest.salto_ks_tag = "01234570"
        self.sync()
        user = self.simulated_user("plain@studio.example")
        self.assertFalse(user["user"].get("tag_number"))
        self.assertIn("01234570", self.access().error)
        self.assertIn("Salto KS dashboard", self.access().error)

    def test_unknown_tag_is_a_to_do_and_stops_nothing(self):
        self.guest.salto_ks_tag = "99999999"
        self.sync()
        self.assertTrue(self.group()["users"])
        access = self.access()
        self.assertEqual(access.state, "granted")
        self.assertIn("99999999", access.error)
        self.assertIn("Salto KS dashboard", access.error)
        self.make_due()
        self.assertEqual(self.calls_of(self.sync), [])

    def test_nameless_person_is_named_as_a_problem(self):
        nobody = self.partner("Ghost Writer")
        self.attend(self.guest, nobody)
        self.sync()
        self.assertEqual(len(self.group()["users"]), 1)
        self.assertEqual(self.access().state, "granted")
        self.assertIn("Ghost Writer has neither an e-mail", self.access().error)
        self.attend(nobody)
        self.sync()
        self.assertEqual(self.access().state, "failed")
        nobody.email = "ghost@guest.example"
        self.sync()
        self.assertEqual(self.access().state, "granted")
        self.assertFalse(self.access().error)

    def test_renamed_person_is_renamed_only_if_made_by_us(self):
        noor = self.partner("Noor Bakker", email="noor@studio.example")
        self.attend(self.guest, noor)
        self.sync()
        self.guest.name = "Maya Jansen-Smit"
        noor.name = "Somebody Else"
        self.sync()
        self.assertEqual(self.user("maya@guest.example")["name"], "Maya Jansen-Smit")
        self.assertEqual(self.user("noor@studio.example")["name"], "Noor Bakker")

    def test_new_address_is_a_new_person_at_salto(self):
        self.sync()
        self.guest.email = "maya@new.example"
        self.sync()
        new = self.user("maya@new.example")
        self.assertEqual(self.group()["users"], [new["user_id"]])

    def test_archived_person_gets_no_access(self):
        friend = self.partner("Finn", email="finn@guest.example")
        self.attend(self.guest, friend)
        self.sync()
        friend.active = False
        self.sync()
        self.assertEqual(len(self.group()["users"]), 1)
        self.assertIn("Finn is archived", self.access().error)

    def test_merged_person(self):
        twin = self.partner("Maya J.", email="maya@guest.example")
        self.attend(twin)
        self.sync()
        wizard = self.env["base.partner.merge.automatic.wizard"].create({})
        with mute_logger("odoo.addons.base.partner.merge"):
            wizard._merge((twin | self.guest).ids, self.guest)
        self.env.invalidate_all()
        self.booking.action_confirm()
        self.sync()
        maya = self.user("maya@guest.example")
        self.assertEqual(self.group()["users"], [maya["user_id"]])
        self.assertEqual(self.access().state, "granted")

    def test_office_mode_by_tag_and_department(self):
        vip = self.env["res.partner.category"].create({"name": "Band"})
        crew = self.env["hr.department"].create({"name": "Crew"})
        self.integration.write(
            {
                "office_tag_ids": [Command.set(vip.ids)],
                "office_department_ids": [Command.set(crew.ids)],
            }
        )
        self.guest.category_id = vip
        worker = self.partner("Sam", email="sam@studio.example")
        self.env["hr.employee"].create(
            {"name": "Sam", "work_contact_id": worker.id, "department_id": crew.id}
        )
        noor = self.partner("Noor", email="noor@studio.example")
        self.attend(self.guest, worker, noor)
        self.sync()

        def may_toggle(email):
            return self.simulated_user(email)["toggle_manual_office_mode"]

        self.assertTrue(may_toggle("maya@guest.example"))
        self.assertTrue(may_toggle("sam@studio.example"))
        self.assertFalse(may_toggle("noor@studio.example"))
        self.guest.category_id = False
        worker.sudo().employee_ids.department_id = False
        self.sync()
        self.assertFalse(may_toggle("maya@guest.example"))
        self.assertFalse(may_toggle("sam@studio.example"))

    def test_office_mode_that_others_gave_stays(self):
        client, site_id = self.integration._client(), self.integration.site_id
        noor = self.user("noor@studio.example")
        client.change_user(site_id, noor["id"], toggle_manual_office_mode=True)
        self.attend(self.partner("Noor", email="noor@studio.example"))
        self.sync()
        self.verify()
        user = self.simulated_user("noor@studio.example")
        self.assertTrue(user["toggle_manual_office_mode"])

    def test_office_mode_that_others_gave_first_outlives_ours(self):
        client, site_id = self.integration._client(), self.integration.site_id
        vip = self.env["res.partner.category"].create({"name": "Band"})
        self.integration.office_tag_ids = vip
        noor = self.partner("Noor", email="noor@studio.example")
        finn = self.partner("Finn", email="finn@guest.example")
        self.attend(noor, finn)
        noor_at_salto = self.user("noor@studio.example")
        client.change_user(site_id, noor_at_salto["id"], toggle_manual_office_mode=True)
        noor.category_id = vip
        self.sync()
        finn_at_salto = self.user("finn@guest.example")
        client.change_user(site_id, finn_at_salto["id"], toggle_manual_office_mode=True)
        finn.category_id = vip
        self.sync()
        (noor | finn).category_id = False
        self.sync()
        for email in ("noor@studio.example", "finn@guest.example"):
            self.assertTrue(self.simulated_user(email)["toggle_manual_office_mode"])

    def test_no_seat_is_shown_and_the_nearest_start_comes_first(self):
        later = create_booking(
            self.env,
            self.venue,
            studio=1,
            start_in=timedelta(hours=3),
            partner_ids=[
                Command.set(self.partner("Late", email="late@guest.example").ids)
            ],
        )
        self.booking.action_cancel()
        self.seats(1)
        self.sync()
        self.assertIn("no seat", self.access(later).error)
        self.assertEqual(self.seat("late@guest.example"), "suspended")
        self.seats(60)
        self.make_due()
        self.integration.action_sync_access()
        self.env.invalidate_all()
        self.sync()
        self.assertEqual(self.seat("late@guest.example"), "subscribed")
        self.assertFalse(self.access(later).error)

    def test_whoever_comes_later_makes_room(self):
        late = self.partner("Late", email="late@guest.example")
        create_booking(
            self.env,
            self.venue,
            studio=1,
            start_in=timedelta(hours=3),
            partner_ids=[Command.set(late.ids)],
        )
        self.booking.stage_id = self.env.ref(
            "resource_booking_salto_ks.stage_checked_out"
        )
        self.seats(6)
        self.sync()
        self.assertEqual(self.seat("late@guest.example"), "subscribed")
        self.booking.stage_id = self.env.ref(
            "resource_booking_salto_ks.stage_confirmed"
        )
        self.sync()
        self.assertEqual(self.seat("maya@guest.example"), "subscribed")
        self.assertEqual(self.seat("late@guest.example"), "suspended")

    def seats(self, number):
        self.simulator.control(
            f"sites/{self.integration.site_id}", {"subscribed_user_amount": number}
        )

    def seat(self, email):
        return self.user(email)["subscription_state"]

    def test_new_person_is_repeated_until_salto_knows_them(self):
        self.simulator.control("settings", {"roles_delay_s": 60})
        self.sync()
        access = self.access()
        self.assertEqual(access.state, "granting")
        self.assertIn("about a minute", access.error)
        self.assertEqual(access.failures, 0)
        self.simulator.control("clock", {"offset_s": 61})
        self.make_due()
        self.sync()
        self.assertEqual(access.state, "granted")
        self.assertEqual(len(self.group()["users"]), 1)

    def test_users_without_access_are_removed_only_if_wanted_and_made_by_us(self):
        noor = self.partner("Noor", email="noor@studio.example")
        self.attend(self.guest, noor)
        self.sync()
        self.booking.action_cancel()
        self.sync()
        self.verify()
        self.assertTrue(self.user("maya@guest.example"))
        self.integration.delete_users = True
        self.verify()
        # No groups at all prove nothing.
        self.assertTrue(self.user("maya@guest.example"))
        self.make_group_of_the_house()
        self.verify()
        self.assertFalse(self.user("maya@guest.example"))
        self.assertTrue(self.user("noor@studio.example"))

    def test_many_without_access_are_removed_in_several_nights(self):
        self.integration.delete_users = True
        guests = self.env["res.partner"].create(
            [
                {"name": f"Guest {n}", "email": f"guest{n}@guest.example"}
                for n in range(12)
            ]
        )
        self.attend(*guests)
        self.sync()
        self.booking.action_cancel()
        self.sync()
        self.make_group_of_the_house()
        for left in (2, 0):
            self.verify()
            users = self.simulator.state()["users"]
            there = {user["email"] for user in users} & {*guests.mapped("email")}
            self.assertEqual(len(there), left)

    def test_users_with_access_left_stay(self):
        self.integration.delete_users = True
        self.sync()
        self.verify()
        self.assertTrue(self.user("maya@guest.example"))
        # by a group that is none of ours
        client, site_id = self.integration._client(), self.integration.site_id
        members = self.make_group_of_the_house()
        maya = self.user("maya@guest.example")["user_id"]
        client.change_group_users(site_id, members, add=[maya])
        self.booking.action_cancel()
        self.sync()
        self.verify()
        self.assertTrue(self.user("maya@guest.example"))

    def test_nobody_is_removed_on_a_bad_answer(self):
        self.integration.delete_users = True
        self.sync()
        self.booking.action_cancel()
        self.sync()
        for fault in (
            {"fault": "status", "status": 200, "body": {"items": []}},
            {"fault": "status", "status": 503},
            {"fault": "html"},
        ):
            self.simulator.control("faults", method="DELETE")
            self.simulator.fault("GET", "*/users", **fault)
            self.verify()
        self.simulator.control("faults", method="DELETE")
        self.assertTrue(self.user("maya@guest.example"))

    # -- somebody is told in time

    def told(self):
        kind = self.env.ref("resource_booking_salto_ks.activity_type_access")
        return self.env["mail.activity"].search(
            [("activity_type_id", "=", kind.id), ("res_id", "=", self.booking.id)]
        )

    def test_a_problem_shortly_before_the_start_is_told_once_and_forgotten(self):
        nobody = self.partner("Nobody")
        self.attend(nobody)
        for _pass in range(2):
            self.sync()
            self.assertEqual(len(self.told()), 1)
        self.assertIn("Nobody", self.told().note)
        nobody.email = "nobody@guest.example"
        self.sync()
        self.assertFalse(self.access().error)
        self.assertFalse(self.told())

    def test_a_problem_long_before_the_start_is_only_shown(self):
        later = create_booking(
            self.env, self.venue, studio=1, start_in=timedelta(days=3)
        )
        later.partner_ids = [Command.set(self.partner("Nobody").ids)]
        later.action_confirm()
        self.sync()
        self.assertTrue(self.access(later).error)
        self.booking = later
        self.assertFalse(self.told())

    def test_contacts_with_one_address_are_one_user_at_salto(self):
        mother = self.partner("Mother", email="family@guest.example")
        daughter = self.partner("Daughter", email="Family@guest.example")
        other = create_booking(
            self.env,
            self.venue,
            studio=1,
            start_in=timedelta(hours=3),
            partner_ids=[Command.set(daughter.ids)],
        )
        self.attend(mother)
        self.sync()
        family = self.user("family@guest.example")
        self.assertEqual(self.group()["users"], [family["user_id"]])
        self.assertEqual(self.group(other)["users"], [family["user_id"]])

    def test_only_attendee_is_archived(self):
        self.sync()
        self.guest.active = False
        self.sync()
        self.assertEqual(self.group()["users"], [])
        self.assertIn("is archived", self.access().error)

    def test_mistake_about_a_person_stops_no_other(self):
        other = create_booking(
            self.env,
            self.venue,
            studio=1,
            start_in=timedelta(hours=3),
            partner_ids=[Command.set(self.partner("X", email="x@guest.example").ids)],
        )
        self.simulator.fault(
            "GET", "*/users", "status", status=200, body={"items": [{"id": 1}]}, times=1
        )
        with mute_logger(PEOPLE_LOGGER):
            self.sync()
        self.assertEqual(len(self.groups()), 2)
        both = self.access() | self.access(other)
        self.assertEqual(sorted(both.mapped("state")), ["failed", "granted"])

    def test_blocked_person_is_told(self):
        self.sync()
        client, site_id = self.integration._client(), self.integration.site_id
        maya = self.user("maya@guest.example")
        client.change_user(site_id, maya["id"], blocked=True)
        self.verify()
        self.assertIn("is blocked at Salto", self.access().error)
        client.change_user(site_id, maya["id"], blocked=False)
        self.verify()
        self.assertFalse(self.access().error)

    def test_user_whom_somebody_else_made_meanwhile_is_theirs(self):
        self.simulator.fault("POST", "*/users", "reset_before", times=1)
        self.sync()
        self.assertTrue(self.integration.ks_user_ids.unsettled)
        client, site_id = self.integration._client(), self.integration.site_id
        role = client.roles(site_id)[1]["id"]
        client.add_user(
            site_id,
            first_name="Mrs",
            last_name="Jansen",
            email="maya@guest.example",
            role_ids=[role],
        )
        self.make_due()
        self.sync()
        self.assertFalse(self.integration.ks_user_ids.created_here)
        self.assertEqual(self.user("maya@guest.example")["name"], "Mrs Jansen")

    def test_a_copy_that_is_activated_anew_leaves_the_original_alone(self):
        self.sync()
        self.assertTrue(self.group())
        self.env["ir.config_parameter"].sudo().set_param("database.uuid", "a-copy")
        self.env.invalidate_all()
        self.integration.action_deactivate()
        self.integration.action_activate()
        self.booking.action_cancel()
        self.sync()
        self.assertTrue(self.group())
