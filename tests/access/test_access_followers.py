"""What access depends on besides bookings is followed at once, not only at night."""

from datetime import timedelta

from odoo import Command, fields
from odoo.tests import tagged

from ..common import create_booking, find_lock
from .access_common import AccessCase

GUEST = "maya@guest.example"


@tagged("post_install", "-at_install")
class TestAccessFollowers(AccessCase):
    def setUp(self):
        super().setUp()
        self.guest = self.venue["guest"]
        self.tag = self.env["res.partner.category"].create({"name": "Band"})
        self.crew = self.env["hr.department"].create({"name": "Crew"})
        self.integration.write(
            {
                "office_tag_ids": [Command.set(self.tag.ids)],
                "office_department_ids": [Command.set(self.crew.ids)],
            }
        )

    def may_toggle(self, email=GUEST):
        """Bring Salto up to date: may this person toggle office mode there?"""
        self.sync()
        user = self.user(email)
        user = self.integration._client().user(self.integration.site_id, user["id"])
        return user["toggle_manual_office_mode"]

    def employ(self, partner, **values):
        return self.env["hr.employee"].create(
            {
                "name": partner.name,
                "work_contact_id": partner.id,
                "department_id": self.crew.id,
                **values,
            }
        )

    # -- office mode

    def test_tag_given_and_taken_from_its_own_side(self):
        self.assertFalse(self.may_toggle())
        self.tag.partner_ids = self.guest
        self.assertTrue(self.may_toggle())
        self.tag.partner_ids = False
        self.assertFalse(self.may_toggle())

    def test_tag_that_is_archived_and_restored(self):
        self.guest.category_id = self.tag
        self.assertTrue(self.may_toggle())
        self.tag.active = False
        self.assertFalse(self.may_toggle())
        self.tag.active = True
        self.assertTrue(self.may_toggle())

    def test_tag_that_is_deleted(self):
        self.guest.category_id = self.tag
        self.assertTrue(self.may_toggle())
        self.tag.unlink()
        self.assertFalse(self.may_toggle())

    def test_employee_who_comes_and_goes(self):
        self.assertFalse(self.may_toggle())
        employee = self.employ(self.guest)
        self.assertTrue(self.may_toggle())
        employee.unlink()
        self.assertFalse(self.may_toggle())

    def test_employee_who_turns_out_to_be_somebody_else(self):
        employee = self.employ(self.guest)
        self.assertTrue(self.may_toggle())
        employee.work_contact_id = self.env["res.partner"].create({"name": "Sam"})
        self.assertFalse(self.may_toggle())

    def test_department_from_a_later_day_on(self):
        employee = self.employ(self.guest, department_id=False)
        self.assertFalse(self.may_toggle())
        today = fields.Date.today()
        employee.create_version(
            {"date_version": today + timedelta(days=1), "department_id": self.crew.id}
        )
        self.assertFalse(self.may_toggle())
        # The days go by.
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE hr_version SET date_version = date_version - 2"
            " WHERE employee_id = %s",
            [employee.id],
        )
        self.env.invalidate_all()
        employee._cron_update_current_version_id()
        self.assertTrue(self.may_toggle())

    # -- in the grace after the end

    def just_over(self):
        """A booking that ended a while ago; people may still come in."""
        self.integration.grace_after = 30
        start_in = timedelta(hours=-2, minutes=-20)
        booking = create_booking(self.env, self.venue, studio=1, start_in=start_in)
        self.sync()
        self.assertTrue(self.group(booking))
        return booking

    def test_mapping_that_changes_in_the_grace(self):
        booking = self.just_over()
        gate = find_lock(self.integration, "Courtyard gate")
        studio = find_lock(self.integration, "Studio 2")
        row = self.integration.mapping_ids.filtered(lambda one: studio in one.lock_ids)
        row.lock_ids = gate
        self.sync()
        self.assertEqual(self.group(booking)["locks"], [gate.lock_id])

    def test_lock_that_goes_in_the_grace(self):
        booking = self.just_over()
        find_lock(self.integration, "Studio 2").active = False
        self.sync()
        self.assertIsNone(self.group(booking))

    def test_person_who_goes_in_the_grace(self):
        # With two bookings that lose their only person, the brake would ask first.
        self.booking.action_cancel()
        booking = self.just_over()
        self.assertEqual(len(self.group(booking)["users"]), 1)
        self.guest.active = False
        self.sync()
        self.assertFalse((self.group(booking) or {}).get("users"))

    def test_what_is_over_for_good_is_left_alone(self):
        self.just_over()
        self.integration.grace_after = 0
        self.sync()
        self.guest.name = "Maya J. Jansen"
        notes = self.env["salto.ks.access.note"].search([])
        self.assertEqual(notes.mapped("booking_ref"), self.booking.ids)
