"""Access groups: calls a booking, many at once, and passes in which nothing changed."""

import statistics
import time
from datetime import datetime, timedelta

from odoo.tools import SQL

from odoo.addons.resource_booking_salto_ks.tests.odoo_process import OdooProcess

from .walk import Walk

TITLE = "Access groups"
_AT_ONCE = 60
_CONNECTIONS = (1, 2, 4, 8)
_UNCHANGED = (1_000, 10_000, 100_000)
_PASSES = 5
_CANCELS = 9
_PATIENCE_SECONDS = 240
_WRITTEN = (
    "resource_booking",
    "salto_ks_access",
    "salto_ks_access_note",
    "salto_ks_site_status",
    "salto_ks_user",
)


def measure(bench):
    """Yield the tables: each a list of lines, the head first."""
    venue = Venue(bench.env)
    # What earlier benchmarks left to be done is not ours.
    venue.sync()
    yield list(_calls_of_a_booking(bench, venue))
    yield list(_profile(venue))
    yield list(_serial_and_parallel(bench, venue))
    yield list(_from_cancel(bench, venue))
    yield list(_unchanged(bench, venue))


class Venue:
    """A site, rooms with a door each, and guests; the smallest that will do."""

    def __init__(self, env):
        self.env = env(
            context={
                "tracking_disable": True,
                "mail_create_nosubscribe": True,
                "dont_notify": True,
                "no_mail_to_attendees": True,
            }
        )
        self.site = self._connect()
        self.rooms = self._make_rooms()
        self.type = self._make_type()
        self.env.cr.commit()

    def _connect(self):
        site = self.env["salto.ks.integration"].create(
            {
                "name": "Studio House",
                "site_uid": "NL6254340082",
                "username": "service@studio.example",
                "password": "demo-password",
                "brake_share": 100,
            }
        )
        self.env.cr.commit()
        site.action_resolve_site_id()
        site.action_get_iqs()
        site.action_get_locks()
        stages = self.env["resource.booking.stage"].search(
            [("booking_state", "in", ("scheduled", "confirmed"))]
        )
        site.write({"access_stage_ids": stages.ids, "state": "active"})
        site._refresh_from_salto()
        return site

    def _make_rooms(self):
        self.calendar = self.env["resource.calendar"].create(
            {
                "name": "Day and night",
                "tz": "UTC",
                "attendance_ids": [(5,)]
                + [
                    (0, 0, {"name": "Day", "dayofweek": str(day), "hour_to": 24})
                    for day in range(7)
                ],
            }
        )
        locks = self.site.lock_ids.filtered("salto_iq_id")[:20]
        rooms = self.env["resource.resource"].create(
            [
                {
                    "name": lock.name,
                    "resource_type": "material",
                    "calendar_id": self.calendar.id,
                    "tz": "UTC",
                }
                for lock in locks
            ]
        )
        self.env["salto.ks.mapping"].create(
            [
                {
                    "integration_id": self.site.id,
                    "resource_id": room.id,
                    "lock_ids": lock.ids,
                }
                for room, lock in zip(rooms, locks, strict=True)
            ]
        )
        return self.env["resource.booking.combination"].create(
            [{"resource_ids": room.ids} for room in rooms]
        )

    def _make_type(self):
        return self.env["resource.booking.type"].create(
            {
                "name": "Session",
                "duration": 1,
                "resource_calendar_id": self.calendar.id,
                "combination_rel_ids": [
                    (0, 0, {"combination_id": room.id}) for room in self.rooms
                ],
            }
        )

    def guests(self, number):
        """New contacts, whom Salto does not know yet."""
        stamp = time.monotonic_ns()
        return self.env["res.partner"].create(
            [
                {"name": f"Guest {n}", "email": f"guest-{stamp}-{n}@guest.example"}
                for n in range(number)
            ]
        )

    def book(self, number, guests):
        """So many bookings, three hours apart in each room, from tomorrow on."""
        tomorrow = datetime.now().replace(microsecond=0) + timedelta(days=1)
        return self.env["resource.booking"].create(
            [
                {
                    "type_id": self.type.id,
                    "combination_auto_assign": False,
                    "combination_id": self.rooms[n % len(self.rooms)].id,
                    "partner_ids": guests.ids,
                    "duration": 1,
                    "start": tomorrow + timedelta(hours=3) * (n // len(self.rooms)),
                }
                for n in range(number)
            ]
        )

    def sync(self):
        self.env.cr.commit()
        self.site._cron_sync_access()
        self.env.cr.commit()
        self.env.invalidate_all()


def _calls_of_a_booking(bench, venue):
    yield ("one booking", "calls", "seconds")
    known = venue.guests(1)
    booking = venue.book(1, known)
    yield _line(bench, venue, "new, with a new person")
    booking.action_cancel()
    yield _line(bench, venue, "cancelled")
    booking = venue.book(1, known)
    yield _line(bench, venue, "new, with a known person")
    booking.access_token = False
    venue.site._note_all_bookings()
    yield _line(bench, venue, "unchanged")
    booking.duration = 2
    yield _line(bench, venue, "extended")
    booking.combination_id = venue.rooms[1]
    yield _line(bench, venue, "moved to another room")
    booking.partner_ids |= venue.guests(2)
    yield _line(bench, venue, "two more persons, both new")
    booking.unlink()
    yield _line(bench, venue, "deleted")


def _line(bench, venue, what):
    seconds, calls = bench.measured(venue.sync)
    return what, str(calls), f"{seconds:.2f}"


def _profile(venue):
    booking = venue.book(1, venue.guests(1))
    walk = Walk(venue.sync)
    yield ("one booking granted, with a new person", "number")
    yield "files until the last call", str(walk.files_before_request)
    yield "files in all", str(len(walk.files))
    yield "transactions", str(walk.transactions)
    booking.unlink()
    venue.sync()


def _serial_and_parallel(bench, venue):
    yield (f"{_AT_ONCE} new bookings", "calls", "seconds", "times as fast")
    guests = venue.guests(3)
    serial = None
    for connections in _CONNECTIONS:
        venue.site.connections = connections
        bookings = venue.book(_AT_ONCE, guests)
        seconds, calls = bench.measured(venue.sync)
        serial = serial or seconds
        what = f"{connections} at a time" if connections > 1 else "one at a time"
        yield what, str(calls), f"{seconds:.2f}", f"{serial / seconds:.1f}"
        bookings.unlink()
        venue.sync()


def _from_cancel(bench, venue):
    """A real Odoo with a worker for scheduled actions, from a click to Salto."""
    yield (f"{_CANCELS} times", "median", "longest")
    guests = venue.guests(1)
    odoo = OdooProcess(venue.env.cr.dbname, workers=0, crons=1)
    try:
        seconds = [_time_of_cancel(bench, venue, guests) for _n in range(_CANCELS)]
    finally:
        odoo.stop()
    middle, longest = statistics.median(seconds), max(seconds)
    yield "from Cancel to the group gone", f"{middle:.2f} s", f"{longest:.2f} s"


def _time_of_cancel(bench, venue, guests):
    booking = venue.book(1, guests)
    venue.env.cr.commit()
    _wait_for_group(bench, booking.id, there=True)
    started = time.monotonic()
    booking.action_cancel()
    venue.env.cr.commit()
    _wait_for_group(bench, booking.id, there=False)
    return time.monotonic() - started


def _wait_for_group(bench, booking_id, *, there):
    name = f"Odoo_{booking_id}"
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        groups = bench.control("state")["access_groups"]
        if there == any(one["customer_reference"] == name for one in groups):
            return
        time.sleep(0.01)
    raise TimeoutError(f"Nothing became of {name}.")


def _unchanged(bench, venue):
    yield ("bookings, unchanged", "calls", "writes", "milliseconds a pass")
    for number in _UNCHANGED:
        with_access = _fill_up(venue, number)
        since = _transaction(venue.env)
        seconds, calls = [], 0
        for _number in range(_PASSES):
            took, asked = bench.measured(venue.sync)
            seconds.append(took)
            calls += asked
        writes = _writes(venue.env, since)
        middle = statistics.median(seconds) * 1000
        yield f"{with_access:,}", str(calls), str(writes), f"{middle:.0f}"


def _fill_up(venue, number):
    """Bookings with access, made in the database itself; returns how many there are."""
    cr = venue.env.cr
    cr.execute("SELECT count(*) FROM salto_ks_access WHERE state = 'granted'")
    missing = number - cr.fetchone()[0]
    cr.execute(
        """
        WITH booking AS (
            INSERT INTO resource_booking
                (active, name, type_id, combination_id, state, stage_id, start, stop,
                 duration, create_uid, write_uid)
            SELECT TRUE, 'Session ' || n, %(type)s, %(room)s, 'scheduled', %(stage)s,
                   now() + n * interval '6 seconds',
                   now() + n * interval '6 seconds' + interval '1 hour', 1, 1, 1
              FROM generate_series(1, %(missing)s) AS n
            RETURNING id, start, stop
        )
        INSERT INTO salto_ks_access
            (booking_id, booking_ref, integration_id, company_id, name, state,
             is_removal, starts_at, ends_at, group_uuid, next_try, version)
        SELECT id, id, %(site)s, %(company)s, 'Odoo_' || id, 'granted', FALSE,
               start, stop, 'group-' || id, stop, 1
          FROM booking
        """,
        {
            "type": venue.type.id,
            "room": venue.rooms[0].id,
            "stage": venue.site.access_stage_ids[0].id,
            "missing": missing,
            "site": venue.site.id,
            "company": venue.site.company_id.id,
        },
    )
    cr.commit()
    cr.execute("ANALYZE salto_ks_access")
    cr.commit()
    return number


def _transaction(env):
    """The number of the transaction that is under way."""
    env.cr.execute("SELECT txid_current()")
    (number,) = env.cr.fetchone()
    env.cr.commit()
    return number


def _writes(env, since):
    """How many rows of bookings and access were written after a transaction."""
    written = 0
    for table in _WRITTEN:
        env.cr.execute(
            SQL(
                "SELECT count(*) FROM %s WHERE xmin::text::bigint > %s",
                SQL.identifier(table),
                since,
            )
        )
        written += env.cr.fetchone()[0]
    env.cr.commit()
    return written
