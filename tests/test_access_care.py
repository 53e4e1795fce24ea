"""What keeps the access of many from harm: by one bad booking, by the brake that does
not see, by a site that hangs."""

from contextlib import contextmanager
from datetime import datetime, timedelta
from unittest.mock import patch

from odoo import fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..models.access_facts import AccessFacts
from .access_common import AccessCase
from .common import create_booking

MODELS = "odoo.addons.resource_booking_salto_ks.models"
WITHOUT_END = datetime(9999, 12, 31, 21, 50)


@tagged("post_install", "-at_install")
class TestAccessCare(AccessCase):
    # -- one bad booking

    def test_booking_without_end_stops_no_other(self):
        self.sync()
        far = create_booking(self.env, self.venue, start=WITHOUT_END)
        other = create_booking(self.env, self.venue, studio=1)
        self.booking.action_cancel()
        self.sync()
        self.assertIsNone(self.group())
        self.assertEqual(self.access(other).state, "granted")
        self.assertEqual(self.access(far).state, "waiting")
        self.assertIn("12/", self.as_receptionist(self.access(far)).sentence)
        self.assertFalse(self.env["salto.ks.access.note"].search([]))

    @contextmanager
    def mistake_about(self, bad):
        """Deciding about one booking goes wrong."""
        decide = AccessFacts.decide

        def decide_badly(facts, bookings, withheld=()):
            if bad in bookings:
                raise ZeroDivisionError("a mistake")
            return decide(facts, bookings, withheld)

        with patch.object(AccessFacts, "decide", decide_badly):
            yield

    def test_mistake_about_a_changed_booking_stops_no_other(self):
        bad = create_booking(self.env, self.venue, studio=1)
        self.sync()
        other = create_booking(self.env, self.venue, start_in=timedelta(hours=5))
        self.booking.action_cancel()
        bad.action_cancel()
        with (
            self.mistake_about(bad),
            self.assertLogs(f"{MODELS}.access_note", "ERROR") as log,
        ):
            self.sync()
        self.assertEqual(len(log.output), 1)
        self.assertIn(f"booking {bad.id}", log.output[0])
        self.assertIsNone(self.group())
        self.assertEqual(self.access(other).state, "granted")
        self.assertTrue(self.group(bad))
        self.sync()
        self.assertIsNone(self.group(bad))

    @mute_logger(f"{MODELS}.access_pass")
    def test_mistake_about_a_due_booking_stops_no_other(self):
        bad = create_booking(self.env, self.venue, studio=1)
        self.sync()
        for access in self.access() | self.access(bad):
            access._distrust()
        self.access().verified_at = False
        with self.mistake_about(bad):
            self.sync()
        self.assertTrue(self.access().verified_at)
        self.assertIn("server's log", self.access(bad).error)
        self.assertGreater(self.access(bad).next_try, fields.Datetime.now())
        self.make_due()
        self.sync()
        self.assertFalse(self.access(bad).error)
