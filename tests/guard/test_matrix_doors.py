"""Every road to a door goes through the one function that decides about the caller."""

from itertools import permutations
from unittest.mock import patch

from lxml import html

from odoo.tests import HttpCase, tagged

from ...rules.opening.opening import STRANGER
from .matrix import MODULE
from .matrix_calls import Caller
from .matrix_case import MatrixMixin

# What every kind of road is called in what a test reports.
KINDS = {"method", "server action", "automation", "portal by link", "portal by login"}


@tagged("post_install", "-at_install")
class TestMatrixDoors(MatrixMixin, HttpCase):
    def setUp(self):
        super().setUp()
        self.bookings = self.registry["resource.booking"]
        self.decide = self.bookings._salto_ks_caller

    def test_roads_are_found_and_open(self):
        """Or the next test would show nothing."""
        opened = {kind for kind, _road in self.walk()}
        self.assertEqual(opened, KINDS)

    def test_no_road_goes_past_the_one_who_decides(self):
        def refuse(*_args, **_kwargs):
            return STRANGER

        with patch.object(self.bookings, "_salto_ks_caller", refuse):
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
        before = self.witness.unlocks()
        with self.undone():
            try:
                work()
                self.env.flush_all()
            except Exception:
                # A refusal is an answer, too.
                self.env.cr.clear()
        self.witness.outside_changes()
        return self.witness.unlocks() - before

    def of_module(self, model):
        """What this addon's data has of a model."""
        data = self.env["ir.model.data"].sudo()
        rows = data.search([("module", "=", MODULE), ("model", "=", model)])
        return (
            self.env[model]
            .with_context(active_test=False)
            .browse(rows.mapped("res_id"))
        )

    def people(self):
        """(name, environment) of those who have most rights."""
        house = self.houses[0]
        for name in ("receptionist of A", "manager of A"):
            yield name, self.env_as(self.role(name).user, house)
        yield (
            "superuser",
            self.env(su=True, context={"allowed_company_ids": house.company.ids}),
        )

    def methods(self):
        """All methods of ours, on the rows of a house that has something to open."""
        house = self.houses[0]
        context = {
            "salto_ks_lock_id": house.lock.id,
            "salto_ks_booking_id": house.booking.id,
        }
        for subject in self.subjects:
            role = self.role("manager of A")
            caller = Caller(self.env, self.owners, self.houses, role, subject)
            rows = {*caller.own_ids, *self.rows_to_open(subject.name)}
            for method in (one for one, ours in subject.methods.items() if ours):
                args = caller.arguments(method)[0]
                for row in sorted(rows) or [None]:
                    for name, env in self.people():
                        records = env[subject.name].with_context(**context).browse(row)
                        call = getattr(records, method)
                        road = f"{name}: {subject.name}.{method}{args} on {row}"
                        yield "method", road, lambda call=call, args=args: call(*args)

    def rows_to_open(self, model):
        house = self.houses[0]
        rows = {"resource.booking": house.booking, "salto.ks.lock": house.lock}
        return rows.get(model, self.env[model]).ids

    def actions(self):
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

    def automations(self):
        """Each rule of ours, switched on, and each step from stage to stage."""
        booking = self.houses[0].booking
        stages = self.env["resource.booking.stage"].search(
            [("booking_state", "=", booking.state)]
        )
        for rule in self.of_module("base.automation"):
            for name, env in self.people():
                for before, after in permutations(stages, 2):

                    def set_stage(rule=rule, env=env, before=before, after=after):
                        booking.stage_id = before
                        rule.active = True
                        booking.with_env(env).stage_id = after.id
                        env.flush_all()

                    road = f"{name}: {rule.name}, {before.name} to {after.name}"
                    yield "automation", road, set_stage

    # -- the guest's pages

    def pages(self):
        """What can be pressed on the booking's page. Who decides is asked as always
        when the page is shown: what was shown before may be pressed later."""
        house = self.houses[0]
        desk = self.env_as(self.role("receptionist of A").user, house)
        link = house.booking.with_env(desk).get_portal_url()
        for kind, login, url in (
            ("portal by link", None, link),
            ("portal by login", "attending_guest", house.booking.access_url),
            ("portal by login", "receptionist_of_a", house.booking.access_url),
        ):
            self.authenticate(login, login)
            with patch.object(self.bookings, "_salto_ks_caller", self.decide):
                page = html.fromstring(self.url_open(url).text)
            for form in page.xpath("//*[@id='salto_ks_doors']//form"):
                values = dict(form.form_values())
                yield (
                    kind,
                    f"{login}: {form.action}",
                    lambda action=form.action, values=values: self.url_open(
                        action, data=values
                    ),
                )
