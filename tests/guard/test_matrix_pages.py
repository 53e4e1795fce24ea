"""Every page of a booking, for everybody, with every link."""

from lxml import html

from odoo.http import Controller, request, route
from odoo.tests import HttpCase, tagged

from ..common import age_openings
from .matrix import MODULE, PACKAGE
from .matrix_pages import INVITATION, PagesMixin, Visit


@tagged("post_install", "-at_install")
class TestMatrixPages(PagesMixin, HttpCase):
    def test_pages_tell_and_do_what_they_may(self):
        self.assertGreater(len(self.routes()), 5)
        for role in self.first_roles:
            for booking in self.bookings:
                self.visit_all(role, booking)
        self.assert_nothing_found()

    def visit_all(self, role, booking):
        for name, token, linked in self.credentials(booking):
            self.log_in(role)
            self.arrive(linked)
            for verb, path, values in self.requests_about(booking, name):
                visit = Visit(role, booking, self.bookings[booking], name, verb, path)
                visit.has_token = name == INVITATION or (token and not linked)
                visit.has_key = linked == booking
                self.visit(visit, values | ({"access_token": token} if token else {}))

    def test_what_a_guest_may_press_is_nobody_elses(self):
        """Controls of the guest's own page, pressed by everybody else."""
        for house in self.houses:
            forms = self.find_forms(house.booking)
            self.assertTrue(forms)
            for role in self.first_roles:
                for credential in self.credentials(house.booking):
                    if credential[0] != INVITATION:
                        self.press_all(role, house.booking, credential, forms)
        self.assertGreater(self.opened, 3)
        self.assert_nothing_found()

    def find_forms(self, booking):
        """Controls of the doors, as a guest's page has them."""
        self.log_in(self.role("nobody"))
        self.arrive(booking)
        page = html.fromstring(self.url_open(booking.access_url).text)
        return page.xpath("//*[@id='salto_ks_doors']//form")

    def press_all(self, role, booking, credential, forms):
        """Press controls of a booking's page, sent to each house's booking."""
        name, token, linked = credential
        self.log_in(role)
        self.arrive(linked)
        for form in forms:
            values = {**dict(form.form_values()), "csrf_token": None}
            if token:
                values["access_token"] = token
            for house in self.houses:
                other = house.booking
                path = form.action.replace(f"/{booking.id}/", f"/{other.id}/")
                visit = Visit(role, other, house, name, "POST", path)
                visit.has_token = token == other.access_token
                visit.has_key = linked == other
                self.visit(visit, values)

    def test_it_sees_a_new_route(self):
        """It opens a door for whoever comes, and tells of all doors."""

        class Toy(Controller):
            __module__ = f"{PACKAGE}.controllers.toy"

            @route("/toy/<int:booking_id>", type="http", auth="public")
            def toy(self, booking_id):
                booking = request.env["resource.booking"].sudo().browse(booking_id)
                booking.action_salto_ks_open_door()
                return str(booking.env["salto.ks.lock"].search([]).mapped("name"))

        # A press so soon after another one would be the same press.
        age_openings(self.env["salto.ks.opening"].search([]), hours=1)
        self.addCleanup(self.registry.clear_cache, "routing")
        self.addCleanup(Controller.children_classes[MODULE].remove, Toy)
        self.registry.clear_cache("routing")
        self.visit_all(self.role("stranger"), self.houses[1].booking)
        found = str([one for one, _count in self.findings.values()])
        self.assertIn("OPENS", found)
        self.assertIn("tells what is another company's", found)
