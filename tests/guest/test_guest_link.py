"""What a link is, who may use it, and where it must not be."""

import re
from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, ValidationError
from odoo.http import Request
from odoo.tests import Form, HttpCase, tagged

from ..common import create_booking
from ..smtp_sink import smtp_sink
from .guest_pages import GuestCaseMixin, GuestPage

KEY = re.compile(r"\bdoor=([\w-]+)")


@tagged("post_install", "-at_install")
class TestGuestLink(GuestCaseMixin, HttpCase):
    def key(self, booking=None):
        return KEY.search(self.link(booking))[1]

    def leave(self):
        """Another browser comes, which knows no link."""
        self.authenticate(None, None)

    def assert_opens(self, link, opens=True):
        self.leave()
        page = self.page(link)
        self.assertEqual(bool(page.controls), opens)

    def move(self, booking, start_in):
        booking.start = fields.Datetime.now().replace(second=0) + start_in
        booking.action_confirm()

    # -- what opens, and what does not

    def test_the_hosts_own_link_shows_the_page_and_opens_nothing(self):
        self.booking._portal_ensure_token()
        link = self.booking.sudo().get_portal_url()
        page = self.page(link)
        self.assertIn("Session", page.answer.text)
        self.assertFalse(page.doors)
        self.assertTrue(page.root.find_class("o_salto_ks_needs_link"))
        part = self.url_open(
            f"{self.booking.access_url}/doors?{link.partition('?')[2]}"
        )
        self.assertEqual(part.status_code, 200)
        self.assertNotIn("Studio", part.text)

    def test_the_key_opens_without_the_hosts_token(self):
        link = f"{self.booking.access_url}?door={self.key()}"
        self.assertEqual(self.press(self.page(link)).outcome, "opened")

    def test_a_key_that_is_none(self):
        self.leave()
        for key in ("", "x", "é", "AQ", self.key()[:-2], self.key() + "A"):
            with self.subTest(key=key):
                answer = self.url_open(self.booking.access_url, params={"door": key})
                self.assertEqual(answer.status_code, 404)
                self.assertIn("This link no longer works", answer.text)

    def test_the_key_of_another_booking(self):
        other = create_booking(self.env, self.venue, 1)
        link = f"{other.access_url}?door={self.key()}"
        self.leave()
        self.assertEqual(self.url_open(link).status_code, 404)

    def test_a_void_key_says_the_same_whether_the_booking_exists(self):
        self.leave()
        answers = [
            self.url_open(f"/my/bookings/{one}?door=x").text
            for one in (self.booking.id, 987654321)
        ]
        texts = {re.sub(r"csrf_token: .*|/my/bookings/\d+", "", one) for one in answers}
        self.assertEqual(len(texts), 1)

    def test_every_link_that_does_not_work_gets_one_page(self):
        """A wrong one, none, one of a booking that is canceled, and the host's own."""
        invitation = self.booking._get_share_url()
        key = self.link()
        self.env.company.phone = "+31 30 1"
        self.integration.guest_phone = "+31 20 2"
        self.booking.action_cancel()
        self.leave()
        page = self.booking.access_url
        answers = [
            self.url_open(url)
            for url in (
                key,
                invitation,
                page,
                f"{page}/schedule",
                f"{page}?access_token=x",
                "/my/bookings/987654321",
            )
        ]
        texts = {
            re.sub(r"csrf_token: .*|bookings/\d+\S*", "", one.text) for one in answers
        }
        self.assertEqual(len(texts), 1)
        self.assertEqual({one.status_code for one in answers}, {404})
        (text,) = texts
        self.assertIn("This link no longer works", text)
        self.assertIn("+31 20 2", text)
        self.assertIn("/web/login", text)
        for about in ("Session", "Studio", "Maya"):
            self.assertNotIn(about, text)

    def test_the_page_of_void_links_tells_of_no_site_among_several(self):
        """Which of them it is, is about the booking."""
        self.env.company.phone = "+31 30 1"
        self.integration.guest_phone = "+31 20 2"
        self.integration.copy(
            {"guest_phone": "+31 40 3", "guest_opening": True, "site_uid": "NL1"}
        ).state = "active"
        self.leave()
        text = self.url_open(f"{self.booking.access_url}?door=x").text
        self.assertIn("+31 30 1", text)
        self.assertNotIn("+31 20 2", text)

    def test_who_follows_the_copy_that_staff_read_is_told(self):
        mark = f"{self.booking.access_url}?door_link=x"
        self.authenticate("desk", "desk")
        self.assertIn("the copy of the message", self.url_open(mark).text)

    def test_new_attendees_make_the_old_link_void(self):
        old = self.link()
        friend = self.env["res.partner"].create({"name": "Friend"})
        self.booking.partner_ids = friend
        self.booking.action_confirm()
        self.leave()
        self.assertIn("no longer works", self.url_open(old).text)
        self.press(self.page(self.link()))
        self.assertEqual(self.openings().partner_id, friend)

    def test_a_session_with_an_old_link_is_as_void(self):
        page = self.page()
        self.booking.partner_ids = self.stranger.partner_id
        self.booking.action_confirm()
        self.press(page)
        self.assertEqual(self.simulator.commands(), [])
        self.assertFalse(self.openings())

    def test_an_attendee_more_makes_the_old_link_void(self):
        old = self.link()
        self.booking.partner_ids += self.stranger.partner_id
        self.assert_opens(old, False)

    def test_canceling_makes_the_link_void_by_any_road(self):
        for cancel in (
            lambda: self.booking.action_cancel(),
            lambda: self.booking.action_archive(),
        ):
            old, start = self.link(), self.booking.start
            cancel()
            self.booking.active = True
            self.booking.start = start
            self.booking.action_confirm()
            self.assert_opens(old, False)
            self.assert_opens(self.link())

    # -- until when

    def test_a_link_ends_with_the_booking_as_it_was(self):
        old = self.link()
        self.move(self.booking, timedelta(minutes=10))
        self.assert_opens(old)
        self.move(self.booking, timedelta(hours=3))
        self.integration.minutes_before = 300
        self.leave()
        self.assertIn("made for an earlier time", self.page(old).text)
        self.assert_opens(self.link())

    def test_a_link_of_a_booking_that_is_over_opens_nothing_any_more(self):
        over = create_booking(self.env, self.venue, 1, timedelta(hours=-5))
        old = self.link(over)
        self.assertIn("Your booking is over", self.page(old).text)
        self.move(over, timedelta(minutes=-5))
        self.assert_opens(old, False)
        self.assert_opens(self.link(over))

    # -- who comes

    def internal(self, login, *groups):
        return self.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "password": login,
                "group_ids": [
                    Command.set(
                        [self.env.ref(one).id for one in ("base.group_user", *groups)]
                    )
                ],
            }
        )

    def assert_page_opens_nothing(self, login, url=None):
        """Neither by the page, nor by a press that somebody else prepared."""
        self.leave()
        intent = dict(self.page().controls["Open Studio 1"].form_values())["intent"]
        self.authenticate(login, login)
        page = GuestPage(self.url_open(url or self.booking.access_url))
        self.assertFalse(page.controls)
        answer = self.url_open(
            f"{self.booking.access_url}/doors/open",
            data={"csrf_token": Request.csrf_token(self), "intent": intent},
        )
        self.assertLess(answer.status_code, 500)
        self.assertEqual(self.simulator.commands(), [])
        self.assertFalse(self.openings())

    def test_internal_users_without_the_right_open_nothing(self):
        for login, group in (
            ("plain", "base.group_user"),
            ("host_user", "resource_booking.group_user"),
            ("host_manager", "resource_booking.group_manager"),
        ):
            user = self.internal(login, group)
            self.booking.message_subscribe(user.partner_id.ids)
            with self.subTest(user=login):
                self.assert_page_opens_nothing(login)
                self.assert_page_opens_nothing(login, self.link())

    def test_an_internal_user_who_attends_opens_nothing(self):
        user = self.internal("colleague", "resource_booking.group_user")
        self.booking.partner_ids += user.partner_id
        self.booking.action_confirm()
        self.assert_page_opens_nothing("colleague")

    def test_a_follower_opens_nothing_and_finds_no_key_on_the_page(self):
        self.booking.message_subscribe(self.stranger.partner_id.ids)
        self.link()
        self.assert_page_opens_nothing("stranger")
        page = self.url_open(self.booking.access_url).text
        self.assertIn("Session", page)
        self.assertFalse(re.findall(r"access_token=([\w-]+)", page))
        self.assertNotIn(self.booking.access_token, page)

    def test_a_receptionist_opens_on_the_page_by_the_rules_of_the_back_office(self):
        self.integration.guest_opening = False
        self.authenticate("desk", "desk")
        page = self.page(self.booking.access_url)
        self.assertEqual(self.press(page).outcome, "opened")
        self.assertEqual(self.openings().user_id, self.receptionist)

    def test_a_booking_of_no_company_opens_nothing_to_another_companys_people(self):
        self.venue["type"].company_id = False
        other = self.env["res.company"].create({"name": "Other house"})
        for login, group in (
            ("their_desk", "resource_booking_salto_ks.group_salto_ks_user"),
            ("their_host", "resource_booking.group_manager"),
        ):
            user = self.internal(login, group)
            user.write({"company_ids": [Command.set(other.ids)], "company_id": other})
            with self.subTest(user=login):
                self.assertTrue(self.booking.with_user(user).has_access("read"))
                self.assert_page_opens_nothing(login)

    def test_another_companys_people_do_not_change_who_gets_in(self):
        self.venue["type"].company_id = False
        other = self.env["res.company"].create({"name": "Other house"})
        user = self.internal("their_host", "resource_booking.group_manager")
        user.write({"company_ids": [Command.set(other.ids)], "company_id": other})
        booking = self.booking.with_user(user)
        self.assertTrue(booking.has_access("read"))
        for change in (
            {"partner_ids": [Command.link(user.partner_id.id)]},
            {"salto_ks_company_id": other.id},
        ):
            with self.assertRaises(AccessError):
                booking.write(change)

    def test_what_another_company_books_opens_none_of_our_doors(self):
        """Whatever they say about whose booking it is."""
        self.venue["type"].company_id = False
        self.venue["studios"].company_id = False
        other = self.env["res.company"].create({"name": "Other house"})
        user = self.internal("their_host", "resource_booking.group_manager")
        user.write({"company_ids": [Command.set(other.ids)], "company_id": other})
        company = self.env.company.id
        self.env["ir.default"].with_user(user).set(
            "resource.booking", "salto_ks_company_id", company, user_id=True
        )
        theirs = self.env(user=user, context={"allowed_company_ids": other.ids})
        booking = create_booking(theirs, self.venue, 1, user_id=self.receptionist.id)
        self.assertEqual(booking.sudo()._salto_ks_company(), other)
        self.authenticate("guest", "guest")
        self.assertFalse(self.page(booking.access_url).doors)
        self.env["salto.ks.access"].search([]).unlink()
        booking._salto_ks_note_access()
        self.env["salto.ks.access.note"]._consume(booking.ids)
        access = self.env["salto.ks.access"].search([("booking_id", "=", booking.id)])
        self.assertFalse(access)

    def test_the_right_to_book_makes_no_key(self):
        """Neither a field nor a method tells one to the host's own people."""
        user = self.internal("host_manager", "resource_booking.group_manager")
        booking = self.booking.with_user(user)
        link = booking.get_portal_url()
        self.assertNotIn("door=", link)
        self.assertFalse(self.page(link).doors)
        # A letter of their own, with all that a template may say.
        door = booking._salto_ks_door_link()
        self.assertNotIn("door", door.url.partition("#")[0])

    # -- only by POST

    def test_options_open_nothing(self):
        page = self.page()
        values = dict(page.controls["Open Studio 1"].form_values())
        for path in ("doors/open", "confirm"):
            answer = self.opener.options(
                f"{self.base_url()}{self.booking.access_url}/{path}", data=values
            )
            self.assertEqual(answer.status_code, 405)
        self.assertEqual(self.simulator.commands(), [])

    # -- a link makes no booking openable

    def confirm(self, booking, when, method="post"):
        """As the host's page does it."""
        page = self.page(self.link(booking))
        url = f"{self.base_url()}{booking.access_url}/confirm"
        data = {"when": when.isoformat() + "+00:00", "csrf_token": self.csrf(page)}
        if method == "post":
            return self.opener.post(url, data=data)
        return self.opener.get(url, params=data)

    def csrf(self, page):
        return page.root.xpath("//input[@name='csrf_token']/@value")[0]

    def test_a_guest_chooses_a_time_and_confirms(self):
        booking = create_booking(self.env, self.venue, 1, timedelta(days=2))
        booking.meeting_id.attendee_ids.state = "needsAction"
        when = booking.start + timedelta(hours=3)
        self.authenticate("guest", "guest")
        answer = self.confirm(booking, when)
        self.assertEqual(answer.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual((booking.state, booking.start), ("confirmed", when))

    def test_looking_at_a_link_confirms_nothing(self):
        booking = create_booking(self.env, self.venue, 1, timedelta(days=2))
        booking.meeting_id.attendee_ids.state = "needsAction"
        answer = self.confirm(booking, booking.start, method="get")
        self.assertEqual(answer.status_code, 405)
        self.env.invalidate_all()
        self.assertEqual(booking.state, "scheduled")

    def test_what_is_over_begun_confirmed_or_too_late_stays_as_it_is(self):
        now = fields.Datetime.now().replace(second=0, microsecond=0)
        for start_in, state, deadline, words in (
            (timedelta(hours=-5), "needsAction", 0, "is over"),
            (timedelta(hours=-5), "accepted", 0, "is over"),
            (timedelta(minutes=-5), "needsAction", 0, "has begun"),
            (timedelta(days=2), "accepted", 0, "is confirmed"),
            (timedelta(hours=5), "needsAction", 24, "too late to change"),
        ):
            self.venue["type"].modifications_deadline = 0
            booking = create_booking(self.env, self.venue, 1, start_in)
            booking.meeting_id.attendee_ids.state = state
            self.venue["type"].modifications_deadline = deadline
            start, before = booking.start, booking.state
            for when in (now, now + timedelta(days=1, minutes=30)):
                with self.subTest(words=words, when=when):
                    page = self.confirm(booking, when).text
                    self.assertIn(words, page)
                    self.env.invalidate_all()
                    self.assertEqual((booking.start, booking.state), (start, before))
            booking.action_cancel()

    def test_nothing_is_moved_to_now(self):
        self.venue["type"].modifications_deadline = 24
        booking = create_booking(self.env, self.venue, 1, timedelta(days=3))
        booking.meeting_id.attendee_ids.state = "needsAction"
        start = booking.start
        for hours in (-1, 0, 1, 23):
            when = fields.Datetime.now() + timedelta(hours=hours)
            self.assertIn("too late to book", self.confirm(booking, when).text)
            self.env.invalidate_all()
            self.assertEqual((booking.start, booking.state), (start, "scheduled"))

    def test_other_modules_pages_are_bound_as_well(self):
        """Whatever works for guests says so in its context."""
        booking = self.booking.with_context(using_portal=True)
        for change in (
            lambda: booking.write({"start": fields.Datetime.now()}),
            lambda: booking.action_confirm(),
        ):
            with self.assertRaises(ValidationError):
                change()

    def test_nonsense_instead_of_a_time(self):
        csrf = self.csrf(self.page())
        for when in ("", "x", "9999-99-99", "0001-01-01T00:00:00+14:00"):
            answer = self.url_open(
                f"{self.booking.access_url}/confirm",
                data={"when": when, "csrf_token": csrf},
            )
            self.assertEqual(answer.status_code, 400)

    # -- the calendar's invitation

    def invitation(self, booking):
        (attendee,) = booking.meeting_id.attendee_ids.filtered(
            lambda one: one.partner_id == self.venue["guest"]
        )
        attendee.state = "needsAction"
        query = f"token={attendee.access_token}&id={booking.meeting_id.id}"
        return f"/calendar/meeting/accept?{query}"

    def test_an_invitation_is_accepted_by_a_press_and_not_by_a_look(self):
        booking = create_booking(self.env, self.venue, 1, timedelta(days=2))
        link = self.invitation(booking)
        self.leave()
        page = GuestPage(self.url_open(link))
        self.env.invalidate_all()
        self.assertEqual(booking.state, "scheduled")
        (form,) = page.root.xpath("//form[@method='post']")
        self.url_open(form.action, data=dict(form.form_values()))
        self.env.invalidate_all()
        self.assertEqual(booking.state, "confirmed")

    def test_an_invitation_to_what_has_begun_confirms_nothing(self):
        link = self.invitation(self.booking)
        self.leave()
        page = GuestPage(self.url_open(link))
        self.assertIn("has begun", page.answer.text)
        self.assertFalse(page.root.xpath("//form[@method='post']"))
        token = re.search(r"token=([\w-]+)", link)[1]
        self.url_open(
            f"/salto_ks/invitation/accept?token={token}",
            data={"csrf_token": Request.csrf_token(self)},
        )
        self.env.invalidate_all()
        self.assertEqual(self.booking.state, "scheduled")

    def test_an_invitation_to_anything_else_is_the_calendars(self):
        event = self.env["calendar.event"].create(
            {
                "name": "Lunch",
                "start": fields.Datetime.now(),
                "stop": fields.Datetime.now() + timedelta(hours=1),
                "partner_ids": [Command.set(self.venue["guest"].ids)],
            }
        )
        self.leave()
        token = event.attendee_ids.access_token
        self.url_open(f"/calendar/meeting/accept?token={token}&id={event.id}")
        self.env.invalidate_all()
        self.assertEqual(event.attendee_ids.state, "accepted")

    # -- where the key must not be

    def test_the_address_the_page_and_its_script_are_clean(self):
        key = self.key()
        self.leave()
        page = self.page()
        self.assertNotIn("door=", page.answer.url)
        part = self.page(f"{self.booking.access_url}/doors")
        for shown in (page, part, self.press(page)):
            self.assertNotIn(key, shown.answer.text)
            self.assertNotIn("door=", shown.answer.text)
            self.assertEqual(shown.answer.headers["Referrer-Policy"], "no-referrer")
            self.assertEqual(shown.answer.headers["X-Frame-Options"], "SAMEORIGIN")
            self.assertIn(
                "frame-ancestors 'self'",
                shown.answer.headers["Content-Security-Policy"],
            )

    def send(self, user=None):
        user = user or self.receptionist
        action = self.booking.with_user(user).action_salto_ks_send_door_link()
        composer = Form(
            self.env["mail.compose.message"]
            .with_user(user)
            .with_context(**action["context"])
        ).save()
        composer.action_send_mail()

    def test_the_key_is_in_the_e_mail_and_nowhere_in_odoo(self):
        notifications = self.env["bus.bus"].search([])
        with smtp_sink(self.env) as mails:
            self.send()
            self.env["mail.mail"].search([]).send()
        texts = [
            # Lines of a calendar file are folded.
            part.get_content().replace("\r\n ", "").replace("\n ", "")
            for one in mails
            for part in one.walk()
            if part.get_content_maintype() == "text"
        ]
        keys = {found for text in texts for found in KEY.findall(text)}
        self.assertEqual(len(keys), 1)
        (key,) = keys
        self.env.flush_all()
        self.env.cr.postcommit.run()
        for model, field in (
            ("mail.message", "body"),
            ("mail.mail", "body_html"),
            ("mail.compose.message", "body"),
        ):
            kept = str(self.env[model].search([]).mapped(field))
            self.assertNotIn(key, kept)
            self.assertNotRegex(kept, KEY)
        bus = self.env["bus.bus"].search([]) - notifications
        self.assertNotRegex(str(bus.mapped("message")), KEY)
        link = re.search(r'href="([^"]*door=[^"]*)"', "".join(texts))[1]
        self.leave()
        self.assertEqual(self.press(self.page(link)).outcome, "opened")

    def test_a_mark_is_worth_nothing_to_who_copies_it(self):
        self.send()
        body = self.booking.message_ids[:1].body
        self.assertIn("door_link=", body)
        clerk = self.internal("host_user", "resource_booking.group_manager")
        accomplice = self.env["res.partner"].create(
            {"name": "Accomplice", "email": "accomplice@guest.example"}
        )
        copied = self.booking.with_user(clerk).message_post(
            body=body, partner_ids=accomplice.ids
        )
        mails = self.env["mail.mail"].search([("mail_message_id", "=", copied.id)])
        self.assertTrue(mails)
        for mail in mails:
            self.assertNotRegex(str(mail._prepare_outgoing_list()), KEY)

    def test_an_e_mail_that_waits_gives_nothing_to_former_guests(self):
        self.send()
        mail = self.env["mail.mail"].search([("body_html", "ilike", "door_link=")])
        self.assertRegex(str(mail[:1]._prepare_outgoing_list()), KEY)
        self.booking.partner_ids = self.stranger.partner_id
        self.assertNotRegex(str(mail[:1]._prepare_outgoing_list()), KEY)

    def test_followers_do_not_get_the_key(self):
        manager = self.internal("boss", "resource_booking.group_manager")
        self.booking.message_subscribe(manager.partner_id.ids)
        self.booking.message_subscribe(self.stranger.partner_id.ids)
        before = self.env["mail.mail"].search([])
        self.send()
        mails = self.env["mail.mail"].search([]) - before
        self.assertEqual(mails.recipient_ids, self.venue["guest"])

    def test_a_guest_who_answers_leaves_no_key_in_the_history(self):
        answer = self.booking.message_post(
            body=f"Thanks! > {self.base_url()}{self.link()}",
            author_id=self.venue["guest"].id,
        )
        self.assertNotRegex(answer.body, KEY)
        self.assertIn("Thanks!", answer.body)

    # -- what fresh eyes found

    def deliver(self):
        """The e-mails that leave Odoo after Send door link: {recipients: text}."""
        with smtp_sink(self.env) as mails:
            self.send()
            self.env["mail.mail"].search([]).send()
        return {
            mail["X-Sink-People"]: "".join(
                part.get_content()
                for part in mail.walk()
                if part.get_content_maintype() == "text"
            )
            for mail in mails
        }

    def test_who_subscribes_to_the_letter_gets_it_without_the_key(self):
        subtypes = self.env.ref("resource_booking_salto_ks.subtype_door_link")
        subtypes |= self.env.ref("mail.mt_comment")
        self.stranger.partner_id.email = "follower@guest.example"
        self.booking.message_subscribe(self.stranger.partner_id.ids, subtypes.ids)
        texts = self.deliver()
        self.assertTrue([to for to in texts if "follower@" in to])
        for to, text in texts.items():
            self.assertEqual(bool(KEY.search(text)), "maya@guest.example" in to, to)
            self.assertNotIn("door_link=", text)

    def test_a_booking_is_not_moved_to_where_its_writer_may_not_book(self):
        self.venue["type"].company_id = self.env.company
        other = self.env["res.company"].create({"name": "Other house"})
        user = self.their("hub", other)
        theirs = self.venue["type"].copy({"company_id": other.id})
        env = self.env(user=user, context={"allowed_company_ids": other.ids})
        booking = env["resource.booking"].create(
            {"type_id": theirs.id, "partner_ids": [Command.set(user.partner_id.ids)]}
        )
        ours = self.venue["type"].id
        with self.assertRaises(AccessError):
            booking.write(
                {
                    "type_id": ours,
                    "combination_id": self.venue["combinations"][2].id,
                    "combination_auto_assign": False,
                }
            )
        with self.assertRaises(AccessError):
            theirs.with_env(env).write({"company_id": self.env.company.id})

    def their(self, login, company, group="resource_booking.group_manager"):
        user = self.internal(login, group)
        user.write({"company_ids": [Command.set(company.ids)], "company_id": company})
        return user

    def test_rooms_of_another_company_are_not_booked(self):
        other = self.env["res.company"].create({"name": "Other house"})
        user = self.their("hub", other)
        self.venue["studios"].company_id = self.env.company
        self.venue["type"].company_id = False
        env = self.env(user=user, context={"allowed_company_ids": other.ids})
        with self.assertRaises(AccessError):
            create_booking(env, self.venue, 1)

    def test_the_calendar_is_no_way_round_the_booking(self):
        plain = self.internal("plain")
        event = self.booking.meeting_id.with_user(plain)
        attendee = event.sudo().attendee_ids.filtered(
            lambda one: one.partner_id == self.venue["guest"]
        )
        attendee = attendee.with_user(plain)
        later = {"stop": self.booking.stop + timedelta(hours=2), "duration": 4}
        for change in (
            lambda: event.write(later),
            lambda: event.write({"active": False}),
            lambda: event.unlink(),
            lambda: attendee.write({"state": "declined"}),
            lambda: attendee.unlink(),
        ):
            with self.assertRaises(AccessError), self.env.cr.savepoint():
                change()
        self.assertEqual(self.booking.state, "confirmed")

    def test_the_rest_of_the_calendar_is_everybodys(self):
        plain = self.internal("plain")
        event = (
            self.env["calendar.event"]
            .with_user(plain)
            .create(
                {
                    "name": "Lunch",
                    "start": fields.Datetime.now(),
                    "stop": fields.Datetime.now() + timedelta(hours=1),
                }
            )
        )
        event.write({"partner_ids": [Command.link(self.venue["guest"].id)]})
        event.attendee_ids.write({"state": "accepted"})
        event.unlink()
        self.assertFalse(event.exists())

    def test_a_follower_changes_nothing_on_the_hosts_pages(self):
        booking = create_booking(self.env, self.venue, 1, timedelta(days=2))
        booking.meeting_id.attendee_ids.state = "needsAction"
        booking.message_subscribe(self.stranger.partner_id.ids)
        self.authenticate("stranger", "stranger")
        page = self.page(booking.access_url)
        self.assertIn("Session", page.answer.text)
        token = booking._portal_ensure_token()
        self.assertNotIn(token, page.answer.text)
        self.url_open(f"{booking.access_url}/cancel")
        self.url_open(
            f"{booking.access_url}/confirm",
            data={
                "when": booking.start.isoformat() + "+00:00",
                "csrf_token": self.csrf(page),
            },
        )
        self.env.invalidate_all()
        self.assertEqual(booking.state, "scheduled")
        as_follower = booking.with_user(self.stranger)
        self.assertNotIn(token, as_follower.get_portal_url())
        with self.assertRaises(AccessError):
            as_follower.read(["access_token"])

    def test_another_companys_manager_gets_no_link_of_a_shared_booking(self):
        self.venue["type"].company_id = False
        other = self.env["res.company"].create({"name": "Other house"})
        user = self.their(
            "mgrb", other, "resource_booking_salto_ks.group_salto_ks_manager"
        )
        token = self.booking._portal_ensure_token()
        theirs = self.booking.with_user(user)
        self.assertTrue(theirs.has_access("read"))
        self.assertNotIn(token, theirs.get_portal_url())
        self.assertNotIn(token, theirs._get_share_url())

    def test_contacts_of_bookings_are_merged_by_who_opens_doors(self):
        clerk = self.internal("clerk", "base.group_partner_manager")
        pair = self.venue["guest"] + self.stranger.partner_id
        wizard = self.env["base.partner.merge.automatic.wizard"]
        with self.assertRaises(AccessError):
            wizard.with_user(clerk)._merge(pair.ids, self.stranger.partner_id)

    def test_a_time_that_is_taken_is_told(self):
        booking = create_booking(self.env, self.venue, 1, timedelta(days=2))
        booking.meeting_id.attendee_ids.state = "needsAction"
        taken = create_booking(self.env, self.venue, 1, timedelta(days=3))
        answer = self.confirm(booking, taken.start)
        self.assertEqual(answer.status_code, 200)
        self.env.invalidate_all()
        self.assertEqual(booking.state, "scheduled")

    def test_staff_of_another_company_read_and_press_nothing_by_a_link(self):
        other = self.env["res.company"].create({"name": "Other house"})
        self.their("recb", other, "resource_booking_salto_ks.group_salto_ks_user")
        link = self.link()
        self.assert_page_opens_nothing("recb", link)
        page = self.page(link)
        self.assertFalse(page.doors)
        self.assertNotIn("+31 20 555 01 00", page.answer.text)
