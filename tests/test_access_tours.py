from odoo.tests import HttpCase, tagged

from .access_common import sync_access
from .common import SaltoCaseMixin


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
