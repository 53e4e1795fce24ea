"""A warm click on Open door, against the bare request to Salto in it."""

import statistics
import sys
import time
from pathlib import Path

import requests

from odoo import api
from odoo.orm.registry import Registry
from odoo.service.model import retrying

from odoo.addons.resource_booking_salto_ks.connect import compute_otp
from odoo.addons.resource_booking_salto_ks.connect.clock import utc_now
from odoo.addons.resource_booking_salto_ks.models.opening import opening
from odoo.addons.resource_booking_salto_ks.rules.opening import budget
from odoo.addons.resource_booking_salto_ks.tests import common

TITLE = "Open door"
_ROUNDS = 60
_ADDON = Path(common.__file__).resolve().parents[1]
# What is no part of the addon, although it lies beside it.
_ELSEWHERE = ("dev", "tests", "simulator")


def measure(bench):
    """Yield the tables: each a list of lines, the head first."""
    # Here each click is meant, and none is one too many.
    opening.SAME_CLICK = budget.PER_DOOR.within * 0
    budget.PER_PERSON = budget.PER_DOOR = budget.Limit(10**6, budget.PER_DOOR.within)
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
    yield _profile(click)


def _profile(click):
    """Which files of the addon one click enters, and its own transactions."""
    files, sent_after, cursors = {}, None, 0

    def note(frame, event, _argument):
        nonlocal sent_after, cursors
        code = frame.f_code
        if event != "call":
            return
        if code is Registry.cursor.__code__:
            cursors += 1
        elif code is requests.Session.send.__code__:
            sent_after = len(files)
        elif code.co_filename not in others:
            path = Path(code.co_filename).resolve()
            if path.is_relative_to(_ADDON):
                path = path.relative_to(_ADDON)
                if path.parts[0] not in _ELSEWHERE:
                    files[str(path)] = None
                    return
            others.add(code.co_filename)

    others = set()
    sys.setprofile(note)
    try:
        click()
    finally:
        sys.setprofile(None)
    names = list(files)
    return [
        ("one click", "number"),
        ("files entered until the PATCH", str(sent_after)),
        ("files entered in all", str(len(names))),
        ("transactions of its own", str(cursors - 1)),
        *((f"  {name}", "") for name in names),
    ]


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
