"""In whose time people read about access."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import fields
from odoo.tests import tagged

from ..common import create_booking
from .access_common import AccessCase

UTC = ZoneInfo("UTC")


@tagged("post_install", "-at_install")
class TestAccessSentences(AccessCase):
    def setUp(self):
        super().setUp()
        # Nowhere on earth is it today.
        soon = fields.Datetime.now() + timedelta(days=2)
        self.start = soon.replace(hour=12, minute=0, second=0)
        self.soon = create_booking(self.env, self.venue, studio=1, start=self.start)
        self.sync()

    def sentence(self, booking, tz):
        """What a receptionist who has set this time zone reads."""
        self.receptionist.tz = tz
        access = self.as_receptionist(self.access(booking))
        access.invalidate_recordset(["sentence"])
        return access.sentence

    def local(self, moment, zone, text):
        return moment.replace(tzinfo=UTC).astimezone(ZoneInfo(zone)).strftime(text)

    def span(self, zone):
        start = self.start - timedelta(minutes=15)
        end = self.start + timedelta(hours=2, minutes=15)
        return (
            f"from {self.local(start, zone, '%b %-d, %-I:%M %p')}"
            f" to {self.local(end, zone, '%-I:%M %p')}"
        )

    def test_time_of_the_site_needs_no_name(self):
        zone = self.integration.site_tz
        self.assertEqual(
            self.sentence(self.soon, zone),
            f"Studio House: access {self.span(zone)}.",
        )

    def test_other_zone_is_named(self):
        for zone in ("Asia/Tokyo", "UTC"):
            with self.subTest(zone):
                self.assertEqual(
                    self.sentence(self.soon, zone),
                    f"Studio House: access {self.span(zone)} ({zone}).",
                )

    def test_no_zone_is_named_too(self):
        self.assertEqual(
            self.sentence(self.soon, False),
            f"Studio House: access {self.span('UTC')} (UTC).",
        )

    def test_what_a_button_answers_is_in_the_same_time(self):
        self.receptionist.tz = "Asia/Tokyo"
        access = self.access(self.soon).with_user(self.receptionist)
        answer = access.action_synchronize()
        self.assertIn(
            f"{self.span('Asia/Tokyo')} (Asia/Tokyo)", answer["params"]["message"]
        )

    def test_time_at_which_access_is_given(self):
        later = create_booking(
            self.env,
            self.venue,
            studio=1,
            start=self.start + timedelta(days=19),
        )
        self.sync()
        at = self.start + timedelta(days=19 - self.integration.lead_days, minutes=-15)
        due = self.local(at, "UTC", "%b %-d, %-I:%M %p")
        self.assertEqual(
            self.sentence(later, False),
            f"Studio House: not given yet; it will be on {due} (UTC).",
        )

    def test_end_on_another_day_says_so(self):
        night = create_booking(
            self.env,
            self.venue,
            start=self.start.replace(hour=23),
        )
        self.sync()
        end = (self.start + timedelta(days=1)).strftime("%b %-d, 1:15 AM")
        self.assertIn(f"10:45 PM to {end} (UTC)", self.sentence(night, False))
