"""Names that guests choose stay text, wherever the addon puts them into HTML."""

from datetime import timedelta

from lxml import html

from odoo import Command, fields
from odoo.tests import tagged

from ..access.access_common import AccessCase

LINK = '<a href="https://elsewhere.example">Maya</a>'
NASTY = f'{LINK}<img src="https://elsewhere.example/x.png">'


@tagged("post_install", "-at_install")
class TestMarkup(AccessCase):
    def assert_is_text(self, markup):
        """The name is there as it was typed, and made no element."""
        self.assertTrue(markup)
        tree = html.fragment_fromstring(str(markup), create_parent=True)
        hosts = [*tree.xpath("//@href"), *tree.xpath("//@src")]
        self.assertFalse([one for one in hosts if "elsewhere.example" in one], markup)
        self.assertIn("elsewhere.example", tree.text_content())

    def test_activity_about_access(self):
        nobody = self.env["res.partner"].create({"name": NASTY})
        self.booking.partner_ids = [Command.set(nobody.ids)]
        self.booking.action_confirm()
        self.sync()
        self.assert_is_text(self.booking.activity_ids.note)

    def test_activity_about_the_brake(self):
        bookings = self.many(13)
        for booking in bookings:
            self.access(booking).booking_name = NASTY
        bookings[:11].action_cancel()
        self.sync()
        self.assert_is_text(self.integration.activity_ids.note)

    def test_activity_about_a_silent_site(self):
        contact = (
            self.env["salto.ks.site.status"].sudo()._get_or_create_for(self.integration)
        )
        contact.failing_since = fields.Datetime.now() - timedelta(days=1)
        contact._note_silence(NASTY)
        self.assert_is_text(self.integration.activity_ids.note)

    def test_chatter_of_an_opening(self):
        self.lock.name = NASTY
        self.as_receptionist().action_salto_ks_open_door()
        told = self.booking.message_ids.filtered(lambda one: "opened" in one.body)
        self.assert_is_text(told.body)

    def test_chatter_of_a_comparison(self):
        # The words come from counts only; the road is the same.
        self.integration.message_post(body=NASTY)
        self.assert_is_text(self.integration.message_ids[0].body)

    def test_mapping_s_hint_and_tester(self):
        self.venue["type"].name = NASTY
        self.venue["studios"].name = NASTY
        self.lock.name = NASTY
        self.assert_is_text(self.integration.unmapped_hint)
        test = self.env["salto.ks.mapping.test"].create(
            {
                "integration_id": self.integration.id,
                "type_id": self.venue["type"].id,
                "resource_ids": self.venue["studios"][0].ids,
            }
        )
        self.assert_is_text(test.result)

    def test_mail_with_the_door_link(self):
        self.integration.guest_opening = True
        self.venue["guest"].name = NASTY
        self.lock.name = NASTY
        template = self.env.ref("resource_booking_salto_ks.mail_template_door_link")
        rendered = template._render_field("body_html", self.booking.ids)
        self.assert_is_text(rendered[self.booking.id])
