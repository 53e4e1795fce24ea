"""The portal page of a booking as a guest's browser has it, without a script."""

from lxml import html

from odoo import Command

from ..common import SaltoCaseMixin

DOORS = "//*[@id='salto_ks_doors']"


class GuestPage:
    """An answer of the portal, read as a person reads it."""

    def __init__(self, answer):
        self.answer = answer
        self.root = html.fromstring(answer.text)

    @property
    def doors(self):
        return self.root.xpath(DOORS)

    @property
    def text(self):
        return " ".join(" ".join(one.text_content() for one in self.doors).split())

    @property
    def outcome(self):
        """The state that the page's answer to the last press has, or None."""
        return next(iter(self.root.xpath(f"{DOORS}//@data-state")), None)

    @property
    def look(self):
        return self.root.xpath(f"{DOORS}//*[@data-state]/@class")[0]

    @property
    def controls(self):
        """{what stands on it: its form} of all that can be pressed."""
        return {
            form.find_class("o_salto_ks_idle")[0].text: form
            for form in self.root.xpath(f"{DOORS}//form")
        }


class GuestCaseMixin(SaltoCaseMixin):
    """For HttpCase: guests may open, and one of them has a login."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.integration.guest_opening = True
        cls.integration.guest_phone = "+31 20 555 01 00"
        cls.guest = cls.create_guest("guest", cls.venue["guest"])
        cls.stranger = cls.create_guest("stranger")

    @classmethod
    def create_guest(cls, login, partner=None):
        return cls.env["res.users"].create(
            {
                "login": login,
                "password": login,
                "group_ids": [Command.set(cls.env.ref("base.group_portal").ids)],
                **({"partner_id": partner.id} if partner else {"name": login}),
            }
        )

    def link(self, booking=None):
        """The link that opens the doors, as a receptionist makes it."""
        return self.as_receptionist(booking).get_portal_url()

    def page(self, url=None):
        return GuestPage(self.url_open(url or self.link()))

    def press(self, page=None, name="Open Studio 1", follow=True, **changed):
        """Press a control of a page; ``changed``: what the browser sends instead."""
        form = (page or self.page()).controls[name]
        return GuestPage(
            self.url_open(
                form.action,
                data={**dict(form.form_values()), **changed},
                allow_redirects=follow,
            )
        )

    def openings(self, booking=None):
        return self.env["salto.ks.opening"].search(
            [("booking_id", "=", (booking or self.booking).id)]
        )
