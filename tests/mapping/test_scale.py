"""A site with 400 locks on 30 IQs, set up with the same buttons as any other."""

from datetime import timedelta

from odoo import Command
from odoo.tests import HttpCase, tagged

from ..common import UNTOUCHED_SITE_UID, create_booking, create_integration, find_lock
from .test_mapping import MappingCase

IQS, LOCKS = 30, 400
PAGE = 20


class ScaleCase(MappingCase):
    """The other site, grown big, and a room for each of its locks."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.big = create_integration(
            cls.env, name="Big house", site_uid=UNTOUCHED_SITE_UID
        )
        cls.big.action_resolve_site_id()
        cls.rooms = cls.env["resource.resource"].create(
            [
                {
                    "name": f"Room {number:03d}",
                    "resource_type": "material",
                    "calendar_id": cls.venue["calendar"].id,
                    "tz": "UTC",
                }
                for number in range(11, LOCKS + 1)
            ]
        )
        combinations = cls.env["resource.booking.combination"].create(
            [{"resource_ids": [Command.set(room.ids)]} for room in cls.rooms]
        )
        cls.venue["type"].combination_rel_ids = [
            Command.create({"combination_id": one.id}) for one in combinations
        ]
        cls.venue = {**cls.venue, "combinations": combinations}

    def setUp(self):
        super().setUp()
        self.env["salto.ks.vault"].sudo()._put("token", self.big, None)
        self.simulator.control(
            f"sites/{self.big.site_id}", {"iqs": IQS, "locks": LOCKS}
        )

    def set_up(self):
        self.big.action_get_iqs()
        self.big.action_get_locks()

    def add_suggested_rows(self):
        action = self.big.action_suggest_mapping()
        self.env[action["res_model"]].browse(action["res_id"]).action_add_rows()

    def lists_read(self):
        """How many pages of each list Salto was asked for, since its last reset."""
        site = f"/v1.2/sites/{self.big.site_id}/"
        pages = {}
        for request in self.simulator.state()["requests"]:
            path = request["path"].partition("?")[0]
            if path != "/connect/token":
                name = path.removeprefix(site)
                pages[name] = pages.get(name, 0) + 1
        return pages

    def queries(self, work):
        self.env.flush_all()
        self.env.invalidate_all()
        before = self.env.cr.sql_log_count
        work()
        self.env.flush_all()
        return self.env.cr.sql_log_count - before


@tagged("post_install", "-at_install")
class TestScale(ScaleCase):
    def test_iqs_and_locks_come_in_pages_and_without_a_call_for_each(self):
        self.set_up()
        self.assertEqual(len(self.big.iq_ids), IQS)
        self.assertEqual(len(self.big.lock_ids), LOCKS)
        self.assertFalse(self.big.lock_ids.filtered(lambda lock: not lock.salto_iq_id))
        pages = self.lists_read()
        self.assertEqual(pages.pop("iqs"), -(-IQS // PAGE))
        self.assertEqual(pages.pop("locks"), LOCKS // PAGE)
        others = {"which IQs are activated", "which roles there are"}
        self.assertEqual(sum(pages.values()), len(others))

    def test_locks_alone_bring_their_iqs_along(self):
        self.big.action_get_locks()
        self.assertEqual(len(self.big.iq_ids), IQS)
        self.assertEqual(sum(self.lists_read().values()), 2 + 2 + LOCKS // PAGE)

    def test_queries_are_for_the_pages_and_not_for_the_locks(self):
        for _time in ("first", "second"):
            self.assertLess(self.queries(self.set_up), LOCKS / 3)

    def test_all_are_mapped_in_one_go_and_stay_mapped(self):
        self.set_up()
        self.assertLess(self.queries(self.add_suggested_rows), 250)
        rows = self.big.mapping_ids
        self.assertEqual(len(rows), len(self.rooms))
        for row in rows:
            self.assertEqual(row.lock_ids.name, row.resource_id.name)
        mapped = {row: row.lock_ids for row in rows}
        renamed = find_lock(self.big, "Room 123")
        self.simulator.control(
            f"locks/{renamed.lock_id}", {"customer_reference": "Vault"}
        )
        message = self.message(self.big.action_get_locks())
        self.assertIn("Locks found: 400 (0 new, 1 renamed, 0 gone)", message)
        self.env.invalidate_all()
        self.assertEqual({row: row.lock_ids for row in rows}, mapped)
        self.assertEqual(renamed.name, "Vault")

    def test_the_form_with_all_rows_is_read_quickly(self):
        self.set_up()
        self.add_suggested_rows()
        row = {"fields": {"display_name": {}}}
        specification = {
            "checklist": {},
            "unmapped_hint": {},
            "stale_mapping_count": {},
            "mapping_ids": {
                "limit": 100,
                "fields": {
                    "number": {},
                    "type_id": row,
                    "resource_id": row,
                    "lock_ids": {"fields": {"display_name": {}, "color": {}}},
                },
            },
        }
        read = self.queries(lambda: self.big.web_read(specification))
        self.assertLess(read, 60)

    def test_verdicts_of_a_list_need_no_query_per_booking(self):
        self.set_up()
        self.add_suggested_rows()
        bookings = self.env["resource.booking"]
        for number in range(24):
            bookings |= create_booking(
                self.env,
                self.venue,
                studio=number,
                start_in=timedelta(hours=number),
            )

        def read(some):
            some = some.with_user(self.receptionist)
            self.assertTrue(all(some.mapped("salto_ks_open_verdict")))

        read(bookings)  # fills the caches that outlive a request
        few = self.queries(lambda: read(bookings[:4]))
        self.assertEqual(self.queries(lambda: read(bookings)), few)
        lock = find_lock(self.big, bookings[7].combination_id.resource_ids.name)
        self.assertEqual(bookings[7].salto_ks_lock_ids, lock)

    def test_unmapped_and_tester_stay_quick(self):
        self.set_up()
        self.add_suggested_rows()
        hint = self.queries(lambda: self.assertTrue(self.big.unmapped_hint is not None))
        self.assertLess(hint, 60)
        tester = self.env["salto.ks.mapping.test"].create(
            {
                "integration_id": self.big.id,
                "type_id": self.venue["type"].id,
                "resource_ids": [Command.set(self.rooms[100].ids)],
            }
        )
        asked = self.queries(lambda: self.assertIn("Room 111", str(tester.result)))
        self.assertLess(asked, 60)


@tagged("post_install", "-at_install")
class TestScaleTour(ScaleCase, HttpCase):
    def test_from_no_lock_to_400_mapped_ones(self):
        self.env.ref("base.user_admin").password = "admin"
        url = f"/odoo/action-resource_booking_salto_ks.integration_action/{self.big.id}"
        self.start_tour(url, "salto_ks_big_site", login="admin", timeout=120)
        self.assertEqual(len(self.big.mapping_ids), len(self.rooms))
