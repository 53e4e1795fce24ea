"""From a click to the end of the access at Salto, with a worker that runs crons."""

import select
import threading
import time
from datetime import timedelta

from odoo import sql_db
from odoo.tests import tagged
from odoo.tools import mute_logger

from .common import (
    connect_integration,
    create_booking,
    create_integration,
    create_receptionist,
    create_venue,
)
from .real_transactions import RealTransactionsCase

AT_MOST_SECONDS = 5


@tagged("post_install", "-at_install")
class TestAccessSpeed(RealTransactionsCase):
    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            self.venue = create_venue(env)
            self.integration = create_integration(env)
            self.user = create_receptionist(env, login="speed")
            self.addCleanup(self.clean_up)
        with self.transaction() as env:
            venue = {key: records.with_env(env) for key, records in self.venue.items()}
            connect_integration(self.integration.with_env(env), venue)

    def clean_up(self):
        with self.transaction() as env:
            env["salto.ks.access"].search([]).unlink()
            env["salto.ks.access.note"].search([]).unlink()
            bookings = env["resource.booking"].with_context(active_test=False)
            bookings.search([("type_id", "=", self.venue["type"].id)]).unlink()
            self.integration.with_env(env).unlink()
            self.venue["type"].with_env(env).unlink()
            for name in ("combinations", "studios", "guest"):
                self.venue[name].with_env(env).unlink()
            self.user.with_env(env).unlink()

    def run_crons(self, stop, ready):
        """As Odoo's own cron worker: sleep until the database says that work is due."""
        with sql_db.db_connect("postgres").cursor() as listener:
            listener.execute("LISTEN cron_trigger")
            listener.commit()
            connection = listener._cnx
            ready.set()
            while not stop.is_set():
                if not select.select([connection], [], [], 0.1)[0]:
                    continue
                connection.poll()
                connection.notifies.clear()
                with self.transaction() as env:
                    cron = env.ref("resource_booking_salto_ks.cron_sync_access")
                    cron.method_direct_trigger()

    def wait_for_groups(self, number):
        """Seconds until Salto has so many groups."""
        started = time.monotonic()
        while len(self.simulator.state()["access_groups"]) != number:
            self.assertLess(time.monotonic() - started, AT_MOST_SECONDS)
            time.sleep(0.02)
        return time.monotonic() - started

    @mute_logger("odoo.addons.base.models.ir_cron")
    def test_cancelled_is_gone_within_seconds(self):
        stop, ready = threading.Event(), threading.Event()
        worker = threading.Thread(target=self.run_crons, args=[stop, ready])
        worker.start()
        ready.wait()
        try:
            with self.transaction() as env:
                venue = {key: one.with_env(env) for key, one in self.venue.items()}
                booking = create_booking(env, venue, start_in=timedelta(hours=2))
            self.wait_for_groups(1)
            with self.transaction(self.user.id) as env:
                booking.with_env(env).action_cancel()
            self.wait_for_groups(0)
        finally:
            stop.set()
            worker.join()
