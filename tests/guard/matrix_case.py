"""Makes calls, each of which is undone, and collects what was wrong with them."""

import logging
import re
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg2

from odoo.service.model import call_kw
from odoo.sql_db import Savepoint

from ...models.guest.resource_booking_key import KEY
from .matrix import our_fields, specification, subjects
from .matrix_calls import ENTRIES
from .matrix_houses import HousesMixin
from .matrix_judge import Judge
from .matrix_owners import Owners
from .matrix_witness import Witness

KEYS = re.compile(rf"\b{KEY}=([\w-]+)")


@dataclass(frozen=True)
class Finding:
    role: str
    road: str
    what: str

    def __str__(self):
        return f"{self.role}: {self.road}\n      {self.what}"


class Road:
    """What is judged and is no matrix_calls.Call: it says and writes no values."""

    said = model = method = ""
    vals = None
    oracle = False


class Undo(Exception):
    """Whatever was done is to be undone."""


class Texts:
    """What may not be told to a role, looked for in an answer."""

    def __init__(self, forbidden):
        self.forbidden = {text.lower(): (text, why) for text, why in forbidden.items()}
        self.short = [text for text in self.forbidden if len(text) < 8]
        self.long = [text for text in self.forbidden if len(text) >= 8]
        self.known = {}

    def find(self, text):
        """[(text, why)] that are told.

        The same answer is read once.
        """
        text = text.lower()
        key = hash(text)
        if key not in self.known:
            found = [one for one in self.long if one in text]
            found += [
                one for one in self.short if re.search(rf"(?<!\w){one}(?!\w)", text)
            ]
            self.known[key] = [self.forbidden[one] for one in found]
        return self.known[key]


class MatrixMixin(HousesMixin):
    """For TransactionCase and HttpCase: calls of all roles, and a judge."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.owners = Owners(cls.env, cls.houses)
        cls.owners.remember()
        cls.witness = Witness(cls.env, cls.simulator)
        cls.subjects = subjects(cls.env, ENTRIES)
        cls.judge = Judge(cls.env, cls.owners)
        cls.texts = {role: Texts(cls.ledger.forbidden_to(role)) for role in cls.roles}
        cls.sites = {house.integration.site_id: house for house in cls.houses}

    def setUp(self):
        super().setUp()
        self.env.flush_all()
        self.witness.settle()
        self.findings = {}
        self.answered = Counter()
        self.asked = Counter()
        self.enterContext(self.witness.listening())
        # Refusals are what most calls end with: the log is not about them.
        logging.disable(logging.CRITICAL)
        self.addCleanup(logging.disable, logging.NOTSET)

    def assert_nothing_found(self):
        if self.findings:
            lines = [
                f"- {finding} (and {count - 1} more like it)"
                if count > 1
                else f"- {finding}"
                for finding, count in self.findings.values()
            ]
            self.fail(f"{len(lines)} holes:\n" + "\n".join(lines))

    def find_all(self, role, road, found):
        """Keep findings; of many that are alike the first one."""
        for key, what in found:
            place = (role.name, *road.place, *key)
            first = Finding(role.name, str(road), what)
            first, count = self.findings.get(place, (first, 0))
            self.findings[place] = (first, count + 1)

    # -- one call

    @contextmanager
    def undone(self):
        """What happens within leaves no trace in the database or the caches."""
        try:
            with self.env.cr.savepoint():
                yield
                raise Undo
        except Undo:
            pass
        finally:
            self.forget_invalidated()

    def forget_invalidated(self):
        if self.registry.cache_invalidated:
            self.registry.clear_all_caches()
            self.registry.cache_invalidated.clear()

    def call_all(self, role, subject, calls):
        """Make calls about a model, and judge what comes of them.

        They are made in one go. What others have read before may be at hand there
        without a right: so what tells something is made again by itself, and counts
        then.
        """
        telling = []
        with self.undone():
            self.env.invalidate_all()
            for call in calls:
                acts = call.writes or subject.methods[call.method]
                if self.call_in_passing(role, call, acts):
                    telling.append(call)
        for call in telling:
            self.call(role, call)

    def call_in_passing(self, role, call, acts):
        """Make a call, judge what it did, and undo it; True if it told something.

        :param acts: whether it is one that may change what nobody watches
        """
        self.asked[role.name] += 1
        self.witness.forget()
        place = Savepoint(self.env.cr)
        text, answered = self._answer(role, lambda env: self.rpc(env, call))
        changes = self.witness.changes(answered)
        self.find_all(role, call, self.changed(role, call, changes))
        self.find_all(role, call, self.done_outside(role, call))
        tells = any(self.told(role, call, text))
        place.close(rollback=True)
        if changes or self.witness.sent or (acts and answered):
            self.env.cr.clear()
        self.forget_invalidated()
        return tells

    def call(self, role, call):
        """Make a call as RPC does, judge what came of it, and undo it."""
        self.judged(role, call, lambda env: self.rpc(env, call))

    def rpc(self, env, call):
        args = list(call.args)
        method = getattr(type(env[call.model]), call.method)
        if not getattr(method, "_api_model", False):
            args.insert(0, call.ids or [])
        result = call_kw(
            env[call.model],
            call.method,
            args,
            {**call.kwargs, "context": {**env.context, **call.context}},
        )
        if call.writes:
            return [result, *self.look(env[call.model], self.written(call, result))]
        return [result, *self.follow(env, result)]

    def written(self, call, result):
        """Ids of the rows that a call has written, by its answer."""
        match result:
            case bool():
                return call.ids or []
            case int():
                return [result]
            case list():
                return [one for one in result if isinstance(one, int)]
            case {"ids": list() as ids}:
                return ids
        return []

    def follow(self, env, result):
        """What the person then reads, where the answer leads them."""
        if not isinstance(result, dict) or result.get("res_model") not in env:
            return []
        model = env[result["res_model"]]
        if result.get("res_id"):
            return self.look(model, [result["res_id"]])
        if isinstance(result.get("domain"), list):
            return self.look(model, model.search(result["domain"], limit=20).ids)
        return []

    def look(self, model, ids):
        ours = our_fields(model)
        if not (ids and ours):
            return []
        names = {*model.fields_get(ours, attributes=["type"])}
        return [model.browse(ids).web_read(specification(model, sorted(names)))]

    def judged(self, role, road, work):
        """Do ``work`` as a role; whatever it must not do or hear is a finding.

        :param road: matrix_calls.Call, or what has the same to say of itself
        :returns: the answer as text
        """
        self.asked[role.name] += 1
        self.witness.forget()
        with self.undone():
            self.env.invalidate_all()
            text, answered = self._answer(role, work)
            changes = self.witness.changes(answered)
            for found in (
                self.told(role, road, text),
                self.changed(role, road, changes),
                self.done_outside(role, road),
            ):
                self.find_all(role, road, found)
        return text

    def _answer(self, role, work):
        """(the answer as text, whether it is none that undoes the request)."""
        env = self.env_as(role.user, role.house)
        place = Savepoint(self.env.cr)
        try:
            result = work(env)
            self.env.flush_all()
        except psycopg2.Error as error:
            # What a person would read of it.
            text = type(error).__name__
        except Exception as error:
            text = f"{type(error).__name__} {error}"
        else:
            place.close(rollback=False)
            self.answered[role.name] += 1
            return str(result), True
        place.close(rollback=True)
        self.env.cr.clear()
        return text, False

    # -- what is wrong with it, as (what it is alike with, what it is)

    def changed(self, role, road, changes):
        for change in changes:
            objection = self.judge.objection(role, change, road)
            if objection and not self.may_change(role, road, change):
                columns = tuple(change.changed) if change.kind == "update" else ()
                key = (change.model, change.kind, *columns, objection)
                yield key, f"{objection}: {change}"

    def done_outside(self, role, road):
        for kind, site_id, key, was, now in self.witness.outside_changes():
            if role.staff and self.sites[site_id] is role.house:
                continue
            if kind == "locks" and self.may_open(role, road, key):
                continue
            what = f"changes at Salto {kind} {key}: {was} → {now}"
            if kind == "locks" and was["unlocks"] != now["unlocks"]:
                what = f"OPENS {now['name']}"
            yield (what.split()[0], kind), what

    def told(self, role, road, text):
        """What an answer tells and must not."""
        # What somebody has said themselves is not told to them.
        said = road.said.lower()
        for what, why in self.texts[role].find(text):
            if what.lower() not in said and not self.may_be_told(role, road, what):
                yield (why,), f"tells {why}: {what}"
        for house in self.keys_in(text):
            if not (role.staff and house is role.house):
                yield ("key",), "tells a key to a door"
        if road.oracle and re.fullmatch(r"\[[1-9]\d*\]", text):
            yield ("found",), "finds what another company has"

    def may_be_told(self, role, road, what):
        """Does the road itself give a right that the role has not?"""
        return False

    def may_change(self, role, road, change):
        """As ``may_be_told``, for a row."""
        return False

    def may_open(self, role, road, lock_id):
        """As ``may_change``, for a door."""
        return False

    def keys_in(self, text):
        """The houses to whose doors a text holds a key."""
        for key in {*KEYS.findall(text)}:
            for house in self.houses:
                if house.booking._salto_ks_link_end(key):
                    yield house
