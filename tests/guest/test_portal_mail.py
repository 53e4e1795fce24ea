import re
from datetime import timedelta

import vobject
from babel.dates import format_date
from freezegun import freeze_time

from odoo.tests import Form, HttpCase, tagged

from ..common import create_booking
from .guest_pages import GuestCaseMixin

AUTOMATION = "resource_booking_salto_ks.automation_send_door_link"


@tagged("post_install", "-at_install")
class TestDoorLink(GuestCaseMixin, HttpCase):
    def sent(self):
        """The e-mails with a door link, newest first."""
        return self.env["mail.mail"].search([("body_html", "ilike", "salto_ks_doors")])

    def send(self, booking=None):
        action = self.as_receptionist(booking).action_salto_ks_send_door_link()
        composer = Form(
            self.env["mail.compose.message"]
            .with_user(self.receptionist)
            .with_context(**action["context"], mail_notify_force_send=False)
        ).save()
        composer.action_send_mail()
        return self.sent()

    def link_in(self, mail):
        """The link in an e-mail as it leaves Odoo."""
        (sent,) = mail._prepare_outgoing_list()
        body = sent["body"]
        link = re.search(r'href="([^"]*/my/bookings/[^"]*#salto_ks_doors)"', body)
        return link[1].replace("&amp;", "&")

    def test_receptionist_sends_the_link_and_it_opens_the_door(self):
        mail = self.send()
        self.assertIn(self.venue["guest"], mail.recipient_ids)
        day = format_date(self.booking.start, "full", locale="en_US")
        subject = f"Studio session on {day}: how to open the door"
        self.assertEqual(mail.subject, subject)
        for words in ("Hello Maya Jansen", "Studio 1", "+31 20 555 01 00"):
            self.assertIn(words, mail.body_html)
        self.press(self.page(self.link_in(mail)))
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)

    def test_it_says_from_when_to_when_in_the_language_and_time_of_the_guest(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        self.venue["guest"].lang = "nl_NL"
        self.venue["calendar"].tz = "Europe/Amsterdam"
        with freeze_time("2026-06-10 09:00:00", tick=True):
            booking = create_booking(self.env, self.venue, 1, timedelta(days=3))
            mail = self.send(booking)
        self.assertRegex(mail.body_html, r"10:45 [^<]*zaterdag 13 juni 2026")
        self.assertRegex(mail.body_html, r"13:00 [^<]*zaterdag 13 juni 2026")
        self.assertIn("/nl/my/bookings/", self.link_in(mail))

    def test_it_says_when_and_where(self):
        with freeze_time("2026-06-10 09:00:00", tick=True):
            booking = create_booking(self.env, self.venue, 1, timedelta(days=3))
            booking.location = "Prinsengracht 1, Amsterdam"
            mail = self.send(booking)
        self.assertIn("Saturday, June 13, 2026, 9:00 AM – 11:00 AM", mail.body_html)
        self.assertIn("Prinsengracht 1, Amsterdam", mail.body_html)
        self.assertNotIn("09:00", mail.body_html)

    def test_without_a_location_it_says_the_address_of_the_house(self):
        self.env.company.partner_id.write(
            {"street": "Keizersgracht 9", "zip": "1015 AA", "city": "Amsterdam"}
        )
        self.assertRegex(self.send().body_html, "Keizersgracht 9, .*Amsterdam")

    # -- the calendar file

    def calendar_files(self, mail):
        return [
            vobject.readOne(content.decode()).vevent
            for sent in mail._prepare_outgoing_list()
            for name, content, kind in sent["attachments"]
            if (name, kind) == ("booking.ics", "text/calendar")
        ]

    def test_the_calendar_file_holds_the_link_that_opens(self):
        self.booking.location = "Prinsengracht 1; Amsterdam, back door"
        mail = self.send()
        (event,) = self.calendar_files(mail)
        self.assertEqual(event.dtstart.value.replace(tzinfo=None), self.booking.start)
        self.assertEqual(event.dtend.value.replace(tzinfo=None), self.booking.stop)
        self.assertEqual(event.summary.value, "Studio session")
        self.assertEqual(event.location.value, self.booking.location)
        self.assertEqual(event.url.value, self.link_in(mail))
        self.assertIn(event.url.value, event.description.value)
        self.press(self.page(event.url.value))
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)

    def test_no_calendar_file_is_kept(self):
        before = self.env["ir.attachment"].search_count([])
        mail = self.send()
        self.assertTrue(self.calendar_files(mail))
        self.assertEqual(self.env["ir.attachment"].search_count([]), before)

    def test_a_calendar_file_goes_to_guests_alone(self):
        mail = self.send()
        mail.recipient_ids = self.receptionist.partner_id
        self.receptionist.partner_id.email = "desk@house.example"
        self.assertFalse(self.calendar_files(mail))

    def test_a_later_calendar_file_takes_the_place_of_the_first(self):
        one, two = (self.calendar_files(self.send()[:1])[0] for _mail in range(2))
        self.assertEqual(one.uid.value, two.uid.value)

    def test_button_is_there_where_guests_may_open(self):
        self.assertTrue(self.as_receptionist().salto_ks_guests_open)
        self.integration.guest_opening = False
        self.env.invalidate_all()
        self.assertFalse(self.as_receptionist().salto_ks_guests_open)

    def test_nothing_is_sent_by_itself(self):
        create_booking(self.env, self.venue, 1)
        self.assertFalse(self.sent())

    def test_automation_rule_sends_it_where_guests_may_open(self):
        self.env.ref(AUTOMATION).active = True
        booking = create_booking(self.env, self.venue, 1)
        create_booking(self.env, self.venue, 2, name="Without a door")
        mail = self.sent()
        self.assertEqual(mail.res_id, booking.id)
        self.assertEqual([*self.page(self.link_in(mail)).controls], ["Open Studio 2"])
