"""The matrix sees what nobody has told it of: a new method, model or field.

That it sees a new route, transport's method or default is shown beside those tests.
"""

from odoo import api, fields, models
from odoo.orm.model_classes import add_to_registry
from odoo.tests import TransactionCase, tagged

from .matrix import PACKAGE, own_models, subjects
from .matrix_calls import ENTRIES, Caller
from .matrix_case import MatrixMixin


@tagged("post_install", "-at_install")
class TestMatrixSees(MatrixMixin, TransactionCase):
    """Holes made on purpose; each is found by calling what its model has."""

    def holes(self, model, role):
        """What the matrix finds when a role calls all that a model has."""
        self.findings = {}
        role = self.role(role)
        (subject,) = (one for one in subjects(self.env, ENTRIES) if one.name == model)
        caller = Caller(self.env, self.owners, self.houses, role, subject)
        calls = [
            call
            for call in caller.calls()
            if call.method == "read" or call.method not in ENTRIES
        ]
        self.call_all(role, subject, calls)
        return [str(finding) for finding, _count in self.findings.values()]

    def add_method(self, model, function):
        """Give a model a method, as if the addon defined it."""
        function.__module__ = f"{PACKAGE}.models.toy"
        name = function.__name__
        cls = self.registry[model]
        setattr(cls, name, function)
        self.addCleanup(delattr, cls, name)

    def assert_found(self, words, model, role):
        found = self.holes(model, role)
        self.assertTrue([one for one in found if words in one], found)

    # -- what a method may do wrong

    def test_it_sees_a_method_that_tells(self):
        def look(self):
            return self.sudo().search([]).mapped("name")

        self.add_method("salto.ks.lock", look)
        self.assert_found("salto.ks.lock.look", "salto.ks.lock", "stranger")
        self.assert_found("another company", "salto.ks.lock", "manager of B")

    def test_it_sees_a_method_that_tells_a_secret_in_an_error(self):
        def look(self):
            vault = self.env["salto.ks.vault"].sudo()
            raise ValueError(vault._get("password", vault.search([]).integration_id[0]))

        self.add_method("salto.ks.integration", look)
        self.assert_found("tells a secret", "salto.ks.integration", "manager of A")

    def test_it_sees_a_method_that_opens(self):
        def press(self):
            self.sudo().action_salto_ks_open_door()

        self.add_method("resource.booking", press)
        self.assert_found("OPENS", "resource.booking", "follower")

    def test_it_sees_a_method_that_opens_only_in_a_context(self):
        def press(self):
            lock_id = self.env.context.get("salto_ks_lock_id")
            lock = self.env["salto.ks.lock"].sudo().browse(lock_id).exists()
            rows = (
                self.env["salto.ks.mapping"]
                .sudo()
                .search([("lock_ids", "in", lock.ids)])
            )
            bookings = self.env["resource.booking"].sudo()
            for booking in bookings.search([("type_id", "in", rows.type_id.ids)]):
                booking.action_salto_ks_open_door()

        self.add_method("salto.ks.door.choice", press)
        self.assert_found("OPENS", "salto.ks.door.choice", "receptionist of A")

    def test_it_sees_a_method_that_changes_a_row(self):
        def change(self):
            self.sudo().write({"minutes_before": 1440})

        self.add_method("salto.ks.integration", change)
        self.assert_found("another company", "salto.ks.integration", "manager of B")
        self.assert_found("no right of ours", "salto.ks.integration", "host manager")

    def test_it_sees_a_method_that_changes_state_and_then_fails(self):
        """What was committed beside the request stays."""

        def change(self):
            with self.env.registry.cursor() as cr:
                self.with_env(self.env(cr=cr, su=True)).write({"error": "Never mind"})
            raise ValueError

        self.add_method("salto.ks.access", change)
        self.assert_found("state or evidence", "salto.ks.access", "internal")

    def test_what_is_undone_with_its_request_is_no_finding(self):
        def change(self):
            self.sudo().write({"error": "Never mind"})
            self.env.flush_all()
            raise ValueError

        self.add_method("salto.ks.access", change)
        found = self.holes("salto.ks.access", "internal")
        self.assertFalse([one for one in found if "change(" in one])

    # -- a new model

    def test_it_sees_a_new_model_and_its_field(self):
        class Toy(models.AbstractModel):
            _name = "salto.ks.toy"
            _description = "Toy"
            _module = "resource_booking_salto_ks"

            doors = fields.Char(default=lambda self: self._doors())

            @api.model
            def _doors(self):
                locks = self.env["salto.ks.lock"].sudo().search([])
                return ", ".join(locks.mapped("name"))

            def tell(self):
                return self._doors()

        Toy.tell.__module__ = f"{PACKAGE}.models.toy"
        add_to_registry(self.registry, Toy)
        self.addCleanup(self.registry.__delitem__, "salto.ks.toy")
        self.registry._setup_models__(self.env.cr, ["salto.ks.toy"])
        self.assertIn("salto.ks.toy", own_models(self.env))
        self.findings = {}
        role = self.role("stranger")
        (subject,) = (
            one for one in subjects(self.env, ENTRIES) if one.name == "salto.ks.toy"
        )
        caller = Caller(self.env, self.owners, self.houses, role, subject)
        self.call_all(role, subject, caller.calls())
        found = {
            finding.road.split("(")[0] for finding, _count in self.findings.values()
        }
        self.assertLessEqual({"salto.ks.toy.tell", "salto.ks.toy.default_get"}, found)

    # -- and is not empty

    def test_every_model_has_rows_of_both_houses(self):
        """Or the calls about it would show nothing."""
        self.assertEqual(self.planted, {})
        for name in own_models(self.env):
            model = self.env[name]
            if model._abstract or "company_id" not in model._fields:
                continue
            for house in self.houses:
                with self.subTest(model=name, house=house.letter):
                    self.assertTrue(self.owners.rows_of(name, house, 1))

    def test_there_is_something_to_hide(self):
        for house in self.houses:
            self.assertGreater(len(self.ledger.ours[house]), 20)
        self.assertGreater(len(self.ledger.secrets), 20)
