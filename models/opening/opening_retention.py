from datetime import timedelta

from odoo import api, fields, models

from ...tools import evidence

PARAMETER = "resource_booking_salto_ks.opening_retention_days"
# What one nightly run deletes at most; the next one goes on.
MOST_AT_ONCE = 10_000
# Never changed, in any state.
FACTS = (
    "booking_id",
    "booking_name",
    "lock_id",
    "lock_name",
    "company_id",
    "user_id",
    "partner_id",
    "person_name",
    "channel",
    "by_rules",
    "code",
    "requested_at",
    "intent",
    "create_uid",
    "create_date",
)
# Not changed any more once it is known what became of the attempt.
RESULTS = ("state", "reason", "answered_at", "duration", "entry_id")


class SaltoKsOpening(models.Model):
    """Evidence is kept for ever, unless the company says for how long."""

    _inherit = "salto.ks.opening"

    def init(self):
        result = super().init()
        evidence.keep(self.env.cr, self._table, FACTS, RESULTS)
        return result

    @api.model
    def _retention_days(self):
        """Days that openings are kept; 0 means for ever."""
        text = self.env["ir.config_parameter"].sudo().get_param(PARAMETER) or ""
        return int(text) if text.strip().isdecimal() else 0

    @api.autovacuum
    def _gc_openings(self):
        days = self._retention_days()
        if not days:
            return
        expired = self.search(
            [
                ("requested_at", "<", fields.Datetime.now() - timedelta(days=days)),
                ("state", "!=", "claimed"),
            ],
            order="requested_at, id",
            limit=MOST_AT_ONCE,
        )
        self.env["salto.ks.retention.log"]._log_deletion(expired, days)
        with evidence.unlocked(self.env):
            expired.unlink()
