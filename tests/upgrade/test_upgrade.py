"""What a database of version 19.0.1.0.0 holds after the upgrade, and still does."""

import json
import os
from pathlib import Path

import requests

from odoo import SUPERUSER_ID, api
from odoo.modules.registry import Registry
from odoo.tests import BaseCase, tagged
from odoo.tests.common import get_db_name

TABLES = {
    "opening": "opening",
    "access": "access",
    "user": "user",
    "contact": "site_status",
    "iq": "iq",
    "lock": "lock",
    "mapping": "mapping",
}
# What the new version decides anew.
RENEWED = {"activated_in", "wish", "next_try", "agreed", "write_date", "write_uid"}


@tagged("-standard", "salto_ks_upgrade")
class TestUpgrade(BaseCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        facts = Path(os.environ["SALTO_KS_UPGRADE_FACTS"])
        cls.facts = json.loads(facts.read_text(encoding="utf-8"))
        cls.url = os.environ["SALTO_KS_ACCEPTANCE_API_URL"]
        cls.registry = Registry(get_db_name())
        with cls.registry.cursor() as cr:
            cls.rows = {before: cls.read(cr, now) for before, now in TABLES.items()}

    @staticmethod
    def read(cr, name):
        cr.execute(f"SELECT to_jsonb(t) FROM salto_ks_{name} t ORDER BY id")
        return [row for (row,) in cr.fetchall()]

    def setUp(self):
        super().setUp()
        self.cr = self.registry.cursor()
        self.addCleanup(self.cr.close)
        self.env = api.Environment(self.cr, SUPERUSER_ID, {})
        self.site = self.record("salto.ks.integration", "site")
        self.booking = self.record("resource.booking", "booking")
        self.cancelled = self.record("resource.booking", "cancelled")

    def record(self, model, name):
        return self.env[model].browse(self.facts["ids"][name])

    def state(self):
        return requests.get(f"{self.url}/_sim/state", timeout=60).json()

    def changes(self):
        """Requests to Salto that may change something there."""
        return [
            request
            for request in self.state()["requests"]
            if request["method"] != "GET" and request["path"] != "/connect/token"
        ]

    def test_all_rows_are_there_with_what_they_held(self):
        for name, rows in self.rows.items():
            self.assertEqual(len(rows), len(self.facts[name]), name)
            self.assertTrue(rows, name)
            for old, new in zip(self.facts[name], rows, strict=True):
                both = (old.keys() & new.keys()) - RENEWED
                self.assertIn("id", both)
                self.assertEqual(
                    {name: new[name] for name in both},
                    {name: old[name] for name in both},
                )

    def test_what_salto_issued_is_kept(self):
        row = self.env.ref("resource_booking_salto_ks.platform_acceptance")
        self.assertEqual(row.client_id, "demo-client")
        self.assertEqual(row.identity_url, self.url)
        prefix = "resource_booking_salto_ks.acceptance_%"
        parameters = self.env["ir.config_parameter"]
        self.assertFalse(parameters.search([("key", "=like", prefix)]))

    def test_site_goes_on_working_here(self):
        self.assertEqual(self.site.state, "active")
        self.assertFalse(self.site.is_copy)
        self.assertTrue(self.site.has_password)

    def test_only_cancelled_access_is_taken_away(self):
        before = len(self.changes())
        groups = {group["id"]: group for group in self.state()["access_groups"]}
        kept, cancelled = self.booking.salto_ks_access_ids, self.cancelled
        gone = cancelled.salto_ks_access_ids.group_uuid
        self.site._cron_sync_access()
        (removal,) = self.changes()[before:]
        self.assertEqual(removal["method"], "DELETE")
        self.assertIn(gone, removal["path"])
        self.assertEqual(
            self.state()["access_groups"], [groups[kept.group_uuid]], "as it was"
        )
        self.env.invalidate_all()
        self.assertEqual(kept.state, "granted")

    def test_door_opens_as_before(self):
        desk = self.facts["ids"]["desk"]
        opened = sum(lock["unlocks"] for lock in self.state()["locks"].values())
        self.booking.with_user(desk).action_salto_ks_open_door()
        now = sum(lock["unlocks"] for lock in self.state()["locks"].values())
        self.assertEqual(now, opened + 1)
