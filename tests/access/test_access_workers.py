"""Workers that share the work on one person."""

from odoo.tests import tagged

from ...tools.transactions import skip_locked
from ..real_transactions import RealBookingCase


@tagged("post_install", "-at_install")
class TestAccessWorkers(RealBookingCase):
    def access(self, env):
        return env["salto.ks.access"].search([("booking_ref", "=", self.booking.id)])

    def test_person_whom_another_worker_brings_is_waited_for_and_said(self):
        kind = f"salto.ks.user:{self.integration.id}"
        with self.transaction() as env, skip_locked(env, kind, self.venue["guest"].ids):
            with self.transaction() as other:
                other["salto.ks.integration"]._cron_sync_access()
        with self.transaction() as env:
            access = self.access(env)
            self.assertEqual(access.state, "granting")
            self.assertIn("being added to Salto", access.error)
            cron = env.ref("resource_booking_salto_ks.cron_sync_access")
            triggers = env["ir.cron.trigger"].search([("cron_id", "=", cron.id)])
            self.assertIn(access.next_try, triggers.mapped("call_at"))
            access.next_try = access.starts_at
        with self.transaction() as env:
            env["salto.ks.integration"]._cron_sync_access()
        with self.transaction() as env:
            self.assertEqual(self.access(env).state, "granted")
            self.assertFalse(self.access(env).error)
            self.assertEqual(self.access(env).people_names, "Maya Jansen")
