from odoo.tests import HttpCase, tagged
from odoo.tools import mute_logger

from ..common import UNKNOWN_ID, SaltoCaseMixin, find_lock, renumber_lock

PHONE = "390x844"


class MappingTours(SaltoCaseMixin, HttpCase):
    def setUp(self):
        super().setUp()
        self.env.ref("base.user_admin").password = "admin"

    def start_mapping_tour(self, name):
        url = (
            "/odoo/action-resource_booking_salto_ks.integration_action"
            f"/{self.integration.id}"
        )
        self.start_tour(url, name, login="admin", timeout=120)

    def row_of(self, studio):
        return self.integration.mapping_ids.filtered(
            lambda row: row.resource_id == self.venue["studios"][studio]
        )


@tagged("post_install", "-at_install")
class TestMappingTours(MappingTours):
    def test_suggest_and_test(self):
        self.start_mapping_tour("salto_ks_mapping_suggest")
        self.assertEqual(self.row_of(2).lock_ids.name, "Studio 3")

    def test_mistakes_are_explained_and_nothing_is_lost(self):
        with mute_logger("odoo.sql_db"):
            self.start_mapping_tour("salto_ks_mapping_mistakes")
        wildcard = self.integration.mapping_ids.filtered(
            lambda row: not row.resource_id
        )
        self.assertEqual(
            wildcard.lock_ids, find_lock(self.integration, "Main entrance")
        )

    def test_lock_that_is_gone(self):
        renumber_lock(self.lock, UNKNOWN_ID)
        self.start_mapping_tour("salto_ks_mapping_gone")
        self.assertEqual(self.row_of(0).lock_ids.name, "Lounge")


@tagged("post_install", "-at_install")
class TestMappingPhoneTours(MappingTours):
    browser_size = PHONE
    touch_enabled = True

    def test_on_a_phone(self):
        self.start_mapping_tour("salto_ks_mapping_phone")
        self.assertEqual(self.row_of(2).lock_ids.name, "Lounge")
