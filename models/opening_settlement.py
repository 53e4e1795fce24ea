import logging
from datetime import datetime, timedelta, timezone

from psycopg2 import Error as DatabaseError

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..connect import KsError
from ..rules.settling import EARLY, LATE, PATIENCE, Attempt, Entry, settle
from .durable import StillBusy, durably, exclusively

_logger = logging.getLogger(__name__)

# Long enough for the click's own transaction to end; if it has not, nothing is lost.
FOLLOW_AFTER = timedelta(seconds=30)
# What Salto's log does not tell by then, it will not tell any more.
ASK_FOR = timedelta(days=30)
# More happens at no site in the time that unknown openings wait for.
MOST_ENTRIES = 2000


class SaltoKsOpening(models.Model):
    """What is still open about openings is settled here. Nothing is ever sent."""

    _inherit = "salto.ks.opening"

    @api.model
    def _cron_resolve_openings(self):
        """Settle dead claims and unknown results, and have bookings follow them."""
        self = self.sudo()
        self._settle_dead_claims()
        since = fields.Datetime.now() - ASK_FOR
        for integration in self._sites_with_unknown(since):
            try:
                self._follow(self._settle_unknown(integration, since))
            except (KsError, UserError) as error:
                # The contact has kept it; the next run asks again.
                _logger.info("Salto KS: openings stay unknown: %s", error)
        self._follow(self._left_behind())

    def _settle_soon(self):
        """Look for the entry in a moment, and once more when it must be there."""
        now = fields.Datetime.now()
        later = now + PATIENCE + timedelta(minutes=1)
        self.env.ref("resource_booking_salto_ks.cron_resolve_openings")._trigger(
            at=[now + timedelta(seconds=45), later]
        )

    def _settle_dead_claims(self):
        for claim in self.search([("state", "=", "claimed")]):
            booking, lock = claim.booking_id, claim.lock_id
            try:
                with exclusively(self.env, self._name, booking.id, lock.id, patience=0):
                    self._close_dead_claims(booking, lock)
            except StillBusy:
                continue

    # -- what Salto's log says

    def _sites_with_unknown(self, since):
        """Active sites with openings to settle, as of this moment."""
        with durably(self) as openings:
            unknown = openings.search(
                [("state", "=", "unknown"), ("requested_at", ">", since)]
            )
            sites = unknown.lock_id.integration_id
            ids = sites.filtered(lambda one: one.state == "active").ids
        return self.env["salto.ks.integration"].browse(ids)

    def _settle_unknown(self, integration, since):
        """Settle the unknown openings of a site from the entries that Salto keeps.

        :param since: naive UTC; older openings stay as they are
        :returns: ids of those that are settled
        :raises KsError, UserError: the entries cannot be read now
        """
        with durably(self) as openings:
            unknown = openings.search(
                [
                    ("state", "=", "unknown"),
                    ("requested_at", ">", since),
                    ("lock_id.integration_id", "=", integration.id),
                ]
            )
            if not unknown:
                return []
            read_from = min(unknown.mapped("requested_at")) - LATE - EARLY
            opened = openings.search(
                [
                    ("state", "=", "opened"),
                    ("requested_at", ">=", read_from),
                    ("lock_id", "in", unknown.lock_id.ids),
                ]
            )
            attempts = [one._as_attempt() for one in unknown + opened]
        entries, read_from = self._read_entries(integration, _aware(read_from))
        now = _aware(fields.Datetime.now())
        settled = settle(now, attempts, entries, read_from)
        for id_, entry in settled.items():
            self._record_settlement(id_, entry)
        return list(settled)

    def _as_attempt(self):
        self.ensure_one()
        return Attempt(
            self.id,
            self.lock_id.lock_id,
            _aware(self.requested_at),
            _aware(self.answered_at) if self.state == "opened" else None,
        )

    @api.model
    def _read_entries(self, integration, since):
        """Remote openings by our own account, with times by our own clock.

        :returns: (entries, the aware moment from which on they are complete)
        """
        site_id = integration._require_site()

        def question(client):
            me = client.me(site_id)["user"]["id"]
            skew = client.skew or timedelta()
            items = client.entries(site_id, since=since + skew, limit=MOST_ENTRIES)
            return me, skew, list(items)

        me, skew, items = integration._call(question)
        if len(items) == MOST_ENTRIES:
            since = _vendor_time(items[-1]) - skew
        entries = [
            Entry(item["id"], item["lock_id"], _vendor_time(item) - skew)
            for item in items
            if item.get("event_category") == "lock_opened"
            and item.get("access_by") == "remote"
            and item.get("user_id") == me
        ]
        return entries, since

    def _record_settlement(self, id_, entry):
        """Turn one unknown opening into what Salto's log says.

        :param entry: rules.settling.Entry, or None where the door stayed closed
        """
        with durably(self) as openings:
            opening = openings.browse(id_).exists()
            if opening.state != "unknown":
                return
            if not entry:
                reason = self.env._(
                    "Salto's log shows no opening at that time: the door stayed closed."
                )
                vals = {"state": "refused", "reason": reason}
            else:
                vals = {
                    "state": "opened",
                    "reason": self.env._("Salto's log shows that it opened."),
                    "entry_id": entry.id,
                    "answered_at": entry.at.astimezone(timezone.utc).replace(
                        tzinfo=None
                    ),
                }
            opening.write({**vals, "followed": False})

    # -- bookings follow, even if the click's own transaction was lost

    def _left_behind(self):
        """Ids of openings that no booking is known to have followed."""
        with durably(self) as openings:
            return openings.search(
                [
                    ("followed", "=", False),
                    ("state", "!=", "claimed"),
                    ("answered_at", "<", fields.Datetime.now() - FOLLOW_AFTER),
                ],
                order="answered_at, id",
            ).ids

    def _follow(self, ids):
        """Have bookings follow these openings, each in a transaction of its own."""
        for id_ in ids:
            try:
                with durably(self) as openings:
                    openings.browse(id_)._follow_result()
            except DatabaseError as error:
                # Somebody is working on the booking: the next run finds it done, or
                # does it.
                _logger.info("Salto KS: opening %s not followed yet: %s", id_, error)

    def _follow_result(self):
        self.ensure_one()
        self.followed = True
        if self.booking_id and self.lock_id:
            self.booking_id._salto_ks_follow(
                self.lock_id, self._outcome(), self.partner_id
            )
        self.env.flush_all()


def _aware(moment):
    return moment.replace(tzinfo=timezone.utc)


def _vendor_time(item):
    """When an entry happened, by Salto's clock; whole seconds or finer, in UTC."""
    moment = datetime.fromisoformat(item["utc_date_time"].replace("Z", "+00:00"))
    return moment if moment.tzinfo else _aware(moment)
