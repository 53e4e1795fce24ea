"""What somebody sets for themselves reaches no row that our code makes.

Everybody sets a default for every field of every model of ours, as far as Odoo lets
them (``ir.default``, the context of a call), and then walks the roads that make rows.
"""

from datetime import timedelta

from odoo.tests import TransactionCase, tagged

from .access_common import sync_access
from .common import create_booking
from .matrix import MODULE, is_ours
from .matrix_calls import Caller
from .matrix_case import MatrixMixin

NUMBER = 77777
MOMENT = "2031-01-31 10:00:00"


@tagged("post_install", "-at_install")
class TestMatrixDefaults(MatrixMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.late = {
            house: create_booking(
                cls.env, house.venue, 0, timedelta(hours=-9), name="Over long ago"
            )
            for house in cls.houses
        }
        cls.env.flush_all()

    def test_defaults_of_a_user_reach_no_row(self):
        for role in self.roles:
            if self.may_set_defaults(role):
                usual = self.walk(role)
                wanted = self.wanted(usual)
                with self.undone():
                    self.set_defaults(role, wanted)
                    self.compare(role, "ir.default", wanted, usual, self.walk(role))
        self.assert_nothing_found()

    def test_defaults_of_the_context_reach_no_row(self):
        for role in self.roles:
            if not role.staff:
                continue
            usual = self.walk(role)
            wanted = self.wanted(usual)
            for model, values in wanted.items():
                context = {f"default_{name}": value for name, value in values.items()}
                unusual = self.walk(role, **context)
                self.compare(
                    role, f"default_* of {model}", {model: values}, usual, unusual
                )
        self.assert_nothing_found()

    def may_set_defaults(self, role):
        defaults = self.env["ir.default"].with_user(role.user)
        return defaults.has_access("create")

    # -- the defaults

    def wanted(self, usual):
        """{model: {field: a value that it does not have usually}}."""
        seen = {}
        for change in usual:
            for name, (_old, new) in change.changed.items():
                seen.setdefault((change.model, name), []).append(new)
        found = {}
        for subject in self.subjects:
            for name in subject.fields:
                one = self.env[subject.name]._fields[name]
                value = self.other_value(one, seen.get((subject.name, name), [None]))
                if value is not None and one.store and name not in ("id", "stage_id"):
                    found.setdefault(subject.name, {})[name] = value
        return found

    def other_value(self, one, usual):
        match one.type:
            case "char" | "text" | "html":
                return f"Zz-default {one.model_name} {one.name}"
            case "boolean":
                return not usual[0]
            case "integer" | "float":
                return NUMBER
            case "datetime":
                return MOMENT
            case "date":
                return MOMENT[:10]
            case "selection":
                values = one.get_values(self.env)
                return next((each for each in values if each not in usual), None)
            case "many2one":
                rows = self.owners.rows_of(one.comodel_name, self.houses[1])
                return next((each for each in rows if each not in usual), None)
            case "json":
                return {"text": "Zz-default"}
        return None

    def set_defaults(self, role, wanted):
        env = self.env_as(role.user, role.house)
        done = 0
        for model, values in wanted.items():
            for name, value in values.items():
                try:
                    with self.env.cr.savepoint():
                        env["ir.default"].set(model, name, value, user_id=True)
                        done += 1
                except Exception:
                    continue
        self.assertGreater(done, 20)

    # -- the walk

    def walk(self, role, **context):
        """Changes of our rows when the role does what makes some."""
        found = []
        for _name, work in self.ways(role, context):
            self.witness.forget()
            with self.undone():
                try:
                    with self.env.cr.savepoint():
                        work()
                        self.env.flush_all()
                    answered = True
                except Exception:
                    self.env.cr.clear()
                    answered = False
                found += self.witness.changes(answered)
            self.witness.outside_changes()
        return found

    def ways(self, role, context):
        house = role.house
        env = self.env_as(role.user, house, **context)
        for subject in self.subjects:
            caller = Caller(self.env, self.owners, self.houses, role, subject)
            for method, ours in sorted(subject.methods.items()):
                if ours and method.startswith("action_") and role.staff:
                    records = env[subject.name].browse(caller.own_ids[:1])
                    yield f"{subject.name}.{method}", getattr(records, method)
        late = self.late[house].with_env(env)
        yield "too late", late.action_salto_ks_open_door
        action = self.env.ref(f"{MODULE}.action_server_open_door").with_env(env)
        yield (
            "server action",
            action.with_context(
                active_model="resource.booking",
                active_id=house.booking.id,
                active_ids=(house.booking | late).ids,
            ).run,
        )
        yield "a new booking", lambda: self.book(env, house)

    def book(self, env, house):
        booking = create_booking(
            env,
            house.venue,
            0,
            timedelta(hours=5),
            name="Booked",
            user_id=env.uid,
        )
        env.flush_all()
        sync_access(self.env)
        self.booked = {
            name: booking.sudo()[name]
            for name, one in booking._fields.items()
            if is_ours(one) and one.store and one.column_type
        }

    # -- what differs

    def compare(self, role, how, wanted, usual, unusual):
        """Find the values that somebody wanted, in rows that had others before."""
        had = {
            (change.model, name, str(new))
            for change in usual
            for name, (_old, new) in change.changed.items()
        }
        counts = [self.count(changes) for changes in (usual, unusual)]
        for key in sorted({*counts[0], *counts[1]}):
            if counts[0].get(key, 0) != counts[1].get(key, 0):
                what = (
                    f"{key}: {counts[0].get(key, 0)} rows, now {counts[1].get(key, 0)}"
                )
                self.find(role, how, (how, key), what)
        for change in unusual:
            for name, (_old, new) in change.changed.items():
                value = wanted.get(change.model, {}).get(name)
                if value is None or (change.model, name, str(new)) in had:
                    continue
                if self.is_theirs(change.model, name):
                    continue
                if str(new).replace("T", " ") == str(value):
                    key = (how, change.model, change.kind, name)
                    self.find(role, how, key, f"{name} is what they wanted: {change}")

    def is_theirs(self, model, name):
        """Is it what people fill in: dialogs, and settings that are no state?"""
        one = self.env[model]._fields[name]
        filled_in = model in self.judge.written_by_somebody and not one.readonly
        return self.env[model]._transient or filled_in

    def count(self, changes):
        found = {}
        for change in changes:
            key = f"{change.kind} {change.model}"
            found[key] = found.get(key, 0) + (change.kind != "update")
        return found
