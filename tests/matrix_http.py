"""By real HTTP: Odoo's RPC route, and the pages of the portal."""

import inspect
import threading
from datetime import timedelta
from unittest.mock import patch

from lxml import html

from odoo import fields, http
from odoo.tests import HttpCase, tagged

from ..models.guest.resource_booking_key import KEY
from .common import create_booking
from .matrix import HOST, MARK, MODULE
from .matrix_calls import ENTRIES, Caller
from .matrix_case import MatrixMixin


@tagged("post_install", "-at_install")
class TestMatrixRpc(MatrixMixin, HttpCase):
    """The calls of the matrix, one of each kind, as a browser makes them."""

    def test_rpc_answers_as_the_orm_does(self):
        for role in self.roles:
            self.log_in(role)
            for subject in self.subjects:
                caller = Caller(self.env, self.owners, self.houses, role, subject)
                for call in self.first_of_each(caller):
                    self.judged(role, f"HTTP {call}", call, self.request(call))
        self.assert_nothing_found()

    def first_of_each(self, caller):
        """One call of each entry and each method of ours, on the other side's rows."""
        seen = set()
        for call in caller.calls():
            ours = caller.subject.methods[call.method]
            ids = call.ids or []
            foreign = not ids or not caller.foreign_ids or ids[0] in caller.foreign_ids
            if call.method in seen or call.context or not foreign:
                continue
            if ours or call.method in ENTRIES:
                seen.add(call.method)
                yield call

    def request(self, call):
        def send(env):
            method = getattr(self.registry[call.model], call.method)
            ids = [] if getattr(method, "_api_model", False) else [call.ids or []]
            context = {**env.context, **call.context}
            params = {
                "model": call.model,
                "method": call.method,
                "args": [*ids, *call.args],
                "kwargs": {**call.kwargs, "context": context},
            }
            return self.url_open(
                f"/web/dataset/call_kw/{call.model}/{call.method}",
                json={"jsonrpc": "2.0", "id": 1, "params": params},
            ).text

        return send


@tagged("post_install", "-at_install")
class TestMatrixPages(MatrixMixin, HttpCase):
    """Every page of a booking, for everybody, with every link and with none."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.bookings = {house.booking: house for house in cls.houses}
        cls.keys = {}
        for house in cls.houses:
            over = create_booking(
                cls.env,
                house.venue,
                start_in=timedelta(hours=-9),
                name=f"{MARK}{house.letter} over",
            )
            cls.bookings[over] = house
        for booking, house in cls.bookings.items():
            desk = cls.env_as(cls.role(f"receptionist of {house.letter}").user, house)
            url = booking.with_env(desk).get_portal_url()
            cls.keys[booking] = url.partition(f"{KEY}=")[2].partition("&")[0]
        cls.env.flush_all()

    def setUp(self):
        super().setUp()
        self.found_routes = self.routes()
        self.assertGreater(len(self.found_routes), 5)

    # -- what there is

    def routes(self):
        """[(rule, function)] of the controllers that are ours, or the host's."""
        found = {}
        thread = threading.current_thread()
        with patch.object(thread, "dbname", self.env.cr.dbname, create=True):
            rules = list(self.env["ir.http"].routing_map().iter_rules())
        for rule in rules:
            method = inspect.unwrap(getattr(rule.endpoint, "func", rule.endpoint))
            bound = getattr(rule.endpoint, "func", rule.endpoint)
            owner = type(getattr(bound, "__self__", None))
            definers = {
                base.__module__.split(".")[2]
                for base in owner.mro()
                if base.__module__.startswith("odoo.addons.")
                and method.__name__ in vars(base)
            }
            if definers & {MODULE, HOST}:
                found[rule.rule] = (rule, method)
        return [found[key] for key in sorted(found)]

    def requests_about(self, booking):
        """[(verb, path, values)] of all routes; OPTIONS needs no CSRF token."""
        for rule, method in self.found_routes:
            path = self.path(rule, booking)
            values = self.parameters(method, booking)
            if path:
                yield "GET", path, values
                yield "OPTIONS", path, values
                yield "POST", path, {**values, "csrf_token": None}

    def path(self, rule, booking):
        """The path of a route about a booking; None if it asks for something else."""
        path = rule.rule
        known = {"booking_id": booking.id, "year": 2031, "month": 1, "page": 1}
        for name, value in known.items():
            path = path.replace(f"<int:{name}>", str(value))
        return None if "<" in path else path

    def parameters(self, method, booking):
        """What a route asks for besides its path."""
        later = fields.Datetime.now() + timedelta(hours=2)
        known = {"when": f"{later.isoformat(timespec='seconds')}+00:00"}
        names = inspect.signature(method).parameters
        return {name: value for name, value in known.items() if name in names}

    def credentials(self, booking):
        """(what it is called, the host's token, a key that the browser came with)."""
        others = [one for one in self.bookings if one != booking]
        other = next(
            one for one in others if self.bookings[one] is not self.bookings[booking]
        )
        found = [("the link", None, booking)]
        if booking in [house.booking for house in self.houses]:
            found += [
                ("nothing", None, None),
                ("the host's link", booking._portal_ensure_token(), None),
                ("the link of another booking", other._portal_ensure_token(), other),
            ]
        return found

    # -- looking and pressing

    def test_pages_tell_and_do_what_they_may(self):
        for role in self.roles:
            for booking, house in self.bookings.items():
                for name, token, linked in self.credentials(booking):
                    self.log_in(role)
                    self.arrive(linked)
                    for verb, path, values in self.requests_about(booking):
                        values = {
                            **values,
                            **({"access_token": token} if token else {}),
                        }
                        visit = Visit(role, booking, house, name, verb, path)
                        visit.has_token = bool(token) and linked is None
                        visit.has_key = linked == booking
                        self.visit(visit, values)
        self.assert_nothing_found()

    def test_what_a_guest_may_press_is_nobody_elses(self):
        """Controls of the guest's own page, pressed by everybody else."""
        for house in self.houses:
            booking = house.booking
            self.log_in(self.role("nobody"))
            self.arrive(booking)
            page = html.fromstring(self.url_open(booking.access_url).text)
            forms = page.xpath("//*[@id='salto_ks_doors']//form")
            self.assertTrue(forms)
            for role in self.roles:
                for name, token, linked in self.credentials(booking):
                    self.log_in(role)
                    self.arrive(linked)
                    for form in forms:
                        values = {**dict(form.form_values()), "csrf_token": None}
                        if token:
                            values["access_token"] = token
                        for other in (one.booking for one in self.houses):
                            path = form.action.replace(
                                f"/{booking.id}/", f"/{other.id}/"
                            )
                            there = self.bookings[other]
                            visit = Visit(role, other, there, name, "POST", path)
                            visit.has_token = token == other.access_token
                            visit.has_key = linked == other
                            self.visit(visit, values)
        self.assert_nothing_found()

    def arrive(self, booking):
        """Come by the link of a booking, as somebody who got it by e-mail."""
        if booking:
            with self.undone():
                self.url_open(f"{booking.access_url}?{KEY}={self.keys[booking]}")

    # -- the judge

    def visit(self, visit, values):
        """Make a request, judge what came of it, and undo it."""
        if "csrf_token" in values:
            values = {**values, "csrf_token": http.Request.csrf_token(self)}
        before = self.times()

        def send(env):
            is_post = visit.verb == "POST"
            answer = self.url_open(
                visit.path,
                data=values if is_post else None,
                params=None if is_post else values,
                method=visit.verb,
            )
            self.judge_times(visit, before, self.times())
            return f"{answer.headers} {answer.text}"

        self.judged(visit.role, visit, None, send)

    def times(self):
        """When bookings are and what state they are in, as the database has it."""
        self.env.cr.execute(
            "SELECT id, start, stop, state, active FROM resource_booking"
        )
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    def judge_times(self, visit, before, after):
        if before == after:
            return
        was, now = before[visit.booking.id], after[visit.booking.id]
        if visit.verb != "POST":
            self.find(
                visit.role, visit, (*visit.place, "look"), f"by looking: {was} → {now}"
            )
        if now[:2] != was[:2] or now[2:] == ("confirmed", True):
            self.find(
                visit.role, visit, (*visit.place, "begun"), f"has begun: {was} → {now}"
            )

    def may_be_told(self, visit):
        """What the guest's page says to guests and to the house's own people."""
        house = visit.house
        told = set()
        if visit.has_token or visit.has_key or visit.is_guest:
            told |= self.ledger.hosts[house]
        if visit.is_guest:
            told |= {house.lock.name, house.integration.guest_phone}
        return told

    def _judge_text(self, role, visit, call, text):
        if not isinstance(visit, Visit):
            return super()._judge_text(role, visit, call, text)
        allowed = self.may_be_told(visit)
        for told, why in self.texts[role].find(text):
            if told not in allowed:
                self.find(role, visit, (*visit.place, why), f"tells {why}: {told}")
        return None

    def may_change(self, role, road, change):
        visit = road
        house = self.owners.house_of_row(change.model, self.judge._row(change))
        return visit.is_guest and house in (visit.house, None)

    def may_open(self, role, road, lock_id):
        return road.is_guest and lock_id == road.house.lock.lock_id


class Visit:
    """One request for a page, as it is told of in a finding.

    :ivar has_token: it comes with the link that the host makes, which shows the page
    :ivar has_key: it comes from a browser that holds the link to the doors
    """

    def __init__(self, role, booking, house, name, verb, path):
        self.role = role
        self.booking = booking
        self.house = house
        self.name = name
        self.verb = verb
        self.path = path
        self.has_token = False
        self.has_key = False

    @property
    def is_guest(self):
        """Is it judged as the guest's? Whoever works here is not, with any link."""
        is_outside = self.role.user.sudo().share
        return is_outside and (self.has_key or self.house in self.role.attends)

    @property
    def place(self):
        return self.verb, self.path.split("/")[-1], self.name

    def __str__(self):
        return f"{self.verb} {self.path} of house {self.house.letter} with {self.name}"
