from lxml import etree

from odoo import Command
from odoo.exceptions import AccessError
from odoo.models import BaseModel
from odoo.service.model import get_public_method
from odoo.tests import TransactionCase, tagged

from ..common import SaltoCaseMixin

MODELS = [
    "salto.ks.integration",
    "salto.ks.iq",
    "salto.ks.lock",
    "salto.ks.mapping",
    "salto.ks.opening",
]


@tagged("post_install", "-at_install")
class TestRights(SaltoCaseMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.company = cls.env["res.company"].create({"name": "Other house"})
        cls.stranger = cls.create_user(
            "stranger", cls.company, "group_salto_ks_manager"
        )
        cls.manager = cls.create_user(
            "manager", cls.env.company, "group_salto_ks_manager"
        )

    @classmethod
    def create_user(cls, login, company, group):
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [
                    Command.set(
                        [
                            cls.env.ref("base.group_user").id,
                            cls.env.ref(f"resource_booking_salto_ks.{group}").id,
                        ]
                    )
                ],
            }
        )

    def test_other_company_sees_nothing(self):
        self.as_receptionist().action_salto_ks_open_door()
        for model in MODELS:
            with self.subTest(model=model):
                self.assertTrue(self.env[model].search([]))
                self.assertFalse(self.env[model].with_user(self.stranger).search([]))

    def test_receptionist_reads_and_changes_nothing(self):
        self.as_receptionist().action_salto_ks_open_door()
        for model in MODELS:
            records = self.env[model].with_user(self.receptionist).search([])
            with self.subTest(model=model):
                self.assertTrue(records)
                for operation in ("write", "create", "unlink"):
                    self.assertFalse(records.has_access(operation))

    def test_evidence_is_nobodys_to_change(self):
        self.as_receptionist().action_salto_ks_open_door()
        opening = self.env["salto.ks.opening"].search([]).with_user(self.manager)
        for operation in ("write", "create", "unlink"):
            self.assertFalse(opening.has_access(operation))

    def test_opening_cannot_be_called_from_outside_without_the_rules(self):
        openings = self.env["salto.ks.opening"]
        added = {
            name
            for part in type(openings).mro()
            if part.__module__.startswith("odoo.addons.resource_booking_salto_ks")
            for name, value in vars(part).items()
            if callable(value) and not hasattr(BaseModel, name)
        }
        self.assertIn("_find_repeated", added)
        for name in added:
            with self.subTest(method=name), self.assertRaises(AccessError):
                get_public_method(openings, name)

    def test_receptionist_works_with_all_bookings(self):
        self.assertNotIn(self.receptionist.partner_id, self.booking.partner_ids)
        self.assertTrue(self.as_receptionist().has_access("write"))

    def test_receptionist_cannot_touch_the_setup(self):
        with self.assertRaises(AccessError):
            self.integration.with_user(self.receptionist).action_deactivate()
        with self.assertRaises(AccessError):
            self.iq.with_user(self.receptionist).action_activate_pin()

    def test_receptionist_is_offered_no_set_up_button(self):
        """Who opens a site from one of its doors only looks at it."""
        for model in ("salto.ks.integration", "salto.ks.iq", "salto.ks.lock"):
            env = self.env(user=self.receptionist)
            for kind in ("form", "list", "kanban"):
                arch = etree.fromstring(env[model].get_view(view_type=kind)["arch"])
                offered = {one.get("name") for one in arch.iter("button")}
                lists = {name for name in offered if name.startswith("action_view_")}
                with self.subTest(model=model, view=kind):
                    self.assertEqual(offered - lists, set())
        form = env["salto.ks.integration"].get_view(view_type="form")["arch"]
        self.assertNotIn("salto_ks_checklist", form)

    def test_wizard_of_another_is_invisible(self):
        action = self.iq.with_user(self.manager).action_activate_pin()
        other = self.create_user("manager2", self.env.company, "group_salto_ks_manager")
        wizard = self.env["salto.ks.pin.activation"].with_user(other)
        self.assertFalse(wizard.search([("id", "=", action["res_id"])]))

    def test_other_company_cannot_touch_the_activation(self):
        wizards = self.env["salto.ks.pin.activation"].with_user(self.stranger)
        with self.assertRaises(AccessError):
            wizards.create({"iq_id": self.iq.id})

    def test_door_choice_needs_the_right_to_see_the_booking(self):
        self.venue["type"].company_id = self.company
        choices = self.env["salto.ks.door.choice"].with_user(self.receptionist)
        with self.assertRaises(AccessError):
            choices.create({"booking_id": self.booking.id})

    def test_manager_switches_the_site_on_and_off(self):
        integration = self.integration.with_user(self.manager)
        integration.action_deactivate()
        integration.action_activate()
        self.assertEqual(integration.state, "active")
        self.assertFalse(integration.is_copy)
        integration.action_confirm_database()
        integration.action_test_access()
        integration.site_uid = "NL6254340083"
        self.assertEqual(integration.state, "inactive")
