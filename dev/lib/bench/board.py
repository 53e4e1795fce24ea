"""The desk's board on a busy day, against the same bookings without our fields."""

import statistics
import time
from datetime import datetime, timedelta
from uuid import uuid4

from odoo import api

from odoo.addons.resource_booking_salto_ks.tests import common
from odoo.addons.resource_booking_salto_ks.tests.reception.board_client import (
    HOSTS_FIELDS,
    read_board,
)

TITLE = "Board"
_SITES = 40
_BOOKINGS = 500
_ROOMS_OF_A_SITE = 4
_ROUNDS = 9


def measure(bench):
    """Yield the tables: each a list of lines, the head first."""
    desk = _set_up(bench.env)
    board = _Reading(bench, desk, None)
    hosts = _Reading(bench, desk, HOSTS_FIELDS)
    for number in range(_ROUNDS + 1):
        # The first time, what outlives a request is not there yet.
        for reading in (board, hosts):
            reading.read(timed=bool(number))
    yield [
        (
            f"{_BOOKINGS} bookings, {_SITES} sites, median of {_ROUNDS}",
            "time",
            "ratio",
            "queries",
            "calls",
        ),
        ("the same bookings, the host's fields", *hosts.cells(hosts)),
        ("the board, with its numbers", *board.cells(hosts)),
    ]


class _Reading:
    """Reads the board's bookings as somebody's browser does, each time as a request of
    its own."""

    def __init__(self, bench, desk, names):
        self._bench = bench
        self._uid = desk.id
        self._names = names
        self._seconds = []
        self._calls = 0
        self._queries = 0

    def read(self, timed=False):
        calls = self._bench.calls()
        started = time.perf_counter()
        with self._bench.env.registry.cursor() as cr:
            read_board(api.Environment(cr, self._uid, {}), self._names)
            queries = cr.sql_log_count
        seconds = time.perf_counter() - started
        if timed:
            self._seconds.append(seconds)
            self._queries = queries
            self._calls += self._bench.calls() - calls

    def cells(self, bare):
        return (
            f"{self.median * 1000:.0f} ms",
            f"{self.median / bare.median:.1f}",
            str(self._queries),
            str(self._calls),
        )

    @property
    def median(self):
        return statistics.median(self._seconds)


def _set_up(env):
    """Sites, rooms with a door each, and a full day; returns the receptionist."""
    env = env(
        context={
            "tracking_disable": True,
            "mail_create_nosubscribe": True,
            "dont_notify": True,
            "no_mail_to_attendees": True,
        }
    )
    venue = common.create_venue(env)
    rooms = _make_rooms(env, venue)
    for number in range(_SITES):
        of_site = rooms[number * _ROOMS_OF_A_SITE : (number + 1) * _ROOMS_OF_A_SITE]
        _make_site(env, number, of_site)
    _book(env, venue, rooms)
    desk = common.create_receptionist(env)
    env.cr.commit()
    return desk


def _make_rooms(env, venue):
    return env["resource.resource"].create(
        [
            {
                "name": f"Room {number}",
                "resource_type": "material",
                "calendar_id": venue["calendar"].id,
                "tz": "UTC",
            }
            for number in range(_SITES * _ROOMS_OF_A_SITE)
        ]
    )


def _make_site(env, number, rooms):
    site = env["salto.ks.integration"].create(
        {
            "name": f"Site {number}",
            "site_uid": f"NL{number:010}",
            "username": "service@studio.example",
        }
    )
    iq = env["salto.ks.iq"].create(
        {
            "integration_id": site.id,
            "iq_id": str(uuid4()),
            "name": "IQ",
            "online": True,
            "looked_at": datetime.now(),
            "activation_state": "activated",
        }
    )
    locks = env["salto.ks.lock"].create(
        [
            {
                "integration_id": site.id,
                "lock_id": str(uuid4()),
                "name": room.name,
                "salto_iq_id": iq.id,
            }
            for room in rooms
        ]
    )
    env["salto.ks.mapping"].create(
        [
            {
                "integration_id": site.id,
                "resource_id": room.id,
                "lock_ids": lock.ids,
            }
            for room, lock in zip(rooms, locks, strict=True)
        ]
    )
    site.write({"state": "active", "sync_access": True})


def _book(env, venue, rooms):
    """So many bookings of today, one after the other in each room."""
    combinations = env["resource.booking.combination"].create(
        [{"resource_ids": room.ids} for room in rooms]
    )
    venue["type"].combination_rel_ids = [
        (0, 0, {"combination_id": one.id}) for one in combinations
    ]
    guests = env["res.partner"].create(
        [
            {"name": f"Guest {n}", "email": f"guest-{n}@guest.example", "phone": str(n)}
            for n in range(_BOOKINGS)
        ]
    )
    midnight = datetime.now().replace(hour=0, minute=0, second=0, microsecond=0)
    bookings = env["resource.booking"].create(
        [
            {
                "type_id": venue["type"].id,
                "combination_auto_assign": False,
                "combination_id": combinations[n % len(combinations)].id,
                "partner_ids": guest.ids,
                "duration": 2,
                "start": midnight + timedelta(hours=3) * (n // len(combinations) + 2),
            }
            for n, guest in enumerate(guests)
        ]
    )
    bookings.action_confirm()
