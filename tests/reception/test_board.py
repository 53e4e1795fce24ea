"""The desk's board: who is here, who comes next, and what they still lack."""

from datetime import timedelta

from lxml import etree

from odoo import Command, fields
from odoo.exceptions import AccessError
from odoo.fields import Domain
from odoo.tests import TransactionCase, tagged
from odoo.tools.safe_eval import safe_eval

from ..common import SaltoCaseMixin, create_booking
from .board_client import read_board


@tagged("post_install", "-at_install")
class TestBoard(SaltoCaseMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.soon = create_booking(
            cls.env, cls.venue, studio=1, start_in=timedelta(minutes=70)
        )
        cls.over = create_booking(
            cls.env, cls.venue, studio=1, start_in=timedelta(hours=-3)
        )
        cls.all = cls.booking | cls.soon | cls.over

    def lights(self, booking=None):
        self.env.invalidate_all()
        return self.as_receptionist(booking).salto_ks_lights

    def light(self, name, booking=None):
        return self.lights(booking)[name]

    # -- now, next, over

    def test_parts_of_the_day(self):
        parts = {one: one.salto_ks_day_part for one in self.all}
        self.assertEqual(
            parts, {self.booking: "now", self.soon: "next", self.over: "over"}
        )
        for part in ("now", "next", "over"):
            found = self.env["resource.booking"].search(
                [("salto_ks_day_part", "=", part), ("id", "in", self.all.ids)]
            )
            expected = [one for one in self.all if parts[one] == part]
            self.assertEqual([*found], expected)

    def test_database_groups_alike(self):
        groups = self.env["resource.booking"]._read_group(
            [("id", "in", self.all.ids)], ["salto_ks_day_part"], ["id:recordset"]
        )
        self.assertEqual(
            {part: one.id for part, one in groups},
            {"now": self.booking.id, "next": self.soon.id, "over": self.over.id},
        )

    def test_who_is_inside_is_here_whatever_the_clock_says(self):
        self.over.sudo().salto_ks_arrived_at = fields.Datetime.now()
        self.assertEqual(self.over.salto_ks_day_part, "now")
        self.over.sudo().salto_ks_left_at = fields.Datetime.now()
        self.assertEqual(self.over.salto_ks_day_part, "over")

    def test_numbers(self):
        desk = self.env["resource.booking"].with_user(self.receptionist)
        before = desk.get_salto_ks_numbers()
        self.as_receptionist(self.booking).action_salto_ks_check_in()
        self.as_receptionist(self.over).action_salto_ks_check_in()
        after = desk.get_salto_ks_numbers()
        self.assertEqual(after["inside"], before["inside"] + 2)
        self.assertEqual(after["overdue"], before["overdue"] + 1)
        self.assertGreaterEqual(after["arriving"], 1)

    def test_numbers_are_for_the_desk(self):
        colleague = self.receptionist.copy(
            {
                "login": "colleague",
                "group_ids": [
                    Command.set(self.env.ref("resource_booking.group_manager").ids)
                ],
            }
        )
        with self.assertRaises(AccessError):
            self.env["resource.booking"].with_user(colleague).get_salto_ks_numbers()
        with self.assertRaises(AccessError):
            self.booking.with_user(colleague).read(["salto_ks_lights"])

    def test_filter_shows_what_the_number_counts(self):
        """Somebody who came yesterday and is still inside is of today, too."""
        self.as_receptionist(self.over).action_salto_ks_check_in()
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE resource_booking SET start = start - interval '1 day',"
            " stop = stop - interval '1 day' WHERE id = %s",
            self.over.ids,
        )
        self.env.invalidate_all()
        desk = self.env["resource.booking"].with_user(self.receptionist)
        numbers = desk.get_salto_ks_numbers()
        today = self.filter_domain("today")
        self.assertIn(self.over, desk.search(today))
        for name, count in numbers.items():
            found = desk.search(today & self.filter_domain(name))
            self.assertEqual(len(found), count, name)
        self.assertEqual(numbers["overdue"], 1)

    def filter_domain(self, name):
        """What a filter of the board finds."""
        view = (
            self.env["resource.booking"]
            .with_user(self.receptionist)
            .get_view(view_type="search")
        )
        arch = etree.fromstring(view["arch"])
        (node,) = arch.xpath(f"//filter[@name='salto_ks_{name}']")
        return Domain(safe_eval(node.get("domain")))

    def test_no_query_for_each_booking(self):
        guests = self.env["res.partner"].create(
            [{"name": f"Guest {n}", "email": f"g{n}@x.example"} for n in range(12)]
        )
        desk = self.env(user=self.receptionist)

        def queries():
            self.env.flush_all()
            self.env.invalidate_all()
            before = self.env.cr.sql_log_count
            read_board(desk)
            return self.env.cr.sql_log_count - before

        queries()  # fills the caches that outlive a request
        few = queries()
        for number, guest in enumerate(guests):
            hours = timedelta(hours=6 + 2 * (number // 3))
            create_booking(
                self.env,
                self.venue,
                studio=number % 3,
                start_in=hours * (-1 if number % 2 else 1),
                partner_ids=[Command.set(guest.ids)],
            )
        requests = len(self.simulator.state()["requests"])
        self.assertEqual(queries(), few)
        self.assertEqual(len(self.simulator.state()["requests"]), requests)

    # -- lights

    def test_all_is_well(self):
        self.integration.action_sync_access()
        states = {name: light["state"] for name, light in self.lights().items()}
        self.assertEqual(
            states,
            {
                "person": "green",
                "key": "green",
                "access": "green",
                "door": "green",
                "arrived": "amber",
            },
        )
        self.as_receptionist().action_salto_ks_open_door()
        self.assertEqual(self.light("arrived")["state"], "green")

    def test_guest_without_an_address(self):
        self.venue["guest"].email = False
        light = self.light("person")
        self.assertEqual(light["state"], "red")
        self.assertIn("Maya Jansen", light["text"])
        action = getattr(self.as_receptionist(), light["button"]["name"])()
        self.assertEqual(action["res_id"], self.venue["guest"].id)
        self.assertTrue(self.as_receptionist().salto_ks_has_problem)

    def test_no_red_light_is_without_words(self):
        self.venue["guest"].email = False
        self.integration.action_sync_access()
        for light in self.lights().values():
            if light["state"] == "red":
                self.assertTrue(light["text"])

    def test_booking_without_a_door(self):
        lone = create_booking(self.env, self.venue, studio=2)
        light = self.light("door", lone)
        self.assertEqual(light["state"], "red")
        self.assertNotIn("button", light, "a receptionist has no mapping")
        self.assertIn("Ask a manager", light["text"])
        manager = self.env.ref("base.user_admin")
        light = lone.with_user(manager).salto_ks_lights["door"]
        self.assertEqual(light["button"]["name"], "action_salto_ks_view_mapping")

    def test_early_and_late(self):
        self.assertEqual(self.light("door", self.soon)["state"], "green")
        self.assertEqual(self.light("arrived", self.soon)["state"], "grey")
        self.assertEqual(self.light("door", self.over)["state"], "grey")
        short = self.as_receptionist(self.soon).salto_ks_short_verdict
        self.assertRegex(short, r"^Opens \d\d?[:.]\d\d")

    # -- news

    def news(self):
        self.env.cr.precommit.run()
        messages = self.env["bus.bus"].sudo().search([]).mapped("message")
        self.env["bus.bus"].sudo().search([]).unlink()
        return sum("salto_ks_board" in message for message in messages)

    def test_boards_hear_of_every_change(self):
        self.env.flush_all()
        self.news()
        for change in (
            lambda: self.as_receptionist().action_salto_ks_check_in(),
            lambda: self.soon.action_cancel(),
            lambda: self.iq.write({"online": False}),
            lambda: create_booking(self.env, self.venue, studio=2),
        ):
            change()
            self.env.flush_all()
            self.assertEqual(self.news(), 1, "once a transaction")

    def test_what_no_board_shows_is_no_news(self):
        self.env.flush_all()
        self.news()
        self.iq.looked_at = fields.Datetime.now()
        self.env.flush_all()
        self.assertEqual(self.news(), 0)
