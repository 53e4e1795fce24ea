"""Hundreds of bookings, an unreliable Salto, workers that die: all comes right."""

import logging
import os
import random
import threading
from collections import Counter
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import psycopg2

from odoo import Command, fields
from odoo.tests import tagged
from odoo.tools import mute_logger

from ..common import connect_integration, create_integration, create_venue
from ..real_transactions import RealTransactionsCase
from .worker_process import WorkerProcess

_logger = logging.getLogger(__name__)

SEED = int(os.environ.get("SALTO_KS_CHAOS_SEED", "20261121"))
ROOMS, DAYS, SLOTS = 20, 5, 3  # 300 places for bookings
SLOT = timedelta(hours=3)
PEOPLE = 30
CHANGES = 120
WORKERS = 2
CALL_SECONDS = 0.7
FAULTS = (
    {"fault": "status", "status": 500},
    {"fault": "status", "status": 503},
    {"fault": "status", "status": 502},
    {"fault": "status", "status": 429, "headers": {"Retry-After": "1"}},
    {"fault": "status", "status": 429},
    {"fault": "reset_before"},
    {"fault": "reset_after"},
    {"fault": "reset_after"},
    {"fault": "timeout_before"},
    {"fault": "timeout_after"},
    {"fault": "html"},
)
QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_notrack": True,
    "dont_notify": True,
    "no_mail_to_attendees": True,
}
AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@tagged("post_install", "-at_install")
class TestAccessChaos(RealTransactionsCase):
    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        self.simulator.control("settings", {"latency_ms": 3})
        with self.transaction() as env:
            self.venue = create_venue(env)
            self.integration = create_integration(env)
            self.addCleanup(self.clean_up)
        with self.transaction() as env:
            connect_integration(self.with_env(env), self.venue_in(env))
        with self.transaction() as env:
            self.furnish(env)
        self.workers = []
        self.addCleanup(self.stop_workers)

    def with_env(self, env):
        return self.integration.with_env(env)

    def venue_in(self, env):
        return {key: records.with_env(env) for key, records in self.venue.items()}

    def furnish(self, env):
        """Rooms with a lock each, people, and a site that gives access at once."""
        venue, site = self.venue_in(env), self.with_env(env)
        site.write(
            {
                "brake_share": 100,
                "access_stage_ids": [
                    Command.link(
                        env.ref("resource_booking_salto_ks.stage_scheduled").id
                    )
                ],
            }
        )
        calendar = venue["calendar"]
        rooms = env["resource.resource"].create(
            [
                {
                    "name": f"Room {number}",
                    "resource_type": "material",
                    "calendar_id": calendar.id,
                    "tz": "UTC",
                }
                for number in range(ROOMS)
            ]
        )
        combinations = env["resource.booking.combination"].create(
            [{"resource_ids": [Command.set(room.ids)]} for room in rooms]
        )
        venue["type"].combination_rel_ids = [
            Command.create({"combination_id": one.id}) for one in combinations
        ]
        locks = site.lock_ids.sorted("lock_id")[:ROOMS]
        env["salto.ks.mapping"].create(
            [
                {
                    "integration_id": site.id,
                    "resource_id": room.id,
                    "lock_ids": [Command.set(lock.ids)],
                }
                for room, lock in zip(rooms, locks, strict=True)
            ]
        )
        people = env["res.partner"].create(
            [
                {"name": f"Guest {number}", "email": f"guest{number}@guest.example"}
                for number in range(PEOPLE)
            ]
        )
        self.rooms, self.combinations, self.people = rooms, combinations, people
        self.lock_of = {
            one.id: lock.lock_id for one, lock in zip(combinations, locks, strict=True)
        }

    def clean_up(self):
        with self.transaction() as env:
            env["salto.ks.access"].search([]).unlink()
            env["salto.ks.access.note"].search([]).unlink()
            bookings = env["resource.booking"].with_context(active_test=False, **QUIET)
            bookings.search([("type_id", "=", self.venue["type"].id)]).unlink()
            self.with_env(env).unlink()
            self.venue["type"].with_env(env).unlink()
            (self.venue["combinations"] | self.combinations).with_env(env).unlink()
            (self.venue["studios"] | self.rooms).with_env(env).unlink()
            (self.venue["guest"] | self.people).with_env(env).unlink()

    # -- the script

    def place(self, number):
        """(room, start) of a place; places leave half an hour between each other."""
        room, number = number % ROOMS, number // ROOMS
        day, slot = divmod(number, SLOTS)
        midnight = datetime.combine(datetime.now().date(), datetime.min.time())
        return room, midnight + timedelta(days=day + 1, hours=8) + slot * SLOT

    def book(self, numbers):
        with self.transaction() as env:
            env["resource.booking"].with_context(**QUIET).create(
                [self.booking_vals(number) for number in numbers]
            )

    def booking_vals(self, number):
        room, start = self.place(number)
        chosen = self.random.sample(self.people.ids, self.random.randint(1, 3))
        return {
            "name": f"Place {number}",
            "type_id": self.venue["type"].id,
            "combination_auto_assign": False,
            "combination_id": self.combinations[room].id,
            "partner_ids": [Command.set(chosen)],
            "duration": self.random.choice([1, 1.5]),
            "start": start,
        }

    def change_something(self):
        """One change as people make them; done again when it collides."""
        kind = self.random.choice(
            ["move", "extend", "cancel", "unlink", "people", "people", "room"]
        )
        place = self.random.randrange(ROOMS * DAYS * SLOTS)
        dice = self.random.random()
        for _attempt in range(5):
            try:
                with self.transaction() as env:
                    bookings = env["resource.booking"].with_context(**QUIET)
                    booking = bookings.search([("name", "=", f"Place {place}")])
                    if booking:
                        self.change(booking, kind, dice)
                return
            except psycopg2.errors.SerializationFailure:
                continue

    def change(self, booking, kind, dice):
        match kind:
            case "move":
                booking.start += timedelta(minutes=15)
            case "extend":
                booking.duration = 1 + dice
            case "cancel":
                booking.action_cancel()
            case "unlink":
                booking.unlink()
            case "people":
                first = int(dice * (PEOPLE - 2))
                chosen = self.people.ids[first : first + 2]
                booking.partner_ids = [Command.set(chosen)]
            case "room":
                # whatever is booked there, or is going to be, makes room
                room = self.combinations.ids[int(dice * ROOMS)]
                slot = booking.search([("start", "=", booking.start)])
                here = slot.filtered(lambda one: one.combination_id.id == room)
                if here and here != booking:
                    here.unlink()
                    booking.combination_id = room

    # -- the chaos

    def stop_workers(self):
        while self.workers:
            self.workers.pop().kill()

    def play_chaos(self, stop):
        """Break calls and kill workers until told to stop."""
        dice = random.Random(SEED + 1)
        while not stop.is_set():
            self.simulator.control("faults", method="DELETE")
            for _number in range(dice.randint(1, 4)):
                self.simulator.fault(
                    dice.choice(["POST", "PATCH", "DELETE", "GET", "*"]),
                    dice.choice(["*/access_groups*", "*/users*", "*/v1*"]),
                    times=1,
                    **dice.choice(FAULTS),
                )
            if dice.random() < 0.07:
                victim = dice.randrange(len(self.workers))
                self.workers.pop(victim).kill()
                self.workers.append(WorkerProcess(CALL_SECONDS))
            stop.wait(dice.uniform(0.1, 0.3))

    def foreign_groups(self):
        """Groups of other people, one named as a booking of ours is going to be."""
        with self.transaction() as env:
            client, site_id = self.with_env(env)._client(), self.integration_site(env)
            highest = env["resource.booking"].search([], order="id desc", limit=1).id
            members = [client.me(site_id)["user"]["id"]]
            now = datetime.now().replace(microsecond=0)
            for name in ("Cleaners", "Odoo_999999", f"Odoo_{highest + 7}"):
                group_id = client.add_access_group(site_id, name)
                client.add_schedule(site_id, group_id, now, now + SLOT)
                client.change_group_users(site_id, group_id, add=members)
        return self.simulator.state()["access_groups"]

    def integration_site(self, env):
        return self.with_env(env).site_id

    # -- what must be there

    def expected(self):
        """{name: (locks, e-mails, start, end)} for every booking, from scratch."""
        with self.transaction() as env:
            bookings = env["resource.booking"].search(
                [("type_id", "=", self.venue["type"].id), ("start", "!=", False)]
            )
            return {
                f"Odoo_{one.id}": (
                    (self.lock_of[one.combination_id.id],),
                    tuple(sorted(one.partner_ids.mapped("email"))),
                    self.wall(one.start - timedelta(minutes=15)),
                    self.wall(one.stop + timedelta(minutes=15)),
                )
                for one in bookings
            }

    def wall(self, moment):
        local = moment.replace(tzinfo=timezone.utc).astimezone(AMSTERDAM)
        return local.strftime("%Y-%m-%dT%H:%M:%S")

    def actual(self, without):
        """The same, as Salto has it, with the number of groups of each name."""
        state = self.simulator.state()
        emails = {user["user_id"]: user["email"] for user in state["users"]}
        groups = [one for one in state["access_groups"] if one["id"] not in without]
        return Counter(one["customer_reference"] for one in groups), {
            one["customer_reference"]: (
                tuple(sorted(one["locks"])),
                tuple(sorted(emails[user] for user in one["users"])),
                *(
                    schedule[name]
                    for schedule in one["time_schedules"]
                    for name in ("start_date", "end_date")
                ),
            )
            for one in groups
        }

    @mute_logger(
        "odoo.sql_db",
        "odoo.addons.resource_booking_salto_ks.services.sync.group_task",
    )
    def test_all_comes_right(self):
        _logger.info("Chaos with seed %s", SEED)
        foreign = self.foreign_groups()
        places = list(range(ROOMS * DAYS * SLOTS))
        self.book(places[:100])
        self.workers = [WorkerProcess(CALL_SECONDS) for _number in range(WORKERS)]
        stop = threading.Event()
        chaos = threading.Thread(target=self.play_chaos, args=[stop])
        chaos.start()
        try:
            for first in range(100, len(places), 50):
                self.book(places[first : first + 50])
                for _number in range(CHANGES // 4):
                    self.change_something()
        finally:
            stop.set()
            chaos.join()
            self.stop_workers()
        self.simulator.control("faults", method="DELETE")
        statuses = [one["status"] for one in self.simulator.state()["requests"]]
        self.assertGreater(sum(one is None or one >= 429 for one in statuses), 30)
        for _number in range(2):
            with self.transaction() as env:
                env["salto.ks.integration"]._cron_sync_access()
        counts, actual = self.actual({one["id"] for one in foreign})
        expected = self.expected()
        self.assertGreater(len(expected), 200)
        self.assertEqual({name for name, number in counts.items() if number > 1}, set())
        self.assertEqual(set(actual), set(expected))
        self.assertEqual(actual, expected)
        self.assert_untouched(foreign)
        self.assert_settled()

    def assert_untouched(self, foreign):
        now = {one["id"]: one for one in self.simulator.state()["access_groups"]}
        for group in foreign:
            self.assertEqual(now[group["id"]], group)
        emails = Counter(
            (user["site_id"], user["email"]) for user in self.simulator.state()["users"]
        )
        self.assertEqual({one for one, number in emails.items() if number > 1}, set())

    def assert_settled(self):
        """What we believe is what is there, and an unchanged pass asks nothing."""
        with self.transaction() as env:
            rows = env["salto.ks.access"].search(
                [("integration_id", "=", self.integration.id)]
            )
            self.assertEqual(set(rows.mapped("state")), {"granted", "revoked"})
            self.assertFalse(any(rows.mapped("error")))
            self.assertFalse(any(rows.mapped("unsettled")))
            rows.next_try = fields.Datetime.now()
        before = len(self.simulator.state()["requests"])
        with self.transaction() as env:
            env["salto.ks.integration"]._cron_sync_access()
        self.assertEqual(len(self.simulator.state()["requests"]), before)
