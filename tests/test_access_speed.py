"""From a click to the end of the access at Salto, with a worker that runs crons."""

import time
from datetime import timedelta

from odoo.tests import tagged
from odoo.tests.common import get_db_name

from .odoo_process import OdooProcess
from .real_transactions import RealBookingCase

AT_MOST_SECONDS = 5
# Other scheduled actions are due as well when the server starts.
PATIENCE_SECONDS = 60


@tagged("post_install", "-at_install")
class TestAccessSpeed(RealBookingCase):
    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            # Early enough for a receptionist to cancel it.
            booking = self.booking.with_env(env)
            booking.start += timedelta(days=2)
            booking.action_confirm()
        self.odoo = OdooProcess(get_db_name(), workers=0, crons=1)
        self.addCleanup(self.odoo.stop)

    def wait_for_groups(self, number, patience):
        """Until Salto has so many groups."""
        deadline = time.monotonic() + patience
        while len(self.simulator.state()["access_groups"]) != number:
            self.assertLess(time.monotonic(), deadline, self.odoo.tail())
            time.sleep(0.02)

    def wait_until_idle(self):
        """Until no scheduled action is due."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self.is_busy():
            self.assertLess(time.monotonic(), deadline, self.odoo.tail())
            time.sleep(0.1)

    def is_busy(self):
        with self.transaction() as env:
            env.cr.execute(
                """
                SELECT nextcall FROM ir_cron
                 WHERE active AND nextcall <= now() AT TIME ZONE 'UTC'
                UNION ALL
                SELECT call_at FROM ir_cron_trigger
                 WHERE call_at <= now() AT TIME ZONE 'UTC'
                """
            )
            return bool(env.cr.fetchall())

    def test_cancelled_is_gone_within_seconds(self):
        with self.transaction() as env:
            # A server that just started sleeps for a minute, unless it is called.
            env.ref("resource_booking_salto_ks.cron_sync_access")._trigger()
        self.wait_for_groups(1, PATIENCE_SECONDS)
        self.wait_until_idle()
        desk = self.odoo.session(get_db_name(), "claims")
        desk.method("resource.booking", "action_cancel", self.booking.ids)
        self.wait_for_groups(0, AT_MOST_SECONDS)
