"""Openings as evidence: who opened which door when, for as long as it is wanted."""

from datetime import timedelta

from odoo import fields
from odoo.exceptions import AccessError, ValidationError
from odoo.tests import Form, TransactionCase, tagged

from ..models import evidence
from ..rules.opening import Code
from .common import SaltoCaseMixin


@tagged("post_install", "-at_install")
class TestEvidence(SaltoCaseMixin, TransactionCase):
    def open_door(self):
        self.as_receptionist().action_salto_ks_open_door()
        self.env.invalidate_all()
        return self.booking.salto_ks_opening_ids[:1]

    def test_names_stay_what_they_were(self):
        opening = self.open_door()
        booked = self.booking.display_name
        self.lock.name = "Broom cupboard"
        self.receptionist.partner_id.name = "Somebody else"
        self.booking.unlink()
        self.env.invalidate_all()
        self.assertFalse(opening.booking_id)
        self.assertEqual(opening.booking_name, booked)
        self.assertEqual(opening.lock_name, "Studio 1")
        self.assertEqual(opening.person_name, "Robin Desk")

    def test_how_long_it_took(self):
        self.simulator.fault("PATCH", "*/locking", "delay", seconds=0.3, times=1)
        self.assertGreater(self.open_door().duration, 0.3)

    def test_person_and_door_show_their_openings(self):
        opening = self.open_door()
        person = self.receptionist.partner_id.with_user(self.receptionist)
        self.assertEqual(person.salto_ks_opening_count, 1)
        action = person.action_salto_ks_view_openings()
        found = self.env["salto.ks.opening"].search(action["domain"])
        self.assertEqual(found, opening)
        self.assertEqual(self.lock.opening_ids, opening)

    def test_nobody_changes_or_deletes_them(self):
        opening = self.open_door()
        self.receptionist.group_ids |= self.env.ref("base.group_system") | self.env.ref(
            "resource_booking_salto_ks.group_salto_ks_manager"
        )
        opening = opening.with_user(self.receptionist)
        with self.assertRaises(AccessError):
            opening.write({"state": "refused"})
        with self.assertRaises(AccessError):
            opening.unlink()
        with self.assertRaises(AccessError):
            opening.create({"state": "opened", "channel": "backend"})

    def test_they_are_kept_for_ever_unless_somebody_says_for_how_long(self):
        old = self.open_door()
        long_ago = fields.Datetime.now() - timedelta(days=91)
        with evidence.unlocked(self.env):
            old.write({"requested_at": long_ago, "answered_at": long_ago})
        new = self.open_door()
        gc = self.env["salto.ks.opening"]._gc_openings
        gc()
        self.assertTrue(old.exists())
        with Form(self.env["res.config.settings"]) as settings:
            settings.salto_ks_opening_retention_days = 90
        settings.record.execute()
        gc()
        self.assertFalse(old.exists())
        self.assertTrue(new.exists())

    def test_days_to_keep_are_a_number_of_days(self):
        with self.assertRaisesRegex(ValidationError, "for ever with 0"):
            self.env["res.config.settings"].create(
                {"salto_ks_opening_retention_days": -1}
            )

    def test_every_rule_that_refuses_has_a_name_in_the_evidence(self):
        field = self.env["salto.ks.opening"]._fields["code"]
        codes = {code.value for code in Code} - {Code.OK.value}
        self.assertEqual(set(dict(field.selection)), codes)
