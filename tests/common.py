"""A small venue on the simulator's standing site, for all tests."""

import os
from contextlib import contextmanager
from datetime import timedelta
from unittest.mock import patch

from odoo import Command, fields

from odoo.addons.bus.models.bus import dispatch

from ..tools import evidence
from .simulator_process import SimulatorProcess

SITE_UID = "NL6254340082"
UNTOUCHED_SITE_UID = "NL6254340083"
USERNAME = "service@studio.example"
PLAIN_USERNAME = "plain@studio.example"
PASSWORD = "demo-password"
# The simulator's standing IQ, as its owner would find it in a password safe.
IQ_NAME = "IQ 01 Ground floor"
IQ_SECRET = "q7Kd02LmXz5RtB9w"
IQ_PIN = "4711"
# Salto has nothing of this id.
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"


@contextmanager
def simulated_salto():
    """A simulator, to which the acceptance environment's settings point."""
    simulator = SimulatorProcess()
    settings = {
        "SALTO_KS_ACCEPTANCE_CLIENT_ID": "demo-client",
        "SALTO_KS_ACCEPTANCE_CLIENT_SECRET": "demo-secret",
        "SALTO_KS_ACCEPTANCE_IDENTITY_URL": simulator.url,
        "SALTO_KS_ACCEPTANCE_API_URL": simulator.url,
    }
    try:
        with patch.dict(os.environ, settings):
            yield simulator
    finally:
        simulator.stop()


def create_venue(env):
    """Resources, types and people; returns a plain dict of records."""
    calendar = env["resource.calendar"].create(
        {
            "name": "Day and night",
            "tz": "UTC",
            "attendance_ids": [Command.clear()]
            + [
                Command.create(
                    {
                        "name": f"Day {day}",
                        "dayofweek": str(day),
                        "hour_from": 0,
                        "hour_to": 24,
                        "day_period": "morning",
                    }
                )
                for day in range(7)
            ],
        }
    )
    studios = env["resource.resource"].create(
        [
            {
                "name": f"Studio {number}",
                "resource_type": "material",
                "calendar_id": calendar.id,
                "tz": "UTC",
            }
            for number in (1, 2, 3)
        ]
    )
    combinations = env["resource.booking.combination"].create(
        [{"resource_ids": [Command.set(studio.ids)]} for studio in studios]
    )
    booking_type = env["resource.booking.type"].create(
        {
            "name": "Studio session",
            "duration": 2,
            "modifications_deadline": 0,
            "resource_calendar_id": calendar.id,
            "combination_rel_ids": [
                Command.create({"combination_id": one.id}) for one in combinations
            ],
        }
    )
    return {
        "calendar": calendar,
        "studios": studios,
        "combinations": combinations,
        "type": booking_type,
        "guest": env["res.partner"].create(
            {"name": "Maya Jansen", "email": "maya@guest.example"}
        ),
    }


def create_booking(env, venue, studio=0, start_in=timedelta(minutes=-30), **values):
    """A confirmed booking of one studio, two hours long.

    :param start_in: timedelta from now to its start
    """
    start = fields.Datetime.now().replace(second=0) + start_in
    booking = (
        env["resource.booking"]
        .with_context(dont_notify=True, no_mail_to_attendees=True)
        .create(
            {
                "name": "Session",
                "type_id": venue["type"].id,
                "combination_auto_assign": False,
                "combination_id": venue["combinations"][studio].id,
                "partner_ids": [Command.set(venue["guest"].ids)],
                "duration": 2,
                "start": start,
                **values,
            }
        )
    )
    booking.action_confirm()
    return booking.with_context(dont_notify=False)


def create_integration(env, **values):
    """A site that is known by name and account, and not yet connected."""
    return env["salto.ks.integration"].create(
        {
            "name": "Studio House",
            "site_uid": SITE_UID,
            "username": USERNAME,
            "password": PASSWORD,
            **values,
        }
    )


def connect_integration(integration, venue):
    """Connect the site for real, with its first IQ activated, and switch it on."""
    env = integration.env
    integration.action_resolve_site_id()
    integration.action_get_iqs()
    integration.action_get_locks()
    iq = find_iq(integration)
    vault = env["salto.ks.vault"].sudo()
    vault._put("iq_secret", iq, IQ_SECRET)
    vault._put("iq_pin", iq, IQ_PIN)
    iq.activation_state = "activated"
    for studio in venue["studios"][:2]:
        env["salto.ks.mapping"].create(
            {
                "integration_id": integration.id,
                "resource_id": studio.id,
                "lock_ids": [Command.set(find_lock(integration, studio.name).ids)],
            }
        )
    integration.action_activate()


def find_iq(integration):
    return integration.iq_ids.filtered(lambda iq: iq.name == IQ_NAME)


def find_lock(integration, name):
    return integration.lock_ids.filtered(lambda lock: lock.name == name)


def renumber_lock(lock, lock_id):
    """As if Salto had never heard of a lock's id: nobody can change it in Odoo."""
    lock.flush_recordset()
    lock.env.cr.execute(
        "UPDATE salto_ks_lock SET lock_id = %s WHERE id = %s", [lock_id, lock.id]
    )
    lock.invalidate_recordset()


def delete_openings(env):
    """As only a test may: the database refuses it otherwise."""
    with evidence.unlocked(env):
        env["salto.ks.opening"].search([]).unlink()


def age_openings(openings, **period):
    """As if they had been so long ago."""
    with evidence.unlocked(openings.env):
        for opening in openings:
            opening.requested_at -= timedelta(**period)
            if opening.answered_at:
                opening.answered_at -= timedelta(**period)


def create_receptionist(env, login="desk"):
    return env["res.users"].create(
        {
            "name": "Robin Desk",
            "login": login,
            "password": login,
            "group_ids": [
                Command.set(
                    [
                        env.ref("base.group_user").id,
                        env.ref("resource_booking_salto_ks.group_salto_ks_user").id,
                    ]
                )
            ],
        }
    )


class SaltoCaseMixin:
    """For TransactionCase and HttpCase: venue, simulator, active site, one booking."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = cls.enterClassContext(simulated_salto())
        if not cls._registry_patched:
            cls.registry_enter_test_mode_cls()
        cls.venue = create_venue(cls.env)
        cls.integration = create_integration(cls.env)
        connect_integration(cls.integration, cls.venue)
        cls.iq = find_iq(cls.integration)
        cls.lock = find_lock(cls.integration, "Studio 1")
        cls.receptionist = create_receptionist(cls.env)
        cls.booking = create_booking(cls.env, cls.venue)

    def setUp(self):
        super().setUp()
        self.simulator.reset()
        # The simulator forgot the tokens that it gave.
        self.env["salto.ks.vault"].sudo()._put("token", self.integration, None)

    @contextmanager
    def browser_waits(self):
        """Hold the browser's requests: all of them share the test's connection."""
        with self.registry.cursor():
            yield

    def tell_browsers(self):
        """Send what the bus has: nothing is ever committed here, which would do it."""
        self.env.flush_all()
        self.env.cr.precommit.run()
        for sockets in [*dispatch._channels_to_ws.values()]:
            for socket in [*sockets]:
                socket.trigger_notification_dispatching()

    def as_receptionist(self, booking=None):
        return (self.booking if booking is None else booking).with_user(
            self.receptionist
        )


class UntouchedSiteMixin(SaltoCaseMixin):
    """Besides, the untouched site, with one of its IQs about to be activated."""

    @classmethod
    def harbour_company(cls):
        """Whose the untouched site is; for good."""
        return cls.env.company

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.harbour = create_integration(
            cls.env,
            name="Harbour Rooms",
            site_uid=UNTOUCHED_SITE_UID,
            company_id=cls.harbour_company().id,
        )
        cls.harbour.action_resolve_site_id()
        cls.harbour.action_get_iqs()
        cls.new_iq = cls.harbour.iq_ids[0]
