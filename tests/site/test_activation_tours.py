import re

from odoo.tests import HttpCase, tagged

from ..common import UntouchedSiteMixin

PHONE = "390x844"


class ActivationTourCase(UntouchedSiteMixin, HttpCase):
    """The dialog on an IQ that nobody has activated; Salto misbehaves on cue."""

    def setUp(self):
        super().setUp()
        self.env["salto.ks.vault"].sudo()._put("token", self.harbour, None)
        self.env.ref("base.user_admin").password = "admin"

    def walk(self, tour, path="/odoo"):
        self.start_tour(path, f"salto_ks_{tour}", login="admin", timeout=120)
        self.env.invalidate_all()

    def turn(self, **changes):
        self.simulator.control(f"iqs/{self.new_iq.iq_id}", changes)

    def answer_in_body(self):
        self.simulator.control("settings", {"pin_delivery": "response"})

    def take_secret(self):
        """Somebody else asks for the secret with our account."""
        self.harbour._client().iq_secret(self.harbour.site_id, self.new_iq.iq_id)

    def fetch_proxy(self, url):
        """What happens at Salto, and on the phone, while the browser is busy."""
        if "salto.example" not in url:
            return super().fetch_proxy(url)
        event = url.rsplit("/", 1)[-1]
        with self.browser_waits():
            getattr(self, f"at_salto_{event}")()
        messages = self.simulator.control("outbox")
        pin = re.search(r"\b\d{4}\b", messages[-1]["text"])[0] if messages else ""
        return self.make_fetch_proxy_response(pin)

    def at_salto_pin(self):
        """The phone shows the message."""

    def at_salto_strict(self):
        self.simulator.control("settings", {"otp_wrong_limit": 1})

    def at_salto_reset(self):
        self.turn(reset_pins=True)

    def at_salto_rotate(self):
        self.turn(rotate_secret=True)

    def at_salto_offline(self):
        self.turn(online=False)

    def at_salto_online(self):
        self.turn(online=True)

    def at_salto_restore(self):
        self.turn(restore_required=True)

    def at_salto_silence(self):
        """The change arrives, but no answer; the check after it does not."""
        self.simulator.fault("PUT", "*/pin", "reset_after", times=1)
        self.simulator.fault("PUT", "*/pin", "reset_before", times=1)


@tagged("post_install", "-at_install")
class TestActivationTours(ActivationTourCase):
    def assert_activated(self):
        self.assertEqual(self.new_iq.activation_state, "activated")

    def test_wrong_pins(self):
        self.walk("activate_wrong_pins")
        self.assert_activated()
        vault = self.env["salto.ks.vault"].sudo()
        self.assertEqual(vault._get("iq_pin", self.new_iq), "0042")

    def test_blocked(self):
        self.walk("activate_blocked")
        self.assertTrue(self.new_iq.pin_blocked_until)

    def test_secret_taken(self):
        self.take_secret()
        self.walk("activate_secret_taken")
        self.assert_activated()

    def test_phone_app(self):
        self.answer_in_body()
        self.walk("activate_phone_app")
        self.assert_activated()

    def test_unreachable_iq(self):
        self.walk("activate_unreachable_iq")
        self.assert_activated()

    def test_lost_answer(self):
        self.walk("activate_lost_answer")
        self.assert_activated()

    def test_add_iq_by_hand(self):
        self.walk("add_iq_by_hand")
        self.assertIn(
            "7f11a2e1-ae06-58bd-aec5-541d0759633f", self.harbour.iq_ids.mapped("iq_id")
        )


@tagged("post_install", "-at_install")
class TestActivationPhoneTours(ActivationTourCase):
    browser_size = PHONE
    touch_enabled = True

    def test_wrong_pins_on_a_phone(self):
        self.walk("activate_wrong_pins")
        self.assertEqual(self.new_iq.activation_state, "activated")
