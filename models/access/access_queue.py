import random

from odoo import api, fields, models
from odoo.fields import Domain

from ...rules.access.brake import Brake
from ...rules.access.patience import backoff
from ...wording.access import mistake_sentence
from .access import HELD
from .brake import find_passing


class SaltoKsAccess(models.Model):
    """Which access is due: ``next_try`` is the to-do list of the passes."""

    _inherit = "salto.ks.access"

    def _make_due(self):
        """Have these looked at by the next pass."""
        if self:
            self.flush_recordset()
            self.env.cr.execute(
                """
                UPDATE salto_ks_access SET next_try = %s, wish = wish + 1
                 WHERE id IN %s
                """,
                [fields.Datetime.now(), tuple(self.ids)],
            )
            self.invalidate_recordset(["next_try", "wish"])

    @api.model
    def _find_due(
        self, integration_id, limit, *, without=(), brake=Brake.OFF, probe=False
    ):
        """Ids of what is due: first what is taken away, then the nearest start.

        :param without: ids to leave out
        :param brake: what it lets pass; what a person wants taken away always does
        :param probe: when nothing is due, but something waits for the site to answer
            again, take one of that
        """
        domain = Domain("integration_id", "=", integration_id) & find_passing(brake)
        domain &= Domain("id", "not in", without)
        if integration_id in self.env["salto.ks.integration"]._switched_off_sites().ids:
            domain &= Domain(HELD)
        order = "is_removal desc, starts_at"
        is_due = Domain("next_try", "<=", fields.Datetime.now())
        due = self.search(domain & is_due, limit=limit, order=order)
        if probe and not due:
            in_trouble = Domain("site_trouble", "=", True)
            due = self.search(domain & in_trouble, limit=1, order=order)
        return due.ids

    @api.model
    def _due_among(self, ids):
        """Those of ``ids`` whose time has come."""
        return set(
            self.search(
                [("id", "in", ids), ("next_try", "<=", fields.Datetime.now())]
            ).ids
        )

    @api.model
    def _mark_abandoned(self, integration_id):
        """Bookings that were deleted without a word, such as with their type."""
        abandoned = self.search(
            [
                ("integration_id", "=", integration_id),
                ("booking_id", "=", False),
                ("state", "not in", ("revoking", "revoked")),
            ]
        )
        abandoned.write({"state": "revoking", "by_booking": True})
        abandoned._make_due()

    @api.model
    def _wake(self, integration_id, without):
        """Have those looked at again that the site kept waiting.

        :param without: ids of those that were tried just now
        """
        self.search(
            [
                ("integration_id", "=", integration_id),
                ("site_trouble", "=", True),
                ("next_try", ">", fields.Datetime.now()),
                ("id", "not in", without),
            ]
        )._make_due()

    # -- the brake

    def _note_mistake(self):
        """We cannot even say what should be there: later, again."""
        for access in self.exists():
            failures = access.failures + 1
            access.write(
                {
                    "error": mistake_sentence(self.env),
                    "failures": failures,
                    "next_try": fields.Datetime.now() + backoff(failures, random),
                }
            )
