"""Two companies with a site each see nothing of one another."""

from datetime import timedelta

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import TransactionCase, tagged

from ...services.activate_iq import IqActivation
from ..common import UntouchedSiteMixin, create_booking, find_lock

GROUP = "resource_booking_salto_ks.group_salto_ks_manager"
MODELS = [
    "salto.ks.integration",
    "salto.ks.iq",
    "salto.ks.lock",
    "salto.ks.mapping",
    "salto.ks.opening",
]


@tagged("post_install", "-at_install")
class TestCompanies(UntouchedSiteMixin, TransactionCase):
    """Studio House is the first company's, Harbour Rooms the second one's."""

    @classmethod
    def harbour_company(cls):
        cls.second = cls.env["res.company"].create({"name": "Harbour company"})
        return cls.second

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.harbour.action_get_locks()
        cls.quay = find_lock(cls.harbour, "Quay entrance")
        cls.boat = cls.env["resource.resource"].create(
            {
                "name": "Secret boat",
                "resource_type": "material",
                "company_id": cls.second.id,
                "calendar_id": cls.venue["calendar"].id,
                "tz": "UTC",
            }
        )
        cls.env["salto.ks.mapping"].create(
            {
                "integration_id": cls.harbour.id,
                "resource_id": cls.boat.id,
                "lock_ids": [Command.set(cls.quay.ids)],
            }
        )
        cls.harbour.state = "active"
        cls.env["salto.ks.opening"].create(
            {
                "lock_id": cls.quay.id,
                "company_id": cls.second.id,
                "booking_name": "Secret trip",
                "user_id": cls.env.uid,
                "channel": "backend",
                "state": "opened",
                "requested_at": fields.Datetime.now(),
                "answered_at": fields.Datetime.now(),
            }
        )
        cls.ours = cls.create_manager("ours", cls.env.company)
        cls.theirs = cls.create_manager("theirs", cls.second)

    @classmethod
    def create_manager(cls, login, company):
        groups = cls.env.ref("base.group_user") | cls.env.ref(GROUP)
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "company_id": company.id,
                "company_ids": [Command.set(company.ids)],
                "group_ids": [Command.set(groups.ids)],
            }
        )

    def setUp(self):
        super().setUp()
        self.env["salto.ks.vault"].sudo()._put("token", self.harbour, None)
        self.as_receptionist().action_salto_ks_open_door()
        self.env.invalidate_all()

    def sides(self):
        """(a manager, a record of the other company) for each model and each side."""
        for model in MODELS:
            records = self.env[model].search([])
            for user in (self.ours, self.theirs):
                foreign = records.filtered(
                    lambda one, user=user: one.company_id != user.company_id
                )
                with self.subTest(model=model, user=user.name):
                    self.assertTrue(foreign)
                    yield user, foreign[0].with_user(user)

    def assert_tells_nothing(self, text, record):
        """No name of the other company's site, or of what is on it, is in a text."""
        company = record.sudo().company_id
        for model in MODELS:
            for one in self.env[model].search([("company_id", "=", company.id)]):
                self.assertNotIn(one.display_name, str(text))

    # -- lists and names

    def test_lists_counts_and_groups(self):
        for user, foreign in self.sides():
            model = foreign.browse()
            company = foreign.sudo().company_id
            self.assertNotIn(foreign, model.search([]))
            self.assertFalse(model.search_count([("company_id", "=", company.id)]))
            groups = model.formatted_read_group([], ["company_id"], ["__count"])
            self.assertEqual(
                [group["company_id"][0] for group in groups], user.company_id.ids
            )

    def test_names(self):
        for _user, foreign in self.sides():
            name = foreign.sudo().display_name
            found = foreign.browse().name_search(name, operator="=")
            self.assertNotIn(foreign.id, [record_id for record_id, _name in found])
            with self.assertRaises(AccessError) as caught:
                foreign.read(["display_name"])
            self.assert_tells_nothing(caught.exception, foreign)

    def test_nothing_of_it_changes(self):
        for _user, foreign in self.sides():
            for operation in ("write", "unlink"):
                self.assertFalse(foreign.has_access(operation))
            for change in (
                lambda one=foreign: one.write({"company_id": one.env.company.id}),
                lambda one=foreign: one.export_data(["display_name"]),
            ):
                with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
                    change()
                self.assert_tells_nothing(caught.exception, foreign)

    # -- buttons

    def test_no_button_of_a_site_works_or_tells(self):
        foreign = self.harbour.with_user(self.ours)
        before = self.simulator.state()["requests"]
        buttons = [
            name
            for name in dir(foreign)
            if name.startswith("action_")
            and "salto_ks" in getattr(type(foreign), name).__module__
        ]
        self.assertGreater(len(buttons), 12)
        # These only name a list, which the rules then keep empty, or a page.
        harmless = {"action_open_settings", "action_use_production"}
        harmless |= {name for name in buttons if name.startswith("action_view_")}
        for name in set(buttons) - harmless:
            with (
                self.subTest(button=name),
                self.assertRaises(AccessError) as caught,
                self.env.cr.savepoint(),
            ):
                getattr(foreign, name)()
            self.assert_tells_nothing(caught.exception, foreign)
        self.assertEqual(self.simulator.state()["requests"], before)

    def test_no_way_into_the_pin_dialog(self):
        theirs = self.new_iq.with_user(self.ours)
        for reach in (
            lambda: theirs.action_activate_pin(),
            lambda: IqActivation(theirs).restore(),
            lambda: theirs.env["salto.ks.pin.activation"].create({"iq_id": theirs.id}),
            lambda: self.own_wizard().write({"iq_id": theirs.id}),
        ):
            with self.assertRaises(UserError) as caught, self.env.cr.savepoint():
                reach()
            self.assert_tells_nothing(caught.exception, theirs)

    def own_wizard(self):
        iq = self.iq.with_user(self.ours)
        action = iq.action_activate_pin()
        return iq.env[action["res_model"]].browse(action["res_id"])

    def test_no_dialog_can_be_turned_to_another_company(self):
        own = {"integration_id": self.integration.id}
        foreign = {"integration_id": self.harbour.id}
        offer = {"chosen": True, "lock_id": self.lock.id}
        owner = {"integration_id": self.integration.id, "line_ids": [(0, 0, offer)]}
        line = {"suggestion_id": None, "lock_id": self.lock.id}
        for model, values, change in (
            ("salto.ks.mapping.test", own, foreign),
            ("salto.ks.mapping.test", own, {"resource_ids": [(4, self.boat.id)]}),
            ("salto.ks.mapping.suggestion", own, foreign),
            ("salto.ks.mapping.suggestion.line", line, {"lock_id": self.quay.id}),
            (
                "salto.ks.mapping.suggestion.line",
                line,
                {"resource_id": self.boat.id},
            ),
        ):
            dialog = self.env[model].with_user(self.ours).sudo()
            if "suggestion_id" in values:
                made = self.env["salto.ks.mapping.suggestion"].with_user(self.ours)
                values = {**values, "suggestion_id": made.sudo().create(owner).id}
            wizard = dialog.create(values).sudo(False)
            for attempt in (
                lambda one=wizard, vals=change: one.write(vals),
                lambda one=wizard, vals={**values, **change}: one.create(vals),
            ):
                with (
                    self.subTest(model=model, change=change),
                    self.assertRaises(UserError) as caught,
                    self.env.cr.savepoint(),
                ):
                    attempt()
                self.assert_tells_nothing(caught.exception, self.quay)

    # -- what a booking of no company means

    def test_tester_hint_and_suggestions_know_their_own_only(self):
        self.venue["type"].company_id = False
        for user, site, foreign in (
            (self.ours, self.integration, self.quay),
            (self.theirs, self.harbour, self.lock),
        ):
            site = site.with_user(user)
            wizard = site.env["salto.ks.mapping.test"].create(
                {"integration_id": site.id, "type_id": self.venue["type"].id}
            )
            self.assert_tells_nothing(wizard.result, foreign)
            self.assert_tells_nothing(site.unmapped_hint, foreign)
            lock_ids = {one["lock_id"] for one in site._suggest_rows()}
            self.assertLessEqual(lock_ids, set(site.lock_ids.ids))

    def test_shared_object_opens_the_door_of_ones_own_company_only(self):
        self.venue["type"].company_id = False
        self.venue["studios"].company_id = False
        self.env["salto.ks.mapping"].create(
            {
                "integration_id": self.harbour.id,
                "type_id": self.venue["type"].id,
                "resource_id": self.venue["studios"][0].id,
                "lock_ids": [Command.set(self.quay.ids)],
            }
        )
        booking = create_booking(self.env, self.venue, start_in=timedelta(hours=3))
        ours, theirs = booking.with_user(self.ours), booking.with_user(self.theirs)
        self.assertEqual(ours.salto_ks_lock_ids.sudo().mapped("name"), ["Studio 1"])
        self.assertEqual(
            theirs.salto_ks_lock_ids.sudo().mapped("name"), ["Quay entrance"]
        )
        self.assert_tells_nothing(ours.salto_ks_open_verdict, self.quay)
        self.assert_tells_nothing(theirs.salto_ks_open_verdict, self.lock)

    def test_door_of_another_company_is_refused_without_its_name(self):
        booking = self.booking.with_user(self.ours)
        with self.assertRaises(UserError) as caught:
            booking.with_context(
                salto_ks_lock_id=self.quay.id
            ).action_salto_ks_open_door()
        self.assert_tells_nothing(caught.exception, self.quay)
        self.assertEqual(self.simulator.unlocks(self.quay.lock_id), 0)

    # -- what each company's own manager can

    def test_each_manager_sets_up_their_own_site(self):
        for user, site in ((self.ours, self.integration), (self.theirs, self.harbour)):
            site = site.with_user(user)
            site.action_test_access()
            site.action_get_locks()
            self.assertEqual(site.env["salto.ks.integration"].search([]).ids, site.ids)
            site.iq_ids[0].action_activate_pin()
            site.action_test_mapping()

    def test_only_managers_of_the_company_are_called(self):
        self.harbour._responsible()
        self.assertEqual(self.harbour._responsible(), self.theirs)
