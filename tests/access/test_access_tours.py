from datetime import timedelta

from odoo.tests import HttpCase, tagged

from ..common import SaltoCaseMixin, create_booking
from .access_common import sync_access

PHONE = "390x844"


@tagged("post_install", "-at_install")
class TestAccessTours(SaltoCaseMixin, HttpCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.env.ref("base.user_admin").password = "admin"
        sync_access(self.env)

    def groups(self):
        return self.simulator.state()["access_groups"]

    def test_access_of_a_booking(self):
        (before,) = self.groups()
        self.start_tour("/odoo/reception", "salto_ks_access", login="desk")
        (after,) = self.groups()
        self.assertNotEqual(after["id"], before["id"])
        self.assertEqual(after["locks"], before["locks"])

    def test_comparison_of_a_site(self):
        client, site_id = self.integration._client(), self.integration.site_id
        client.delete_access_group(site_id, self.groups()[0]["id"])
        self.start_tour("/odoo", "salto_ks_access_site", login="admin")
        self.assertEqual(len(self.groups()), 1)


@tagged("post_install", "-at_install")
class TestAccessPhoneTours(SaltoCaseMixin, HttpCase):
    browser_size = PHONE
    touch_enabled = True

    def test_access_on_a_phone(self):
        in_a_day = timedelta(days=1)
        off = create_booking(self.env, self.venue, start_in=in_a_day, name="Called off")
        sync_access(self.env)
        off.action_cancel()
        sync_access(self.env)
        self.start_tour("/odoo", "salto_ks_access_phone", login="desk")
