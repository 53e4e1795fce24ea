"""For what the usual test cases, where all cursors are one connection, cannot show."""

from contextlib import contextmanager
from types import SimpleNamespace

from odoo import SUPERUSER_ID, api
from odoo.http import _request_stack
from odoo.modules.registry import Registry
from odoo.tests import BaseCase
from odoo.tests.common import get_db_name

from .common import (
    connect_integration,
    create_booking,
    create_integration,
    create_receptionist,
    create_venue,
    delete_openings,
    find_lock,
    simulated_salto,
)


class RealTransactionsCase(BaseCase):
    """Everything is committed for real; whoever creates something cleans it up."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.registry = Registry(get_db_name())
        cls.simulator = cls.enterClassContext(simulated_salto())

    def setUp(self):
        super().setUp()
        self.simulator.reset()

    @contextmanager
    def transaction(self, uid=SUPERUSER_ID):
        with self.registry.cursor() as cr:
            yield api.Environment(cr, uid, {})

    @contextmanager
    def web_request(self, env):
        """What a web request has that matters to a replay: it stays the same one."""
        stand_in = SimpleNamespace(
            _get_session_and_dbname=lambda: (None, None),
            httprequest=SimpleNamespace(files={}),
            session=SimpleNamespace(debug=""),
            env=env,
        )
        _request_stack.push(stand_in)
        try:
            yield
        finally:
            _request_stack.pop()


class RealBookingCase(RealTransactionsCase):
    """Besides, an active site with one booking that a receptionist may open."""

    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            self.venue = create_venue(env)
            self.integration = create_integration(env)
            self.user = create_receptionist(env, login="claims")
            self.addCleanup(self.clean_up)
        with self.transaction() as env:
            connect_integration(
                self.integration.with_env(env),
                {key: records.with_env(env) for key, records in self.venue.items()},
            )
        with self.transaction() as env:
            venue = {key: records.with_env(env) for key, records in self.venue.items()}
            self.booking = create_booking(env, venue)
            self.lock = find_lock(self.integration.with_env(env), "Studio 1")

    def clean_up(self):
        with self.transaction() as env:
            delete_openings(env)
            for name in ("access", "access.note"):
                env[f"salto.ks.{name}"].search([]).unlink()
            self.booking.with_env(env).unlink()
            self.integration.with_env(env).unlink()
            self.venue["type"].with_env(env).unlink()
            for name in ("combinations", "studios", "guest"):
                self.venue[name].with_env(env).unlink()
            self.user.with_env(env).unlink()

    def openings(self):
        with self.transaction() as env:
            return env["salto.ks.opening"].search([]).read(["state", "answered_at"])
