"""Two receptionists at the same moment, on a real Odoo, with a real bus."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import websocket

from odoo import fields
from odoo.tests import tagged
from odoo.tests.common import get_db_name

from odoo.addons.bus.websocket import WebsocketConnectionHandler

from ..common import create_booking, create_receptionist, delete_openings
from ..odoo_process import OdooProcess
from ..real_transactions import RealBookingCase

# A change is on every board within so many seconds.
LIVE_SECONDS = 5


class Desk:
    """A receptionist with the board open."""

    def __init__(self, odoo, login, last):
        """
        :param last: id of the last message on the bus that is old
        """
        self._session = odoo.session(get_db_name(), login)
        version = WebsocketConnectionHandler._VERSION
        self._board = websocket.create_connection(
            f"{odoo.url.replace('http', 'ws')}/websocket?version={version}",
            cookie=f"session_id={self._session.cookie('session_id')}",
            timeout=LIVE_SECONDS,
        )
        subscription = {"channels": [], "last": last}
        self._send("subscribe", subscription)

    def _send(self, event, data):
        self._board.send(json.dumps({"event_name": event, "data": data}))

    def fill_in(self, **values):
        """The walk-in dialog, ready to be pressed; returns its id."""
        dialogs = "/web/dataset/call_kw/salto.ks.walk.in/create"
        return self._session.call(
            dialogs, model="salto.ks.walk.in", method="create", args=[values], kwargs={}
        )

    def book_and_open(self, dialog):
        """What the desk is told."""
        try:
            answer = self._session.method(
                "salto.ks.walk.in", "action_book_and_open", [dialog]
            )
        except AssertionError as refusal:
            return str(refusal)
        return answer["params"]["message"]

    def hears(self):
        """
        :raises WebSocketTimeoutException: it heard nothing of the board for too long
        """
        while True:
            messages = json.loads(self._board.recv())
            if any(one["message"]["type"] == "salto_ks_board" for one in messages):
                return

    def leave(self):
        self._board.close()


@tagged("post_install", "-at_install")
class TestTwoDesks(RealBookingCase):
    LOGINS = ("claims", "claims-2")

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.odoo = OdooProcess(get_db_name(), workers=0)
        cls.addClassCleanup(cls.odoo.stop)

    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            venue = {key: records.with_env(env) for key, records in self.venue.items()}
            create_booking(env, venue, studio=2)
            self.other_user = create_receptionist(env, login=self.LOGINS[1])
        with self.transaction() as env:
            last = env["bus.bus"].search([], order="id desc", limit=1).id
        self.desks = [Desk(self.odoo, login, last) for login in self.LOGINS]
        for desk in self.desks:
            self.addCleanup(desk.leave)

    def clean_up(self):
        with self.transaction() as env:
            others = self.bookings(env) - self.booking
            guests = others.partner_ids - self.venue["guest"]
            env["salto.ks.walk.in"].search([]).unlink()
            delete_openings(env)
            others.unlink()
            guests.unlink()
            self.other_user.with_env(env).unlink()
        super().clean_up()

    def bookings(self, env):
        return env["resource.booking"].search([("type_id", "=", self.venue["type"].id)])

    def test_last_room_is_had_by_one_and_the_other_is_told(self):
        room = self.venue["studios"][1]
        until = fields.Datetime.now() + timedelta(hours=1)
        values = {
            "type_id": self.venue["type"].id,
            "resource_id": room.id,
            "until": fields.Datetime.to_string(until),
        }
        dialogs = [
            desk.fill_in(partner_name=f"Guest {n}", partner_phone=str(n), **values)
            for n, desk in enumerate(self.desks)
        ]
        with ThreadPoolExecutor(2) as pool:
            told = pool.map(Desk.book_and_open, self.desks, dialogs)
        self.assertEqual(
            sorted(told),
            [
                "Studio 2 has just been taken: choose another room.",
                "Studio 2 opened.",
            ],
        )
        self.assertEqual(self.simulator.unlocks(), 1)
        with self.transaction() as env:
            booked = self.bookings(env).filtered(
                lambda one: one.combination_id.resource_ids == room
            )
            self.assertEqual(len(booked), 1)
            guests = env["res.partner"].search([("name", "like", "Guest _")])
            self.assertEqual(guests, booked.partner_ids)
        for desk in self.desks:
            desk.hears()
