from odoo import fields, models

from ...tools import evidence


class SaltoKsRetentionLog(models.Model):
    """How long evidence was to be kept, and what was deleted for it. Kept for ever."""

    _name = "salto.ks.retention.log"
    _inherit = "salto.ks.guarded"
    _all_kept = True
    _description = "Salto KS retention log"
    _order = "done_at desc, id desc"

    done_at = fields.Datetime("When", required=True, readonly=True)
    user_id = fields.Many2one(
        "res.users", "By", required=True, ondelete="restrict", readonly=True
    )
    kind = fields.Selection(
        [("changed", "Retention changed"), ("deleted", "Openings deleted")],
        "What",
        required=True,
        readonly=True,
    )
    days_before = fields.Integer(
        readonly=True, help="Days that openings were kept; 0: indefinitely."
    )
    days = fields.Integer(
        readonly=True, help="Days that openings are kept since then; 0: indefinitely."
    )
    company_id = fields.Many2one("res.company", readonly=True, index=True)
    number = fields.Integer("Openings", readonly=True)
    oldest = fields.Datetime(readonly=True)
    newest = fields.Datetime(readonly=True)

    def init(self):
        columns = [name for name, field in self._fields.items() if field.store]
        evidence.keep(self.env.cr, self._table, {*columns} - {"id"})

    def _log_deletion(self, openings, days):
        """Note which openings are deleted, for each company by itself."""
        for company, rows in openings.grouped("company_id").items():
            times = rows.mapped("requested_at")
            self._log(
                "deleted",
                days_before=days,
                days=days,
                company_id=company.id,
                number=len(rows),
                oldest=min(times),
                newest=max(times),
            )

    def _log(self, kind, **values):
        names = ("days_before", "days", "company_id", "number", "oldest", "newest")
        self.sudo().create(
            {
                "done_at": fields.Datetime.now(),
                "user_id": self.env.uid,
                "kind": kind,
                **dict.fromkeys(names, False),
                **values,
            }
        )
