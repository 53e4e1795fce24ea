"""For what the usual test cases, where all cursors are one connection, cannot show."""

from contextlib import contextmanager
from types import SimpleNamespace

from odoo import SUPERUSER_ID, api
from odoo.http import _request_stack
from odoo.modules.registry import Registry
from odoo.tests import BaseCase
from odoo.tests.common import get_db_name

from .common import simulated_salto


class RealTransactionsCase(BaseCase):
    """Everything is committed for real; whoever creates something cleans it up."""

    def setUp(self):
        super().setUp()
        self.registry = Registry(get_db_name())
        self.simulator = self.enterContext(simulated_salto())

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
