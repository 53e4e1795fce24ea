"""The portal's pages of a booking, and what may be judged of a visit to one."""

import inspect
import threading
from dataclasses import dataclass
from datetime import timedelta
from unittest.mock import patch

from odoo import fields, http

from ...models.guest.resource_booking_key import KEY
from ..common import create_booking
from .matrix import HOST, MARK, MODULE
from .matrix_case import MatrixMixin, Road

INVITATION = "the invitation"


@dataclass
class Visit(Road):
    """One request for a page.

    :ivar booking: that it is about, of a house
    :ivar credential: what the visitor comes with
    :ivar has_token: whether that is a link that the host or Odoo makes, which shows the
        booking
    :ivar has_key: whether the browser holds the link to the booking's doors
    """

    role: object
    booking: object
    house: object
    credential: str
    verb: str
    path: str
    has_token: bool = False
    has_key: bool = False

    @property
    def is_guest(self):
        """Is it judged as the guest's? Whoever works here is not, with any link."""
        is_outside = self.role.user.sudo().share
        return is_outside and (self.has_key or self.house in self.role.attends)

    @property
    def place(self):
        return self.verb, self.path.split("/")[-1], self.credential

    def __str__(self):
        return (
            f"{self.verb} {self.path} of house {self.house.letter}"
            f" with {self.credential}"
        )


class PagesMixin(MatrixMixin):
    """For HttpCase: visits of all roles to all pages, and their judge."""

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
        self.opened = 0

    # -- what there is

    def routes(self):
        """[(rule, function)] of the controllers that are ours, or the host's: of each
        function the address that says most."""
        found = {}
        thread = threading.current_thread()
        with patch.object(thread, "dbname", self.env.cr.dbname, create=True):
            rules = list(self.env["ir.http"].routing_map().iter_rules())
        for rule in sorted(rules, key=lambda one: -len(one.arguments)):
            bound = getattr(rule.endpoint, "func", rule.endpoint)
            method = inspect.unwrap(bound)
            owner = type(getattr(bound, "__self__", None))
            definers = {
                base.__module__.split(".")[2]
                for base in owner.mro()
                if base.__module__.startswith("odoo.addons.")
                and method.__name__ in vars(base)
            }
            if definers & {MODULE, HOST}:
                found.setdefault((owner, method.__name__), (rule, method))
        return sorted(found.values(), key=lambda one: one[0].rule)

    def requests_about(self, booking, credential):
        """[(verb, path, values)] of all routes to which a credential is the key.

        Odoo lets OPTIONS into each, and asks it for no CSRF token; where GET comes in,
        it is the same.
        """
        for rule, method in self.routes():
            path = self.path(rule, booking)
            values = self.parameters(method, booking)
            if path and ("token" in values) == (credential == INVITATION):
                reads = not rule.methods or "GET" in rule.methods
                yield "GET" if reads else "OPTIONS", path, values
                yield "POST", path, {**values, "csrf_token": None}

    def path(self, rule, booking):
        """The path of a route about a booking; None if it asks for something else."""
        path = rule.rule
        # A month that is over has no times to choose, for which one waits long.
        known = {"booking_id": booking.id, "year": 2021, "month": 1, "page": 1}
        for name, value in known.items():
            path = path.replace(f"<int:{name}>", str(value))
        return None if "<" in path else path

    def parameters(self, method, booking):
        """What a route asks for besides its path."""
        later = fields.Datetime.now() + timedelta(hours=2)
        known = {
            "when": f"{later.isoformat(timespec='seconds')}+00:00",
            "token": booking.meeting_id.attendee_ids[:1].access_token,
            "id": booking.meeting_id.id,
        }
        names = inspect.signature(method).parameters
        return {name: value for name, value in known.items() if name in names}

    def credentials(self, booking):
        """(what it is called, the host's token, a key that the browser came with)."""
        other = next(
            one for one in self.bookings if self.bookings[one] != self.bookings[booking]
        )
        found = [("the link", None, booking), (INVITATION, None, None)]
        if booking in [house.booking for house in self.houses]:
            found += [
                ("the host's link", booking._portal_ensure_token(), None),
                ("the link of another booking", other._portal_ensure_token(), other),
            ]
        return found

    # -- a visit

    def arrive(self, booking):
        """Come by the link of a booking, as somebody who got it by e-mail."""
        if booking:
            with self.undone():
                self.url_open(
                    f"{booking.access_url}?{KEY}={self.keys[booking]}",
                    allow_redirects=False,
                )

    def visit(self, visit, values):
        """Make a request, judge what came of it, and undo it."""
        if "csrf_token" in values:
            values = {**values, "csrf_token": http.Request.csrf_token(self)}
        is_post = visit.verb == "POST"
        before = self.times()

        def send(env):
            answer = self.url_open(
                visit.path,
                data=values if is_post else None,
                params=None if is_post else values,
                method=visit.verb,
            )
            moved = self.moved(visit, before, self.times())
            self.find_all(visit.role, visit, moved)
            return f"{answer.headers} {answer.text}"

        self.judged(visit.role, visit, send)

    def times(self):
        """When bookings are and what state they are in, as the database has it."""
        self.env.cr.execute(
            "SELECT id, start, stop, state, active FROM resource_booking"
        )
        return {row[0]: row[1:] for row in self.env.cr.fetchall()}

    def moved(self, visit, before, after):
        if before == after:
            return
        was, now = before[visit.booking.id], after[visit.booking.id]
        if visit.verb != "POST":
            yield ("look",), f"by looking: {was} → {now}"
        if now[:2] != was[:2] or now[2:] == ("confirmed", True):
            yield ("begun",), f"has begun: {was} → {now}"

    def may_be_told(self, role, road, what):
        """What the page says to guests, and the host's link to whoever has it."""
        told = {self.phone_for_all(role)}
        if road.has_token or road.has_key or road.is_guest:
            told |= self.ledger.hosts[road.house]
            told.add(road.house.integration.guest_phone)
        if road.is_guest:
            told.add(road.house.lock.name)
        if road.path == "/my" and role.user.sudo().share:
            # The first page is about all bookings of a guest.
            told |= {house.lock.name for house in role.attends}
        return what in told

    def phone_for_all(self, role):
        """Whom to call, on the pages that do not tell which booking it is: of the
        company that the visitor comes to, whatever they ask for."""
        company = role.user.sudo().company_id or self.env.company
        site = self.env["salto.ks.integration"].sudo()
        return site.with_company(company)._house_phone()

    def may_change(self, role, road, change):
        house = self.owners.house_of_row(change.model, self.judge._row(change))
        return road.is_guest and house in (road.house, None)

    def may_open(self, role, road, lock_id):
        right = road.is_guest and lock_id == road.house.lock.lock_id
        self.opened += right
        return right
