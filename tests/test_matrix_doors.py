"""Every road to a door goes through the one function that decides about the caller."""

from unittest.mock import patch

from lxml import html

from odoo.tests import HttpCase, tagged

from odoo.addons.resource_booking_salto_ks.rules.opening import Caller as Who

from .matrix import MODULE, Caller, subjects
from .matrix_case import MatrixMixin

# What every kind of road is called in what a test reports.
KINDS = {"method", "server action", "automation", "portal by link", "portal by login"}


@tagged("post_install", "-at_install")
class TestMatrixDoors(MatrixMixin, HttpCase):
    def test_roads_are_found_and_open(self):
        """Or the next test would show nothing."""
        opened = {kind for kind, _road in self.walk()}
        self.assertEqual(opened, KINDS)

    def test_no_road_goes_past_the_one_who_decides(self):
        decide = patch.object(
            self.registry["resource.booking"],
            "_salto_ks_caller",
            lambda *_args, **_kwargs: Who.STRANGER,
        )
        with decide:
            self.assertEqual(self.walk(), [])

    def test_scheduled_actions_open_nothing(self):
        for cron in self.of_module("ir.cron"):
            opened = self.opened_by(cron.method_direct_trigger)
            self.assertFalse(opened, cron.display_name)

    # -- the roads

    def walk(self):
        """[(kind, road)] of those that opened a door."""
        return [
            (kind, road)
            for find in (self.methods, self.actions, self.automations, self.pages)
            for kind, road, work in find()
            if self.opened_by(work)
        ]

    def opened_by(self, work):
        """How many doors opened; all else is undone."""
        self.witness.forget()
        before = self.simulator.unlocks()
        with self.undone():
            try:
                work()
                self.env.flush_all()
            except Exception:
                # A refusal is an answer, too.
                self.env.cr.clear()
        return self.simulator.unlocks() - before if self.witness.sent else 0

    def of_module(self, model):
        """What this addon's data has of a model."""
        data = self.env["ir.model.data"].sudo()
        rows = data.search([("module", "=", MODULE), ("model", "=", model)])
        return self.env[model].with_context(active_test=False).browse(rows.mapped("res_id"))

    def people(self):
        """(name, environment) of those who have most rights."""
        house = self.houses[0]
        for name in ("receptionist of A", "manager of A"):
            yield name, self.env_as(self.role(name).user, house)
        yield "superuser", self.env(
            su=True, context={"allowed_company_ids": house.company.ids}
        )

    def methods(self):
        """All methods of ours, on the rows of a house that has something to open."""
        house = self.houses[0]
        context = {
            "salto_ks_lock_id": house.lock.id,
            "salto_ks_booking_id": house.booking.id,
        }
        role = self.role("manager of A")
        for subject in subjects(self.env):
            caller = Caller(self.env, self.owners, self.houses, role, subject)
            for method, ours in subject.methods.items():
                if not ours:
                    continue
                for args in caller.arguments(method)[:1]:
                    for ids in {
                        *((one,) for one in caller.own_ids),
                        tuple(self.rows_to_open(subject.name)),
                    }:
                        for name, env in self.people():
                            records = env[subject.name].with_context(**context).browse(ids)
                            road = f"{name}: {subject.name}.{method}{args} on {ids}"
                            yield (
                                "method",
                                road,
                                lambda one=records, call=method, args=args: getattr(
                                    one, call
                                )(*args),
                            )

    def rows_to_open(self, model):
        house = self.houses[0]
        rows = {"resource.booking": house.booking, "salto.ks.lock": house.lock}
        return rows.get(model, self.env[model]).ids

    def actions(self):
        house = self.houses[0]
        for action in self.of_module("ir.actions.server"):
            for name, env in self.people():
                model = action.model_id.model
                ids = self.rows_to_open(model)
                if not ids:
                    continue
                run = action.with_env(env).with_context(
                    active_model=model, active_id=ids[0], active_ids=ids
                )
                yield "server action", f"{name}: {action.name}", run.run
        assert house

    def automations(self):
        """Each rule of ours, switched on, and the stages set that may set it off."""
        booking = self.houses[0].booking
        stages = self.env["resource.booking.stage"].search([])
        for rule in self.of_module("base.automation"):
            for name, env in self.people():
                for stage in stages:

                    def set_stage(rule=rule, env=env, stage=stage):
                        rule.sudo().active = True
                        booking.with_env(env).stage_id = stage.id
                        env.flush_all()

                    road = f"{name}: {rule.name}, {stage.name}"
                    yield "automation", road, set_stage

    # -- the guest's pages

    def pages(self):
        booking = self.houses[0].booking
        link = booking.get_portal_url()
        for kind, login, url in (
            ("portal by link", None, link),
            ("portal by login", "m_guest", booking.access_url),
            ("portal by login", "m_receptionist_a", booking.access_url),
        ):
            self.authenticate(login, login)
            for action, values in self.forms(url):
                yield kind, f"{login}: {action}", self.post(action, values)

    def forms(self, url):
        """Everything that can be pressed on a page, whoever decides: what was shown
        before may still be pressed later."""
        with patch.object(
            self.registry["resource.booking"],
            "_salto_ks_caller",
            lambda *_args, **_kwargs: Who.GUEST,
        ):
            page = html.fromstring(self.url_open(url).text)
        for form in page.xpath("//form[@method='post' or @method='POST']"):
            yield form.action, dict(form.form_values())

    def post(self, action, values):
        return lambda: self.url_open(action, data=values)
