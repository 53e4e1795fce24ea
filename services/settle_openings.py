"""What is still open about openings is settled here. Nothing is ever sent."""

import logging
from datetime import timedelta, timezone

from psycopg2 import Error as DatabaseError

from odoo import fields
from odoo.exceptions import UserError

from ..connect import KsError
from ..connect.client import entry_time
from ..rules.opening.settling import LATE, Attempt, Entry, settle
from ..rules.times.moments import aware
from ..tools.transactions import StillBusy, advisory_lock, own_transaction

_logger = logging.getLogger(__name__)

# Long enough for the click's own transaction to end; if it has not, nothing is lost.
FOLLOW_AFTER = timedelta(seconds=30)
# A booking that refuses to follow for so long will not do so any more.
FOLLOW_UNTIL = timedelta(days=1)
# What Salto's log does not tell by then, it will not tell any more.
ASK_FOR = timedelta(days=30)
# Unknown openings further apart than this are looked up one after the other.
APART = timedelta(minutes=10)
# More does not happen at a site in the time around a few openings.
MOST_ENTRIES = 2000


class OpeningSettlement:
    """Settles dead claims and unknown results, and has bookings follow them.

    :param openings: salto.ks.opening, empty, as superuser
    """

    def __init__(self, openings):
        self._openings = openings
        self._env = openings.env

    def run(self):
        self._settle_dead_claims()
        since = fields.Datetime.now() - ASK_FOR
        for site in self._sites_with_unknown(since):
            try:
                self._follow(self._settle_unknown(site, since))
            except (KsError, UserError, DatabaseError) as error:
                # The contact has kept what Salto said; the next run asks again.
                _logger.info("Salto KS: openings stay unknown: %s", error)
        self._follow(self._left_behind())

    def _settle_dead_claims(self):
        for claim in self._openings.search([("state", "=", "claimed")]):
            booking, lock = claim.booking_id, claim.lock_id
            key = (claim._name, booking.id, lock.id)
            try:
                with (
                    advisory_lock(self._env, *key, patience=0),
                    own_transaction(self._openings) as openings,
                ):
                    openings._close_dead_claims(booking, lock)
            except StillBusy:
                continue

    # -- what Salto's log says

    def _sites_with_unknown(self, since):
        """Active sites with openings to settle, as of this moment, but those that
        asked us to wait."""
        with own_transaction(self._openings) as openings:
            unknown = openings.search(
                [("state", "=", "unknown"), ("requested_at", ">", since)]
            )
            now = aware(fields.Datetime.now())
            ids = [
                site.id
                for site in unknown.lock_id.integration_id
                if site.state == "active" and (site._paused_until() or now) <= now
            ]
        return self._env["salto.ks.integration"].browse(ids)

    def _settle_unknown(self, site, since):
        """Settle the unknown openings of a site from the entries that Salto keeps.

        :param since: naive UTC; older openings stay as they are
        :returns: ids of those that are settled
        :raises KsError, UserError: the entries cannot be read now
        """
        settled = []
        for attempts in self._load_attempts(site, since):
            entries, complete_until = self._read_entries(site, attempts)
            now = aware(fields.Datetime.now())
            found = settle(now, attempts, entries, complete_until)
            for id_, entry in found.items():
                self._record_settlement(id_, entry)
            settled += found
        return settled

    def _load_attempts(self, site, since):
        """Unknown openings and those of the same time that are known to have opened:
        lists of rules.settling.Attempt, each of one stretch of time."""
        with own_transaction(self._openings) as openings:
            here = [("lock_id.integration_id", "=", site.id)]
            unknown = openings.search(
                [*here, ("state", "=", "unknown"), ("requested_at", ">", since)],
                order="requested_at, id",
            )
            stretches = []
            for opening in unknown:
                if (
                    not stretches
                    or opening.requested_at - stretches[-1][-1].requested_at > APART
                ):
                    stretches.append(openings.browse())
                stretches[-1] |= opening
            return [
                [
                    _attempt(one)
                    for one in stretch + _find_opened_meanwhile(stretch, here)
                ]
                for stretch in stretches
            ]

    def _read_entries(self, site, attempts):
        """Remote openings by our own account around these attempts, by our own clock,
        but those that explain another opening already.

        :returns: (entries, the aware moment up to which none is missing)
        """
        site_uuid = site._require_site()
        first = min(attempt.at for attempt in attempts) - LATE
        last = max(attempt.last for attempt in attempts)

        def question(client):
            me = client.me(site_uuid)["user"]["id"]
            skew = client.skew or timedelta()
            items = client.entries(
                site_uuid, since=first + skew, until=last + skew, limit=MOST_ENTRIES
            )
            return me, skew, list(items)

        me, skew, items = site._call(question)
        complete_until = last
        if len(items) == MOST_ENTRIES:
            complete_until = entry_time(items[-1]) - skew
        with own_transaction(self._openings) as openings:
            ids = [item["id"] for item in items]
            taken = openings.search([("entry_id", "in", ids)]).mapped("entry_id")
        entries = [
            Entry(item["id"], item["lock_id"], entry_time(item) - skew)
            for item in items
            if item.get("event_category") == "lock_opened"
            and item.get("access_by") == "remote"
            and item.get("user_id") == me
            and item["id"] not in taken
        ]
        return entries, complete_until

    def _record_settlement(self, id_, entry):
        """Turn one unknown opening into what Salto's log says.

        :param entry: rules.settling.Entry, or None where the door stayed closed
        """
        with own_transaction(self._openings) as openings:
            opening = openings.browse(id_).exists()
            if opening.state != "unknown":
                return
            if not entry:
                reason = self._env._(
                    "Salto's log shows no opening at that time: the door stayed closed."
                )
                vals = {"state": "refused", "reason": reason}
            else:
                vals = {
                    "state": "opened",
                    "reason": self._env._("Salto's log shows that it opened."),
                    "entry_id": entry.id,
                    "answered_at": entry.at.astimezone(timezone.utc).replace(
                        tzinfo=None
                    ),
                }
            opening.write({**vals, "followed": False})

    # -- bookings follow, even if the click's own transaction was lost

    def _left_behind(self):
        """Ids of openings that no booking is known to have followed."""
        now = fields.Datetime.now()
        with own_transaction(self._openings) as openings:
            return openings.search(
                [
                    ("followed", "=", False),
                    ("state", "!=", "claimed"),
                    ("answered_at", "<", now - FOLLOW_AFTER),
                    # Not answered_at: what is settled late happened long ago.
                    ("write_date", ">", now - FOLLOW_UNTIL),
                ],
                order="answered_at, id",
            ).ids

    def _follow(self, ids):
        """Have bookings follow these openings, each in a transaction of its own."""
        for id_ in ids:
            try:
                with own_transaction(self._openings) as openings:
                    openings.browse(id_)._follow_result()
            except DatabaseError as error:
                # Somebody is working on the booking: the next run finds it done, or
                # does it.
                _logger.info("Salto KS: opening %s not followed yet: %s", id_, error)
            except Exception:
                # Somebody's own rules about bookings may object. They stop no other.
                _logger.warning(
                    "Salto KS: booking does not follow opening %s", id_, exc_info=True
                )


def _find_opened_meanwhile(unknown, here):
    """Openings near these whose entries still are to be told apart from theirs."""
    times = unknown.mapped("requested_at")
    return unknown.search(
        [
            *here,
            ("state", "=", "opened"),
            ("entry_id", "=", False),
            ("requested_at", ">=", min(times) - LATE),
            ("requested_at", "<=", max(times) + LATE),
            ("lock_id", "in", unknown.lock_id.ids),
        ]
    )


def _attempt(opening):
    return Attempt(
        opening.id,
        opening.lock_id.lock_id,
        aware(opening.requested_at),
        aware(opening.answered_at) if opening.state == "opened" else None,
    )
