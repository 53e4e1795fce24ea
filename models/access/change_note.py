import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...tools.transactions import retried

_logger = logging.getLogger(__name__)

# How many notes are settled in one transaction.
AT_ONCE = 200


class SaltoKsAccessNote(models.Model):
    """A note that the access of a booking wants a look.

    Whoever changes something that access depends on leaves a note, in the same
    transaction. Notes are only ever added by them, so they never make anybody wait and
    collide with nothing; the next pass collects them.
    """

    _name = "salto.ks.access.note"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS access to look at"
    _all_kept = True
    _log_access = False

    booking_ref = fields.Integer(
        required=True, help="Not a reference: the booking may be gone by then."
    )

    @api.model
    def _note_bookings(self, booking_ids):
        """Have the access of these bookings looked at, as soon as this is committed."""
        if not booking_ids or not self.env["salto.ks.integration"]._reached_sites():
            return
        self.sudo().create([{"booking_ref": one} for one in set(booking_ids)])
        self.env.ref("resource_booking_salto_ks.cron_sync_access")._trigger()

    @api.model
    def _note_upcoming(self, domain):
        """As ``_note_bookings``, for bookings that match ``domain`` and let people in,
        now or later: that is so until the longest grace after their end."""
        sites = self.env["salto.ks.integration"]._reached_sites()
        if not sites:
            return
        grace = timedelta(minutes=max(sites.mapped("grace_after")))
        over = fields.Datetime.now() - grace
        bookings = self.env["resource.booking"].sudo()
        upcoming = Domain("stop", ">", over) & Domain(domain)
        self._note_bookings(bookings.search(upcoming).ids)

    @api.model
    def _process_notes(self, without=()):
        """Turn all notes into access that is due. In transactions of its own.

        :param without: ids of bookings whose notes are left alone
        :returns: those, and those of bookings for which it failed: their notes stay
        """
        stuck = set(without)
        while booking_ids := self._find_noted(stuck):
            stuck |= self._process_notes_of(booking_ids)
        return stuck

    def _process_notes_of(self, booking_ids):
        """Settle the notes about some bookings; where that fails, one by one: none
        stops another.

        :returns: set of those for which it failed
        """
        try:
            retried(self, lambda notes: notes._consume_notes(booking_ids))
        except Exception:
            if len(booking_ids) > 1:
                return set().union(
                    *(self._process_notes_of([one]) for one in booking_ids)
                )
            _logger.exception("Salto KS: looking at booking %s", *booking_ids)
            return set(booking_ids)
        return set()

    def _find_noted(self, without):
        """Ids of some bookings that have notes which nobody else is settling."""
        return retried(self, lambda notes: notes._query_noted(list(without)))

    def _query_noted(self, without):
        self.env.cr.execute(
            """
            SELECT booking_ref FROM salto_ks_access_note
             WHERE booking_ref != ALL(%s)
             ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
            """,
            [without, AT_ONCE],
        )
        return list({row[0] for row in self.env.cr.fetchall()})

    def _consume_notes(self, booking_ids):
        """Make access due, and remove the notes that asked for it."""
        self.env.cr.execute(
            """
            DELETE FROM salto_ks_access_note WHERE id IN (
                SELECT id FROM salto_ks_access_note
                 WHERE booking_ref = ANY(%s) FOR UPDATE SKIP LOCKED
            ) RETURNING booking_ref
            """,
            [booking_ids],
        )
        mine = {row[0] for row in self.env.cr.fetchall()}
        if mine:
            self.env["salto.ks.access"]._decide_for_bookings(mine)
