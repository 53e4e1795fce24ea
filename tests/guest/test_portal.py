import re
from datetime import timedelta

from freezegun import freeze_time

from odoo import fields
from odoo.tests import HttpCase, tagged

from ...tools import evidence
from ..common import age_openings, create_booking, find_lock
from .guest_pages import GuestCaseMixin, GuestPage

LOCKING = "/v1.2/sites/*/locks/*/locking"


@tagged("post_install", "-at_install")
class TestPortal(GuestCaseMixin, HttpCase):
    # -- opening

    def test_guest_opens_the_door_by_link(self):
        page = self.press()
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)
        self.assertEqual(page.outcome, "opened")
        self.assertIn("Studio 1 opened at", page.text)
        clean = f"{self.base_url()}{self.booking.access_url}#salto_ks_doors"
        self.assertEqual(page.answer.url, clean)
        self.env.invalidate_all()
        self.assertEqual(self.booking.stage_id.name, "Checked in")

    def test_opening_is_on_record_as_the_guests(self):
        self.press()
        opening = self.openings()
        self.assertEqual(opening.state, "opened")
        self.assertEqual(opening.channel, "portal")
        self.assertEqual(opening.partner_id, self.venue["guest"])
        self.assertEqual(opening.booking_name, "Session")

    def test_the_history_of_the_booking_names_the_guest(self):
        before = self.booking.message_ids
        self.press()
        self.env.invalidate_all()
        told = self.booking.message_ids - before
        self.assertTrue(told)
        self.assertEqual(told.author_id, self.venue["guest"])

    def test_guest_with_a_login_needs_no_token(self):
        self.authenticate("guest", "guest")
        page = self.page(self.booking.access_url)
        answer = self.press(page)
        self.assertEqual(self.simulator.unlocks(), 1)
        self.assertEqual(self.openings().user_id, self.guest)
        self.assertEqual(answer.outcome, "opened")
        self.assertNotIn("access_token", answer.answer.url)

    def test_reload_after_the_press_opens_nothing_again(self):
        answer = self.press(follow=False).answer
        self.assertEqual(answer.status_code, 303)
        after = self.base_url() + answer.headers["Location"].removeprefix(
            self.base_url()
        )
        for _reload in range(3):
            self.assertEqual(self.page(after).outcome, "opened")
        self.assertEqual(len(self.simulator.commands()), 1)

    def test_open_again_is_one_press(self):
        page = self.press()
        age_openings(self.openings(), seconds=10)
        self.press(page)
        self.assertEqual(self.simulator.unlocks(), 2)

    def test_going_back_shows_a_fresh_page(self):
        self.assertEqual(self.page().answer.headers["Cache-Control"], "no-store")

    def test_several_doors_have_a_control_each(self):
        gate = find_lock(self.integration, "Main entrance")
        self.integration.mapping_ids[0].lock_ids = self.lock + gate
        page = self.page()
        self.assertEqual({*page.controls}, {"Open Main entrance", "Open Studio 1"})
        answer = self.press(page, "Open Main entrance")
        self.assertIn("Main entrance opened", answer.text)
        self.assertEqual(self.simulator.unlocks(gate.lock_id), 1)
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_a_door_that_cannot_open_says_so_beside_one_that_can(self):
        gate = find_lock(self.integration, "Bicycle cellar")
        self.assertFalse(gate.salto_iq_id)
        self.integration.mapping_ids[0].lock_ids = self.lock + gate
        page = self.page()
        self.assertEqual({*page.controls}, {"Open Studio 1"})
        self.assertRegex(page.text, "Bicycle cellar It cannot be opened from here")

    # -- the four outcomes

    def test_refused(self):
        self.simulator.fault(
            "PATCH",
            LOCKING,
            "status",
            status=403,
            body={"ErrorCode": "2203", "Message": "Forbidden"},
        )
        self.assert_outcome("refused", "alert-danger", "Studio 1 stayed closed.")

    def test_not_sent(self):
        self.simulator.fault("POST", "/connect/token", "status", status=503, times=9)
        self.assert_outcome(
            "not_sent", "alert-secondary", "We could not reach Studio 1"
        )

    def test_unknown(self):
        self.simulator.fault("PATCH", LOCKING, "reset_after")
        self.assert_outcome(
            "unknown", "alert-warning", "Look at the door: Studio 1 may be open."
        )

    def test_opened(self):
        self.assert_outcome("opened", "alert-success", "Go in now")

    def assert_outcome(self, state, look, words):
        page = self.press()
        self.assertEqual(page.outcome, state)
        self.assertIn(look, page.look)
        self.assertIn(words, page.text)
        self.assertEqual(self.openings().state, state)
        for staff_word in ("IQ", "PIN", "Salto", "manager", "settings", "account"):
            self.assertNotRegex(page.text, rf"\b{staff_word}\b")

    def test_a_press_that_is_on_its_way(self):
        self.press()
        with evidence.unlocked(self.env):
            self.openings().write({"state": "claimed", "answered_at": False})
        page = self.page()
        self.assertIn("Studio 1 is being opened. Stay at the door.", page.text)
        self.assertEqual(page.doors[0].get("data-refresh"), "2")

    def test_an_opening_is_history_after_half_a_minute(self):
        page = self.press()
        self.assertIn("Go in now", page.text)
        self.assertLessEqual(int(page.doors[0].get("data-refresh")), 30)
        age_openings(self.openings(), seconds=31)
        page = self.page()
        self.assertRegex(page.text, r"Studio 1 was opened at \d?\d:\d\d [AP]M\.")
        self.assertNotIn("Go in now", page.text)
        self.assertNotIn("alert-success", page.look)

    def test_the_outcome_is_told_for_some_minutes(self):
        self.press()
        age_openings(self.openings(), minutes=6)
        self.assertIsNone(self.page().outcome)

    def test_what_staff_opened_is_not_told_as_the_guests(self):
        self.as_receptionist().action_salto_ks_open_door()
        self.assertIsNone(self.page().outcome)

    # -- when not

    def test_too_early_says_when_in_the_time_of_the_house(self):
        self.venue["calendar"].tz = "Asia/Tokyo"
        with freeze_time("2026-06-10 09:00:00", tick=True):
            booking = create_booking(self.env, self.venue, 1, timedelta(minutes=75))
            page = self.page(self.link(booking))
            self.assertIn("Opens at 7:00 PM.", page.text)
            left = page.root.xpath("//@data-seconds")
        self.assertFalse(page.controls)
        self.assertAlmostEqual(int(left[0]), 3600, delta=30)

    def test_who_lives_in_another_zone_reads_which_zone_it_is(self):
        self.guest.tz = "America/New_York"
        self.integration.minutes_before = 0
        self.booking.start = fields.Datetime.now() + timedelta(minutes=40)
        self.booking.action_confirm()
        self.assertNotIn("(UTC)", self.page().text)
        self.authenticate("guest", "guest")
        self.assertRegex(self.page().text, r"Opens at .* \(UTC\)\.")

    def test_too_early_on_another_day_names_the_day(self):
        with freeze_time("2026-06-10 09:00:00", tick=True):
            booking = create_booking(self.env, self.venue, 1, timedelta(days=3))
            page = self.page(self.link(booking))
        self.assertIn("Opens at 8:45 AM on Saturday, June 13, 2026.", page.text)

    def test_dutch_guest_reads_dutch_times(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        with freeze_time("2026-06-10 09:00:00", tick=True):
            booking = create_booking(self.env, self.venue, 1, timedelta(days=3))
            page = self.page(f"/nl{self.link(booking)}")
        self.assertRegex(page.text, r"08:45 .* zaterdag 13 juni 2026")

    def test_too_late(self):
        booking = create_booking(self.env, self.venue, 1, timedelta(hours=-5))
        page = self.page(self.link(booking))
        self.assertIn("Your booking is over", page.text)
        self.assertFalse(page.controls)

    def test_not_confirmed_yet(self):
        for start_in, words in (
            (timedelta(minutes=10), "Please confirm your booking first"),
            # Now only the house may confirm it.
            (timedelta(minutes=-10), "It cannot be opened from here at the moment"),
        ):
            with self.subTest(start_in=start_in):
                booking = create_booking(self.env, self.venue, 1, start_in)
                booking.meeting_id.attendee_ids.state = "needsAction"
                page = self.page(self.link(booking))
                self.assertEqual(booking.state, "scheduled")
                self.assertIn(words, page.text)
                self.assertFalse(page.controls)
                booking.action_cancel()

    def test_stage_does_not_open(self):
        self.booking.stage_id = self.env.ref(
            "resource_booking_salto_ks.stage_checked_out"
        )
        self.assertIn("It cannot be opened from here", self.page().text)
        self.assertNotIn("stage", self.page().text)

    def test_canceled(self):
        self.authenticate("guest", "guest")
        link = self.link()
        self.booking.message_subscribe(self.guest.partner_id.ids)
        self.booking.action_cancel()
        page = self.page(link)
        self.assertIn("canceled, so it opens no doors", page.text)
        self.assertFalse(page.controls)
        self.assertEqual(self.simulator.commands(), [])

    def test_guests_open_nothing_where_the_switch_is_off(self):
        page = self.page()
        self.integration.guest_opening = False
        self.assertFalse(self.page().doors)
        answer = self.press(page)
        self.assertEqual(self.simulator.commands(), [])
        self.assertEqual(self.openings().code, "guests_not_allowed")
        self.assertIn("It can no longer be opened from here", answer.text)

    def test_booking_without_a_door_shows_none(self):
        booking = create_booking(self.env, self.venue, studio=2)
        self.assertFalse(self.page(self.link(booking)).doors)

    def test_whom_to_call(self):
        page = self.page()
        self.assertIn(f"Call {self.env.company.name}: +31 20 555 01 00", page.text)
        self.assertTrue(page.root.xpath("//a[@href='tel:+31205550100']"))
        self.integration.guest_phone = False
        self.env.company.phone = "+31 30 1"
        self.assertIn("+31 30 1", self.page().text)

    def test_the_door_is_that_of_the_company_of_the_booking(self):
        """Where the type has no company, the one counts that it was booked in."""
        self.venue["type"].company_id = False
        self.assertTrue(self.page().controls)
        other = self.env["res.company"].create({"name": "Other house"})
        self.receptionist.company_ids |= other
        theirs = create_booking(self.env(context={}), self.venue, 1)
        elsewhere = self.env(context={"allowed_company_ids": other.ids})
        ours = create_booking(elsewhere, self.venue, 0, timedelta(hours=5))
        self.authenticate("guest", "guest")
        self.assertTrue(self.page(theirs.access_url).controls)
        self.assertFalse(self.page(ours.access_url).doors)

    def test_records_speak_the_language_of_the_staff(self):
        self.env["res.lang"]._activate_lang("nl_NL")
        self.press(self.page(f"/nl{self.link()}"))
        self.assertIn("Studio 1 opened.", str(self.booking.message_ids.mapped("body")))

    # -- the booking's state

    def state(self):
        return self.page(self.booking.access_url).root.xpath(
            "//span[@title='Current state of this booking']/text()"
        )

    def test_the_state_is_what_the_stage_means(self):
        self.authenticate("guest", "guest")
        self.assertEqual(self.state(), ["Confirmed"])
        for stage, name, words in (
            ("stage_checked_in", "Sits in the lobby", "Checked in"),
            ("stage_checked_out", "Gone", "Checked out"),
            ("stage_no_show", "Blacklisted", "No-show"),
        ):
            stage = self.env.ref(f"resource_booking_salto_ks.{stage}")
            stage.name = name
            self.booking.stage_id = stage
            with self.subTest(stage=name):
                self.assertEqual(self.state(), [words])
                page = self.url_open("/my/bookings").text
                self.assertIn(words, page)
                self.assertNotIn(name, page)

    def test_all_times_are_those_of_the_house(self):
        self.venue["calendar"].tz = "Asia/Tokyo"
        self.guest.tz = "Europe/Amsterdam"
        with freeze_time("2026-06-10 09:00:00", tick=True):
            booking = create_booking(self.env, self.venue, 1, timedelta(days=3))
            self.authenticate("guest", "guest")
            page = self.page(booking.access_url).answer.text
            listed = self.url_open("/my/bookings").text
        self.assertIn("Saturday, June 13, 2026, 6:00 PM – 8:00 PM (Asia/Tokyo)", page)
        self.assertNotIn("09:00:00", page)
        self.assertIn("Jun 13, 6:00 PM", listed)

    # -- the portal's first page

    def cards(self, login="guest"):
        self.authenticate(login, login)
        page = GuestPage(self.url_open("/my"))
        return page.root.find_class("o_salto_ks_card")

    def test_the_door_of_today_is_on_the_first_page(self):
        (card,) = self.cards()
        words = " ".join(card.text_content().split())
        self.assertIn("Studio session", words)
        self.assertIn("Studio 1", words)
        page = self.page(card.get("href"))
        self.assertEqual(self.press(page).outcome, "opened")

    def test_a_door_of_later_today_says_when(self):
        with freeze_time("2026-06-10 09:00:00", tick=True):
            create_booking(self.env, self.venue, 1, timedelta(hours=5))
            (card,) = self.cards()
        words = " ".join(card.text_content().split())
        self.assertIn("Wednesday, June 10, 2026, 2:00 PM – 4:00 PM", words)
        self.assertIn("Opens at 1:45 PM.", words)

    def test_no_door_on_the_first_page(self):
        self.assertFalse(self.cards("stranger"))
        self.booking.message_subscribe(self.stranger.partner_id.ids)
        self.assertFalse(self.cards("stranger"))
        with freeze_time(fields.Datetime.now() + timedelta(hours=3), tick=True):
            create_booking(self.env, self.venue, 1, timedelta(days=2))
            self.assertFalse(self.cards())
        self.integration.guest_opening = False
        self.assertFalse(self.cards())

    # -- what the script reads

    def test_the_scripts_part_is_the_pages(self):
        page = self.page()
        part = self.page(self.link().replace("?", "/doors?"))
        self.assertEqual(part.text, page.text)
        self.assertEqual({*part.controls}, {*page.controls})
        self.assertFalse(part.root.xpath("//header | //footer"))
        self.press(part)
        self.assertEqual(self.simulator.unlocks(), 1)

    def test_looking_asks_salto_nothing(self):
        self.page()
        self.page(self.link().replace("?", "/doors?"))
        self.assertEqual(self.simulator.state()["requests"], [])

    # -- what the page does not tell

    def test_no_id_of_a_lock_is_in_the_page(self):
        page = self.page()
        self.assertNotIn(self.lock.lock_id, page.answer.text)
        self.assertNotIn(self.iq.iq_id, page.answer.text)
        form = page.controls["Open Studio 1"]
        self.assertEqual({*form.fields}, {"csrf_token", "intent"})
        one, two = (
            dict(self.page().controls["Open Studio 1"].form_values())["intent"]
            for _page in range(2)
        )
        self.assertNotEqual(one, two)
        self.assertNotRegex(page.answer.text, re.escape("salto.ks.lock"))

    def test_guests_have_no_right_on_any_of_our_models(self):
        names = [name for name in self.env if name.startswith("salto.ks.")]
        self.assertGreater(len(names), 5)
        for name in names:
            records = self.env[name].with_user(self.guest)
            for operation in ("read", "write", "create", "unlink"):
                with self.subTest(model=name, operation=operation):
                    self.assertFalse(records.has_access(operation))

    def test_guests_read_no_door_fields_of_their_booking(self):
        booking = self.booking.with_user(self.guest)
        self.assertTrue(booking.has_access("read"))
        readable = booking.fields_get()
        self.assertFalse(
            {"salto_ks_lock_ids", "salto_ks_opening_ids", "salto_ks_open_verdict"}
            & {*readable}
        )
