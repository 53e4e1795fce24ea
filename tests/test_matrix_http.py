"""By real HTTP: Odoo's RPC route, and the pages of the portal."""

import inspect
from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields, http
from odoo.tests import HttpCase, tagged

from .common import create_booking
from .matrix import ENTRIES, HOST, MODULE, Caller, subjects
from .matrix_case import MatrixMixin, Texts

# Entries of which one call each is made by HTTP; the others differ by their values only.
BOOKING = "booking_id"


@tagged("post_install", "-at_install")
class TestMatrixRpc(MatrixMixin, HttpCase):
    """The calls of the matrix, one of each kind, as a browser makes them."""

    def test_rpc_answers_as_the_orm_does(self):
        for role in self.roles:
            public = role.user._is_public()
            self.authenticate(*(2 * [None if public else role.user.login]))
            for subject in subjects(self.env):
                caller = Caller(self.env, self.owners, self.houses, role, subject)
                for call in self.first_of_each(caller):
                    self.judged(role, f"HTTP {call}", call, self.request(call))
                    if public:
                        break
        self.assert_nothing_found()

    def first_of_each(self, caller):
        """One call of each entry and each method of ours, on the other side's rows."""
        seen = set()
        for call in caller.calls():
            ours = caller.subject.methods[call.method]
            if not (ours or call.method in ENTRIES):
                continue
            foreign = call.ids is None or call.ids == caller.foreign_ids[: len(call.ids)]
            if call.method not in seen and (foreign or not caller.foreign_ids) and not call.context:
                seen.add(call.method)
                yield call

    def request(self, call):
        def send(env):
            method = getattr(self.registry[call.model], call.method)
            ids = [] if getattr(method, "_api_model", False) else [call.ids or []]
            answer = self.url_open(
                f"/web/dataset/call_kw/{call.model}/{call.method}",
                json={
                    "jsonrpc": "2.0",
                    "id": 1,
                    "params": {
                        "model": call.model,
                        "method": call.method,
                        "args": [*ids, *call.args],
                        "kwargs": {
                            **call.kwargs,
                            "context": {**env.context, **call.context},
                        },
                    },
                },
            )
            return answer.text

        return send


@tagged("post_install", "-at_install")
class TestMatrixPages(MatrixMixin, HttpCase):
    """Every page of the booking, for everybody, with every link and with none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.over = {
            house: create_booking(
                cls.env,
                house.venue,
                0,
                timedelta(hours=-9),
                name=f"Zz{house.letter} over",
            )
            for house in cls.houses
        }
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        # All come from one address here, and are more than one house's guests.
        limits = "odoo.addons.resource_booking_salto_ks.models.portal_try.LIMITS"
        self.enterContext(patch.dict(limits, clear=False))

    # -- the roads

    def routes(self):
        """[(path, verbs, function)] of the controllers that we have or extend."""
        found = {}
        for rule in self.env["ir.http"].routing_map().iter_rules():
            method = getattr(rule.endpoint, "func", rule.endpoint)
            owner = getattr(method, "__self__", None)
            if owner is None:
                continue
            definers = {
                base.__module__.split(".")[2]
                for base in type(owner).mro()
                if method.__name__ in vars(base) and base.__module__.startswith("odoo.addons")
            }
            if definers & {MODULE, HOST}:
                found[rule.rule] = (rule, method)
        return [found[key] for key in sorted(found)]

    def path(self, rule, booking):
        """The path of a route about a booking; None if it is about something else."""
        path = rule.rule
        for name, value in ((BOOKING, booking.id), ("year", 2031), ("month", 1), ("page", 1)):
            path = path.replace(f"<int:{name}>", str(value))
        return None if "<" in path else path

    def parameters(self, method):
        """What a route asks for besides the path."""
        names = inspect.signature(method).parameters
        values = {}
        if "when" in names:
            values["when"] = (fields.Datetime.now() + timedelta(hours=2)).isoformat() + "+00:00"
        return values

    # -- looking and pressing

    def test_pages_tell_and_do_what_they_may(self):
        for role in self.roles:
            login = None if role.user._is_public() else role.user.login
            self.authenticate(login, login)
            for house in self.houses:
                for booking in (house.booking, self.over[house]):
                    for rule, method in self.routes():
                        path = self.path(rule, booking)
                        if path:
                            self.try_page(role, booking, house, path, method)
        self.assert_nothing_found()

    def try_page(self, role, booking, house, path, method):
        for link in self.links(booking):
            for verb in ("GET", "POST", "OPTIONS"):
                for trusted in (False, True) if verb == "POST" else (False,):
                    values = self.parameters(method)
                    if link:
                        values["access_token"] = link
                    if trusted:
                        values["csrf_token"] = http.Request.csrf_token(self)
                    self.try_request(role, booking, house, verb, path, values)

    def links(self, booking):
        """No link, the booking's own, and that of another booking."""
        other = next(one.booking for one in self.houses if one.booking != booking)
        return [None, booking._portal_ensure_token(), other._portal_ensure_token()]

    def test_what_a_guest_may_press_is_nobody_elses(self):
        for house in self.houses:
            booking = house.booking
            self.authenticate(None, None)
            forms = self.forms(booking.get_portal_url())
            if house is self.houses[0]:
                self.authenticate("m_guest", "m_guest")
                forms += self.forms(booking.access_url)
            self.assertTrue(forms)
            for role in self.roles:
                login = None if role.user._is_public() else role.user.login
                self.authenticate(login, login)
                for path, values in forms:
                    for link in self.links(booking):
                        self.press(role, booking, house, path, {**values, "access_token": link or ""})
        self.assert_nothing_found()

    def forms(self, url):
        page = html.fromstring(self.url_open(url).text)
        return [
            (form.action, dict(form.form_values()))
            for form in page.xpath("//form[@method='post' or @method='POST']")
        ]

    def press(self, role, booking, house, path, values):
        for other in {booking, *(one.booking for one in self.houses)}:
            there = path.replace(f"/{booking.id}/", f"/{other.id}/")
            values["csrf_token"] = http.Request.csrf_token(self)
            home = next(one for one in self.houses if one.booking == other)
            self.try_request(role, other, home, "POST", there, values)

    # -- the judge

    def try_request(self, role, booking, house, verb, path, values):
        shown = {key: value for key, value in values.items() if key != "csrf_token"}
        road = f"{verb} {path} {shown}{' with CSRF token' if 'csrf_token' in values else ''}"
        holds_link = values.get("access_token") == booking.access_token
        before = self.times()

        def send(env):
            data = values if verb == "POST" else None
            answer = self.url_open(
                path, data=data, params=None if data else values, method=verb
            )
            self.opened_page = answer
            self.after = self.times()
            return f"{answer.headers} {answer.text}"

        self.after = before
        self.page_of = (role, house, holds_link)
        self.judged(role, road, None, send)
        place = (verb, path.split("/")[-1])
        if verb != "POST" and self.after != before:
            self.find(role, road, (*place, "get"), "changes a booking by looking at it")
        if self.after != before and not role.staff and self.after[booking.id] != before[booking.id]:
            what = f"changes a booking that has begun: {before[booking.id]} → {self.after[booking.id]}"
            self.find(role, road, (*place, "begun"), what)

    def times(self):
        """When the bookings are and what state they are in, as the database has it."""
        self.env.flush_all()
        self.env.cr.execute("SELECT id, start, stop, state, active FROM resource_booking")
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    def guest_of(self, role, house, holds_link):
        """May the role do here what the guest may do?"""
        if role in (self.role("nobody"), self.role("stranger"), self.role("follower"), self.role("attending guest")):
            return holds_link or house in role.attends
        return role.staff and role.house is house

    def _judge(self, role, road, call, text, answered):
        role_, house, holds_link = self.page_of
        allowed = self.guest_of(role, house, holds_link)
        told = {*self.links(house.booking), house.integration.guest_phone, house.lock.name}
        told |= self.ledger.hosts[house]
        place = tuple(str(road).split("{")[0].split())
        for secret, why in self.texts[role].find(text):
            if not (allowed and secret in told):
                self.find(role, road, (*place[:1], place[1].split("/")[-1], why), f"tells {why}: {secret}")
        for kind, site_id, key, was, now in self.witness.outside_changes():
            home = self.sites[site_id]
            if home is house and allowed and key == house.lock.lock_id:
                continue
            self.find(role, road, (*place[:1], kind), f"OPENS or changes {kind} {now and now.get('name', key)}: {was and was.get('unlocks')} → {now and now.get('unlocks')}")
        for change in self.witness.changes(answered):
            if allowed and self.owners.house_of_row(change.model, self.judge._row(change)) in (house, None):
                continue
            objection = self.judge.objection(role, change, None)
            if objection:
                self.find(role, road, (*place[:1], place[1].split("/")[-1], change.model, objection), f"{objection}: {change}")


assert Texts
