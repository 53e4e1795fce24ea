import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.fields import Domain

from ...services.sync.decide import AccessDecider
from ...tools.transactions import retried

_logger = logging.getLogger(__name__)

# How many bookings are decided about in one transaction.
AT_ONCE = 200


class SaltoKsAccessNote(models.Model):
    """A note that something changed on which the access of a booking depends.

    Whoever changes it leaves a note, in the same transaction. Notes are only ever added
    by them, so they never make anybody wait and collide with nothing; the next pass
    collects them and decides what is desired now.
    """

    _name = "salto.ks.access.note"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS change note"
    _all_kept = True
    _log_access = False

    # Not a reference: the booking may be gone by then.
    booking_ref = fields.Integer(required=True)
    # A booking next to it has changed, and not this one: those that are next to this
    # one in turn are not concerned.
    is_neighbour = fields.Boolean()

    @api.model
    def _note_bookings(self, booking_ids):
        """Have these bookings decided about, as soon as this is committed."""
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
        """Decide about all bookings that have notes. In transactions of its own.

        :param without: ids of bookings whose notes are left alone
        :returns: those, and those of bookings for which it failed: their notes stay
        """
        stuck, more = set(without), True
        while more:
            try:
                more = retried(self, lambda notes: notes._consume_some(stuck))
            except Exception:
                # One by one: none stops another.
                noted = retried(self, lambda notes: notes._query_noted(stuck))
                stuck.update(one for one in {*noted} if not self._try_one(one))
        return stuck

    def _try_one(self, booking_id):
        try:
            retried(self, lambda notes: notes._consume([booking_id]))
        except Exception:
            _logger.exception("Salto KS: looking at booking %s", booking_id)
            return False
        return True

    def _consume_some(self, without):
        """:returns: whether there may be more"""
        noted = self._query_noted(without)
        return bool(noted and self._consume(noted)) or len(noted) == AT_ONCE

    def _query_noted(self, without):
        """Booking ids of some notes that nobody else is processing."""
        self.env.cr.execute(
            """
            SELECT booking_ref FROM salto_ks_access_note
             WHERE booking_ref != ALL(%s)
             ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
            """,
            [list(without), AT_ONCE],
        )
        return [row[0] for row in self.env.cr.fetchall()]

    def _consume(self, booking_ids):
        """Decide about bookings, and remove the notes that asked for it.

        :returns: notes about the bookings next to those that changed
        """
        self.env.cr.execute(
            """
            DELETE FROM salto_ks_access_note WHERE id IN (
                SELECT id FROM salto_ks_access_note
                 WHERE booking_ref = ANY(%s) FOR UPDATE SKIP LOCKED
            ) RETURNING booking_ref, is_neighbour
            """,
            [booking_ids],
        )
        taken = self.env.cr.fetchall()
        if not taken:
            return self.browse()
        changed = {ref for ref, is_neighbour in taken if not is_neighbour}
        decider = AccessDecider(self.env)
        near = decider.decide_for(list({ref for ref, _ in taken}), changed)
        return self.create([{"booking_ref": one, "is_neighbour": True} for one in near])
