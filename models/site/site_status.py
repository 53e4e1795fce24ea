from datetime import timedelta

from odoo import fields, models

from ...connect import errors
from ...services.sync.calls import SILENCE, pause_end
from ...tools.transactions import StillBusy, advisory_lock, own_transaction
from ...wording.errors import error_sentence

# Success is noted this often at most: it is the rule, and each note is a write.
NOTE_EVERY = timedelta(minutes=1)
# A hiccup heals itself; a site that is silent for so long needs a person.
CALL_MANAGER_AFTER = timedelta(minutes=30)
SILENCE_ACTIVITY = "resource_booking_salto_ks.activity_type_silence"


class SaltoKsSiteStatus(models.Model):
    """When a site last answered, and what went wrong since.

    A row of its own for each site: it is written in transactions of its own, while
    the request that made the call may be writing the site.
    """

    _name = "salto.ks.site.status"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS site status"
    _fixed = frozenset({"integration_id"})
    _all_kept = True
    _site_unique = models.UniqueIndex("(integration_id)")

    integration_id = fields.Many2one(
        "salto.ks.integration", required=True, ondelete="cascade"
    )
    last_contact_at = fields.Datetime("Last good contact")
    last_error = fields.Char()
    last_error_at = fields.Datetime()
    failing_since = fields.Datetime()
    refused_account = fields.Char(
        help="The account that could log in at the last test, but is not a site admin."
    )
    paused_until = fields.Datetime(help="Salto asked Odoo to send nothing before.")
    brake_at = fields.Datetime(help="Since when mass removal is stopped.")
    brake_spares_bookings = fields.Boolean(
        help="Access that ended with its booking is removed anyway."
    )

    def _record_call(self, integration, error=None):
        """Keep what a call to Salto told about the site.

        :param error: the KsError of the call, or None when it worked
        """
        silent = isinstance(error, SILENCE)
        try:
            with (
                advisory_lock(self.env, self._name, integration.id, patience=2),
                own_transaction(self) as contacts,
            ):
                contact = contacts._get_or_create_for(integration)
                if silent:
                    contact._note_silence(error_sentence(self.env, error))
                else:
                    contact._note_answer()
                if isinstance(error, errors.RateLimited):
                    contact.paused_until = pause_end(error.retry_after)
        except StillBusy:
            # Somebody else is noting much the same.
            return

    def _record_account(self, integration, is_admin):
        """Keep what a test of the access found out about the account."""
        refused = not is_admin and integration.username
        with (
            advisory_lock(self.env, self._name, integration.id, patience=2),
            own_transaction(self) as contacts,
        ):
            contacts._get_or_create_for(integration).refused_account = refused

    def _note_answer(self):
        if self._is_fresh():
            return
        self.write({"last_contact_at": fields.Datetime.now(), "failing_since": False})
        self.integration_id.activity_unlink([SILENCE_ACTIVITY])

    def _is_fresh(self):
        """Is the last good contact so recent that another one is no news?"""
        last = self.last_contact_at
        return bool(
            last
            and fields.Datetime.now() - last < NOTE_EVERY
            and not self.failing_since
        )

    def _note_silence(self, sentence):
        now = fields.Datetime.now()
        self.write(
            {
                "last_error": sentence,
                "last_error_at": now,
                "failing_since": self.failing_since or now,
            }
        )
        if now - self.failing_since >= CALL_MANAGER_AFTER:
            site = self.integration_id
            site._alert_responsible(
                SILENCE_ACTIVITY,
                summary=self.env._("%s does not answer", site.name),
                note=self.last_error,
            )

    # -- what a pass leaves for the next one, and for people

    def _get_or_create_for(self, integration):
        """The row of a site. To be called in a transaction of its own."""
        contact = self.search([("integration_id", "=", integration.id)])
        return contact or self.create({"integration_id": integration.id})

    def _record_pause(self, integration, until):
        self._get_or_create_for(integration).paused_until = until
