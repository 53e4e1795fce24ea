"""The demo's bookings are around now, whenever the demo is started, and the simulated
building, which forgets everything when it ends, has their access again.

Both is done as a person would do it: logged in, through Odoo's web interface."""

import http.cookiejar
import json
import urllib.error
import urllib.request
from datetime import datetime, timedelta, timezone

from . import places, progress

_FORMAT = "%Y-%m-%d %H:%M:%S"
_SECONDS = 60
# Nobody gets an invitation for a demo.
_SILENT = {"dont_notify": True, "no_mail_to_attendees": True}
_NOW = "demo_booking_now"
_BEGAN = timedelta(minutes=30)
# With less time left, a person who looks around would soon be too late.
_ENOUGH = timedelta(minutes=45)


class Refused(Exception):
    """Odoo said no: somebody changed the demo so far that it cannot be moved."""


class Session:
    """Somebody who is logged in to the demo."""

    def __init__(self, url, database, login, password):
        self._url = url
        jar = http.cookiejar.CookieJar()
        self._http = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPCookieProcessor(jar)
        )
        who = {"db": database, "login": login, "password": password}
        self._post("/web/session/authenticate", who)

    def call(self, model, method, *args, **kwargs):
        what = {"model": model, "method": method, "args": args, "kwargs": kwargs}
        return self._post(f"/web/dataset/call_kw/{model}/{method}", what)

    def _post(self, path, params):
        body = json.dumps({"jsonrpc": "2.0", "params": params}).encode()
        headers = {"Content-Type": "application/json"}
        asked = urllib.request.Request(self._url + path, body, headers)
        try:
            with self._http.open(asked, timeout=_SECONDS) as answer:
                content = json.load(answer)
        except urllib.error.URLError as error:
            raise Refused(str(error)) from error
        if "error" in content:
            raise Refused(content["error"]["data"]["message"])
        return content.get("result")


def refresh(url, database, now=None):
    """Move the demo's bookings so that ``demo_booking_now`` has begun and goes on, and
    have access synchronised."""
    now = now or datetime.now(timezone.utc).replace(tzinfo=None, second=0)
    try:
        odoo = Session(url, database, "admin", "admin")
        _move(odoo, now)
        _synchronize(odoo)
    except Refused as error:
        progress.say(f"  the demo's bookings stay where they are: {error}")


def _move(odoo, now):
    ids = _bookings(odoo)
    rows = odoo.call("resource.booking", "read", [*ids.values()], ["start", "stop"])
    scheduled = {row["id"]: row for row in rows if row["start"]}
    current = scheduled.get(ids.get(_NOW))
    if not current:
        return
    start, stop = (_parse(current[name]) for name in ("start", "stop"))
    if start <= now <= stop - _ENOUGH:
        return
    shift = now - _BEGAN - start
    for booking_id, row in scheduled.items():
        values = {"start": (_parse(row["start"]) + shift).strftime(_FORMAT)}
        odoo.call("resource.booking", "write", booking_id, values, context=_SILENT)
    moved = [*scheduled]
    odoo.call("resource.booking", "action_confirm", moved, context=_SILENT)
    odoo.call("resource.booking", "write", moved, {"stage_id": _stage(odoo)})


def _synchronize(odoo):
    active = [["state", "=", "active"], ["sync_access", "=", True]]
    for site in odoo.call("salto.ks.integration", "search", active):
        odoo.call("salto.ks.integration", "action_sync_access", [site])
    given = odoo.call("salto.ks.access", "search", [["state", "!=", "revoked"]])
    odoo.call("salto.ks.access", "action_synchronize", given)


def _bookings(odoo):
    """{external id: database id} of the demo's bookings that are alive."""
    domain = [["module", "=", places.MODULE], ["model", "=", "resource.booking"]]
    rows = odoo.call("ir.model.data", "search_read", domain, ["name", "res_id"])
    wanted = [["id", "in", [row["res_id"] for row in rows]]]
    alive = odoo.call("resource.booking", "search", wanted)
    return {row["name"]: row["res_id"] for row in rows if row["res_id"] in alive}


def _stage(odoo):
    domain = [["module", "=", places.MODULE], ["name", "=", "stage_confirmed"]]
    return odoo.call("ir.model.data", "search_read", domain, ["res_id"])[0]["res_id"]


def _parse(text):
    return datetime.strptime(text, _FORMAT)
