"""A booking's access follows a click without anybody's doing, in a real Odoo with a
worker that runs scheduled actions. How fast: dev/bench."""

import time
from datetime import timedelta

from odoo.tests import tagged
from odoo.tests.common import get_db_name

from ..odoo_process import OdooProcess
from ..real_transactions import RealBookingCase

# On a busy machine, too. Shorter than the five minutes after which the scheduled action
# looks for what was missed: what comes by then was called.
PATIENCE_SECONDS = 240


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

    def wait_for_groups(self, number):
        """Until Salto has so many groups."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while len(self.simulator.state()["access_groups"]) != number:
            self.assertLess(time.monotonic(), deadline, self.odoo.tail())
            time.sleep(0.05)

    def test_cancelled_is_gone_without_anybody_s_doing(self):
        with self.transaction() as env:
            # A server that just started sleeps for a minute, unless it is called.
            env.ref("resource_booking_salto_ks.cron_sync_access")._trigger()
        self.wait_for_groups(1)
        desk = self.odoo.session(get_db_name(), "claims")
        desk.method("resource.booking", "action_cancel", self.booking.ids)
        self.wait_for_groups(0)
