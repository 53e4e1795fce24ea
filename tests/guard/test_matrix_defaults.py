"""What somebody sets for themselves reaches no row that our code makes.

Everybody sets a default for every field of every model of ours, as far as Odoo lets
them (``ir.default``, the context of a call), and then walks the roads that make rows.
"""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from odoo import fields
from odoo.tests import TransactionCase, tagged

from ..access.access_common import sync_access
from ..common import create_booking
from .matrix import MODULE, PACKAGE, subjects
from .matrix_calls import ENTRIES, Caller
from .matrix_case import MatrixMixin, Road

NUMBER = 77777
MOMENT = "2031-01-31 10:00:00"


@dataclass(frozen=True)
class Setting(Road):
    """A way that somebody walks who has set defaults.

    :ivar how: they were set
    :ivar way: its name
    """

    how: str
    way: str

    @property
    def place(self):
        return (self.how,)

    def __str__(self):
        return f"{self.how}: {self.way}"


@dataclass
class Walk:
    """What became of one way.

    :ivar changes: of rows
    :ivar found: [(key, what)] of what the judge says to it
    :ivar unlocks: how many doors opened
    """

    changes: list
    found: list
    unlocks: int

    @property
    def made(self):
        """Models of the rows that are new."""
        return {one.model for one in self.changes if one.kind == "insert"}

    @property
    def said(self):
        """Whatever a row that changed says now."""
        return {
            (change.model, name, str(new))
            for change in self.changes
            for name, (_old, new) in change.changed.items()
        }


@tagged("post_install", "-at_install")
class TestMatrixDefaults(MatrixMixin, TransactionCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.late = {
            house: create_booking(
                cls.env,
                house.venue,
                start_in=timedelta(hours=-9),
                name="Over long ago",
            )
            for house in cls.houses
        }
        cls.env.flush_all()

    def test_defaults_reach_no_row(self):
        for role in self.first_roles:
            self.try_defaults(role)
        self.assert_nothing_found()

    def try_defaults(self, role):
        usual = self.usual(role)
        wanted = self.wanted(usual)
        for model, values in wanted.items():
            made_by = {name: one for name, one in usual.items() if model in one.made}
            context = {f"default_{name}": value for name, value in values.items()}
            how = f"default_* of {model}"
            self.try_ways(role, how, {model: values}, made_by, context)
        with self.undone():
            if self.set_defaults(role, wanted):
                self.try_ways(role, "ir.default", wanted, usual)

    def try_ways(self, role, how, wanted, usual, context=None):
        """Walk the ways that are in ``usual`` again, with defaults."""
        for name, way in self.ways(role, **(context or {})):
            if name in usual:
                road = Setting(how, name)
                walk = self.walk(role, road, way)
                gained = self.gained(wanted, usual[name], walk)
                self.find_all(role, road, gained)

    # -- the defaults

    def wanted(self, usual):
        """{model: {field: a value that it does not have usually}}."""
        seen = {}
        for walk in usual.values():
            for change in walk.changes:
                for name, (_old, new) in change.changed.items():
                    seen.setdefault((change.model, name), []).append(new)
        found = {}
        for subject in self.subjects:
            for name in subject.fields:
                one = self.env[subject.name]._fields[name]
                value = self.other_value(one, seen.get((subject.name, name), [None]))
                # Which stage a booking is in is for people to say.
                if value is not None and one.store and name != "stage_id":
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
        """Set all that Odoo lets the role set; how many."""
        done = 0
        for model, values in wanted.items():
            rows = [self.default_row(role, model, *item) for item in values.items()]
            if self.create_defaults(role, rows):
                done += len(rows)
            else:
                done += sum(self.create_defaults(role, [row]) for row in rows)
        return done

    def default_row(self, role, model, name, value):
        field = self.env["ir.model.fields"]._get(model, name)
        row = {"field_id": field.id, "json_value": json.dumps(value)}
        return {**row, "user_id": role.user.id, "company_id": False}

    def create_defaults(self, role, rows):
        """Whether Odoo lets the role have them."""
        defaults = self.env_as(role.user, role.house)["ir.default"]
        with suppress(Exception), self.env.cr.savepoint():
            defaults.create(rows)
            return True
        return False

    # -- the ways that make rows

    def usual(self, role):
        """{way: Walk} of those that make rows when nobody has set anything."""
        walks = {
            name: self.walk(role, Setting("nothing", name), way)
            for name, way in self.ways(role)
        }
        return {name: walk for name, walk in walks.items() if walk.made}

    def walk(self, role, road, way):
        self.witness.forget()
        before = self.witness.unlocks()
        with self.undone():
            text, answered = self._answer(role, lambda env: way())
            changes = self.witness.changes(answered)
            found = [
                *self.told(role, road, text),
                *self.changed(role, road, changes),
                *self.done_outside(role, road),
            ]
        return Walk(changes, found, self.witness.unlocks() - before)

    def ways(self, role, **context):
        """(name, callable) of all buttons, and of what else makes rows."""
        house = role.house
        env = self.env_as(role.user, house, **context)
        for subject in self.subjects:
            caller = Caller(self.env, self.owners, self.houses, role, subject)
            records = env[subject.name].browse(caller.own_ids[:1])
            for method, ours in sorted(subject.methods.items()):
                if ours and method.startswith("action_"):
                    yield f"{subject.name}.{method}", getattr(records, method)
        late = self.late[house].with_env(env)
        yield "too late", late.action_salto_ks_open_door
        action = self.env.ref(f"{MODULE}.action_server_open_door").with_env(env)
        ids = (house.booking | late).ids
        context = {"active_id": ids[0], "active_ids": ids}
        run = action.with_context(active_model=late._name, **context).run
        yield "server action", run
        yield "a new booking", lambda: self.book(env, house)

    def book(self, env, house):
        """Book, and have access given as the scheduler does."""
        create_booking(
            env,
            house.venue,
            start_in=timedelta(hours=5),
            name="Booked",
            user_id=env.uid,
        )
        env.flush_all()
        sync_access(self.env)

    # -- what somebody gains by a default

    def gained(self, wanted, usual, walk):
        """What is wrong now and was not before, and values that somebody wanted, in
        rows of state that had others before."""
        known = {key for key, _what in usual.found}
        yield from (one for one in walk.found if one[0] not in known)
        if walk.unlocks > usual.unlocks:
            yield ("OPENS",), f"OPENS {walk.unlocks} times, not {usual.unlocks}"
        for model, name, value in walk.said - usual.said:
            is_so = value.replace("T", " ") == str(wanted.get(model, {}).get(name))
            if is_so and not self.is_theirs(model, name):
                yield (model, name), f"{model}.{name} is what they wanted: {value}"

    def is_theirs(self, model, name):
        """Is it what people fill in: dialogs, and settings that are no state?"""
        one = self.env[model]._fields[name]
        filled_in = model in self.judge.written_by_somebody and not one.readonly
        return self.env[model]._transient or filled_in

    # -- it shows something

    def test_it_sees_a_default_that_is_taken(self):
        """A button's row of evidence says why, in its maker's words."""

        def action_toy(self):
            now = fields.Datetime.now()
            # What is passed to sudo() itself has no defaults any more.
            self.with_env(self.env(su=True, context=self.env.context)).create(
                {
                    "user_id": self.env.uid,
                    "channel": "backend",
                    "state": "refused",
                    "requested_at": now,
                    "answered_at": now,
                    "by_rules": False,
                    "code": False,
                    "entry_id": False,
                    "override_reason": False,
                }
            )

        action_toy.__module__ = f"{PACKAGE}.models.toy"
        model = self.registry["salto.ks.opening"]
        model.action_toy = action_toy
        self.addCleanup(delattr, model, "action_toy")
        self.patch(model, "_is_kept", lambda self, field: False)
        self.patch(type(self), "subjects", subjects(self.env, ENTRIES))
        self.try_defaults(self.role("receptionist of A"))
        found = {place[1:] for place in self.findings}
        taken = ("salto.ks.opening", "reason")
        for how in ("ir.default", "default_* of salto.ks.opening"):
            self.assertIn((how, *taken), found)
