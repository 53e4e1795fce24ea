"""What a click on Open door costs, against the bare request to Salto in it."""

import time
from statistics import median

import requests

from odoo import SUPERUSER_ID, api
from odoo.service.model import retrying

from odoo.addons.resource_booking_salto_ks.connect import compute_otp
from odoo.addons.resource_booking_salto_ks.connect.clock import utc_now
from odoo.addons.resource_booking_salto_ks.models import opening_command
from odoo.addons.resource_booking_salto_ks.rules import budget
from odoo.addons.resource_booking_salto_ks.tests import common

from . import Table

ROUNDS = 60
LATENCIES_MS = (0, 100)


def run(registry):
    # Each click here is meant.
    opening_command.SAME_CLICK = budget.timedelta()
    no_limit = budget.Limit(10**6, budget.timedelta(minutes=1))
    budget.PER_PERSON = budget.PER_DOOR = no_limit
    with common.simulated_salto() as simulator:
        click, bare = _set_up(registry, simulator)
        table = Table(
            f"A warm click on Open door, median of {ROUNDS}, each after a bare PATCH",
            ["Salto answers in", "bare PATCH", "click", "ratio", "ours", "requests"],
        )
        for latency in LATENCIES_MS:
            simulator.control("settings", {"latency_ms": latency})
            click()
            before = len(simulator.state()["requests"])
            times = [(_time(bare), _time(click)) for _round in range(ROUNDS)]
            requests_made = len(simulator.state()["requests"]) - before
            patch, whole = (median(column) for column in zip(*times, strict=True))
            table.rows.append(
                [
                    f"{latency} ms",
                    f"{patch * 1000:.1f} ms",
                    f"{whole * 1000:.1f} ms",
                    f"{whole / patch:.1f}",
                    f"{(whole - patch) * 1000:.1f} ms",
                    f"{requests_made / ROUNDS - 1:.2f} a click",
                ]
            )
        yield table


def _time(action):
    start = time.perf_counter()
    action()
    return time.perf_counter() - start


def _set_up(registry, simulator):
    """A venue with a booking; returns what clicks, and what only sends the PATCH."""
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        venue = common.create_venue(env)
        integration = common.create_integration(env)
        desk = common.create_receptionist(env, login="bench").id
    with registry.cursor() as cr:
        env = api.Environment(cr, SUPERUSER_ID, {})
        venue = {name: records.with_env(env) for name, records in venue.items()}
        common.connect_integration(integration.with_env(env), venue)
        booking = common.create_booking(env, venue).id
        site_id = integration.with_env(env).site_id
        lock_id = common.find_lock(integration.with_env(env), "Studio 1").lock_id
    session = _session(simulator)
    url = f"{simulator.url}/v1.2/sites/{site_id}/locks/{lock_id}/locking"

    def click():
        with registry.cursor() as cr:
            env = api.Environment(cr, desk, {})
            one = env["resource.booking"].browse(booking)
            retrying(one.action_salto_ks_open_door, env)

    def bare():
        otp = compute_otp(common.IQ_SECRET, common.IQ_PIN, utc_now())
        body = {"locked_state": "unlocked", "otp": otp}
        session.patch(url, json=body, timeout=10).raise_for_status()

    return click, bare


def _session(simulator):
    session = requests.Session()
    answer = session.post(
        f"{simulator.url}/connect/token",
        data={
            "grant_type": "password",
            "username": common.USERNAME,
            "password": common.PASSWORD,
            "scope": "user_api.full_access",
        },
        auth=("demo-client", "demo-secret"),
        timeout=10,
    )
    answer.raise_for_status()
    session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    return session
