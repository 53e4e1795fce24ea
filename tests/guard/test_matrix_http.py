"""The matrix by real HTTP. The ORM's tests have every call of every role; a transport
knows of no model, so here it is shown that each takes callers to the same judgement:
all that this addon defines × all roles by one, a sample of the ORM by each."""

from odoo.tests import HttpCase, tagged

from .matrix import PACKAGE
from .matrix_calls import ENTRIES, Call, Caller
from .matrix_case import MatrixMixin
from .matrix_transports import Transports

# One of each kind of user, and a model of ours and one of others.
KINDS = ("nobody", "stranger", "host manager", "manager of B")
SAMPLE = ("salto.ks.lock", "resource.booking")


@tagged("post_install", "-at_install")
class TestMatrixHttp(MatrixMixin, HttpCase):
    def setUp(self):
        super().setUp()
        self.transports = Transports(self, self.roles)
        self.env.flush_all()

    def test_methods_of_ours_are_nobody_elses(self):
        for role in self.roles:
            self.log_in(role)
            for subject in self.subjects:
                ours = {name for name, is_ours in subject.methods.items() if is_ours}
                self.send_all("call_kw", role, subject, ours - ENTRIES)
        self.assert_nothing_found()

    def test_each_transport_comes_to_the_same_judgement(self):
        for role in map(self.role, KINDS):
            self.log_in(role)
            for subject in self.subjects:
                if subject.name in SAMPLE:
                    for transport in Transports.NAMES:
                        self.send_all(transport, role, subject, ENTRIES)
        self.assert_nothing_found()

    def send_all(self, transport, role, subject, methods):
        """One call of each method, on the other side's rows where it takes some."""
        caller = Caller(self.env, self.owners, self.houses, role, subject)
        calls = [
            call
            for call in caller.calls()
            if call.method in methods and not call.context
        ]
        calls.sort(
            key=lambda call: {*(call.ids or [])} & {*caller.foreign_ids} == set()
        )
        for call in {call.method: call for call in reversed(calls)}.values():
            self.send(transport, role, call)

    def send(self, transport, role, call):
        call.by = transport
        return self.judged(
            role, call, lambda env: self.transports.send(transport, role, call, env)
        )

    # -- it shows something

    def test_each_transport_arrives(self):
        role = self.role("manager of B")
        self.log_in(role)
        lock = role.house.lock
        for transport in Transports.NAMES:
            if transport != "call_button":  # it answers with actions only
                call = Call(lock._name, "read", lock.ids, [["name"]])
                self.assertIn(lock.name, self.send(transport, role, call), transport)

    def test_each_transport_sees_a_new_method(self):
        """It opens a door for whoever comes, and tells of all doors."""

        def press(self):
            self.env["resource.booking"].sudo().browse(
                booking_id
            ).action_salto_ks_open_door()
            names = self.sudo().search([]).mapped("name")
            return {"type": "ir.actions.act_window_close", "name": str(names)}

        booking_id = self.houses[1].booking.id
        press.__module__ = f"{PACKAGE}.models.toy"
        model = self.registry["salto.ks.lock"]
        model.press = press
        self.addCleanup(delattr, model, "press")
        role = self.role("stranger")
        self.log_in(role)
        for transport in Transports.NAMES:
            self.findings = {}
            self.send(transport, role, Call(model._name, "press", []))
            found = str(self.findings)
            self.assertIn("tells what is", found, transport)
            self.assertIn("OPENS", found, transport)
