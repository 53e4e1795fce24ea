"""A warm click on Open door, against the bare request to Salto in it."""

import statistics
import time

import requests

from odoo import api
from odoo.service.model import retrying

from odoo.addons.resource_booking_salto_ks.connect.otp import compute_otp
from odoo.addons.resource_booking_salto_ks.connect.transport import utc_now
from odoo.addons.resource_booking_salto_ks.models.opening import opening
from odoo.addons.resource_booking_salto_ks.rules.opening import opening as rules
from odoo.addons.resource_booking_salto_ks.tests import common

from .walk import Walk

TITLE = "Open door"
_ROUNDS = 60


def measure(bench):
    """Yield the tables: each a list of lines, the head first."""
    # Here each click is meant, and none is one too many.
    opening.SAME_CLICK = rules.PER_DOOR.within * 0
    rules.PER_PERSON = rules.PER_DOOR = rules.Limit(10**6, rules.PER_DOOR.within)
    click, patch = _set_up(bench)
    click()
    before = bench.calls()
    times = [(_time(patch), _time(click)) for _round in range(_ROUNDS)]
    calls = bench.calls() - before - _ROUNDS
    bare, whole = (statistics.median(column) for column in zip(*times, strict=True))
    yield [
        (f"median of {_ROUNDS}", "time", "ratio", "calls"),
        ("the bare PATCH", f"{bare * 1000:.0f} ms", "1.0", "1"),
        (
            "a click, with the PATCH in it",
            f"{whole * 1000:.0f} ms",
            f"{whole / bare:.1f}",
            f"{calls / _ROUNDS:g}",
        ),
        ("the click over the PATCH", f"{(whole - bare) * 1000:.0f} ms", "", ""),
    ]
    yield list(_profile(click))


def _profile(click):
    walk = Walk(click)
    yield ("one click", "number")
    yield "files until the PATCH", str(walk.files_before_request)
    yield "files in all", str(len(walk.files))
    yield "transactions besides the request's", str(walk.transactions - 1)
    yield from ((name, "") for name in walk.files)


def _time(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _set_up(bench):
    """A venue with a booking; returns what clicks, and what only sends the PATCH."""
    env = bench.env
    venue = common.create_venue(env)
    site = common.create_integration(env)
    desk = common.create_receptionist(env)
    env.cr.commit()
    common.connect_integration(site, venue)
    booking = common.create_booking(env, venue)
    lock = common.find_lock(site, "Studio 1")
    env.cr.commit()
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {site._client().login().access_token}"
    url = f"{bench.url}/v1.2/sites/{site.site_id}/locks/{lock.lock_id}/locking"

    def click():
        with env.registry.cursor() as cr:
            one = booking.with_env(api.Environment(cr, desk.id, {}))
            retrying(one.action_salto_ks_open_door, one.env)

    def patch():
        otp = compute_otp(common.IQ_SECRET, common.IQ_PIN, utc_now())
        body = {"locked_state": "unlocked", "otp": otp}
        session.patch(url, json=body, timeout=10).raise_for_status()

    return click, patch
