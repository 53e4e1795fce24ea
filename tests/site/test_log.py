"""What a real server writes to its log about secrets on their way through it: nothing.

The server is a process of its own, and all of its log is read.
"""

import requests

from odoo import Command
from odoo.tests import tagged
from odoo.tests.common import get_db_name

from ..common import find_iq
from ..odoo_process import OdooProcess
from ..real_transactions import RealBookingCase

PASSWORD, CLIENT_SECRET, LINK = "typed-password", "typed-client-secret", "k3y-of-a-link"
OLD_PIN, NEW_PIN = "8642", "9753"


@tagged("post_install", "-at_install")
class TestLog(RealBookingCase):
    def setUp(self):
        super().setUp()
        with self.transaction() as env:
            groups = ("base.group_system", f"{self.module}.group_salto_ks_manager")
            self.user.with_env(env).group_ids = [
                Command.link(env.ref(name).id) for name in groups
            ]
            self.iq = find_iq(self.integration.with_env(env))
            self.platform = env.ref(f"{self.module}.platform_production")
        self.addCleanup(self.forget_client_secret)

    module = "resource_booking_salto_ks"

    def forget_client_secret(self):
        with self.transaction() as env:
            env["salto.ks.vault"]._put("client_secret_production", None, None)

    def serve(self, log_level):
        odoo = OdooProcess(get_db_name(), workers=0, log_level=log_level)
        self.addCleanup(odoo.stop)
        return odoo

    def save(self, session, model, ids, vals):
        """As the web client does, and once more with all named."""
        name, fields = "web_save", dict.fromkeys(vals, {})
        path = f"/web/dataset/call_kw/{model}/{name}"
        for args, kwargs in (
            ([ids, vals, fields], {}),
            ([ids], {"vals": vals, "specification": fields}),
        ):
            answer = session.call(
                path, model=model, method=name, args=args, kwargs=kwargs
            )
            self.assert_tells_nothing(str(answer))

    def assert_tells_nothing(self, text):
        for secret in (PASSWORD, CLIENT_SECRET, LINK):
            self.assertNotIn(secret, text)
        for pin in (OLD_PIN, NEW_PIN):
            self.assertNotRegex(text, rf"\W{pin}\W")

    def test_typed_secrets_at_debug_level(self):
        odoo = self.serve("debug_rpc_answer")
        session = odoo.session(get_db_name(), "claims")
        pins = {"current_pin": OLD_PIN, "new_pin": NEW_PIN, "new_pin_repeated": NEW_PIN}
        integration = self.integration.ids
        self.save(session, "salto.ks.integration", integration, {"password": PASSWORD})
        self.save(
            session,
            "salto.ks.platform",
            self.platform.ids,
            {"client_secret": CLIENT_SECRET},
        )
        self.save(session, "salto.ks.pin.activation", [], {"iq_id": self.iq.id, **pins})
        values = {"args": [[], {"iq_id": self.iq.id, **pins}, [], {"new_pin": {}}]}
        session.call(
            "/web/dataset/call_kw/salto.ks.pin.activation/onchange",
            model="salto.ks.pin.activation",
            method="onchange",
            kwargs={"context": {"default_new_pin": NEW_PIN}},
            **values,
        )
        log = odoo.read_log()
        self.assertIn("salto.ks.platform", log)
        self.assertRegex(log, r"call salto\.ks\.pin\.activation\(.*web_save")
        self.assert_tells_nothing(log)

    def test_links_at_any_level(self):
        odoo = self.serve("info")
        page = f"{odoo.url}/my/bookings/{self.booking.id}"
        for address in (
            f"{page}?access_token={LINK}",
            f"{page}?x=1&door={LINK}",
            f"{page}/doors?access_token={LINK}&door={LINK}",
            f"{odoo.url}/web/login?redirect=%2Fmy%3Faccess_token%3D{LINK}%26door%3D{LINK}",
            f"{odoo.url}/nowhere?door={LINK}",
        ):
            requests.get(address, timeout=60, headers={"Referer": address})
        requests.post(f"{page}/doors/open?access_token={LINK}", timeout=60)
        log = odoo.read_log()
        self.assertIn(f"GET /my/bookings/{self.booking.id}?access_token=***", log)
        self.assertIn("door=***", log)
        self.assert_tells_nothing(log)
