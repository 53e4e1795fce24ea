from dataclasses import dataclass

from odoo import api, fields, models

from ...rules.access.access import Applied
from .access import UNDER_WAY


@dataclass(frozen=True)
class Recorded:
    """A group that Odoo believes to be at Salto, and what it should contain."""

    access_id: int
    name: str
    applied: Applied


class SaltoKsAccess(models.Model):
    """What Odoo recorded of Salto's groups, and how they are compared."""

    _inherit = "salto.ks.access"

    @api.model
    def _recorded(self, integration):
        """{group id: Recorded} of all that we believe to be at Salto."""
        rows = self.search(
            [("integration_id", "=", integration.id), ("group_uuid", "!=", False)]
        )
        return {
            row.group_uuid: Recorded(row.id, row.name, row._applied()) for row in rows
        }

    @api.model
    def _count_pending(self, integration):
        """How many do not hold yet what their booking says, or not all of it."""
        return self.search_count(
            [
                ("integration_id", "=", integration.id),
                "|",
                "|",
                ("next_try", "<=", fields.Datetime.now()),
                ("error", "!=", False),
                ("state", "in", UNDER_WAY),
            ]
        )

    @api.model
    def _with_lost_groups(self, integration):
        """{name: id} of accesses whose group may have been made twice."""
        rows = self.search(
            [("integration_id", "=", integration.id), ("lost_groups", ">", 0)]
        )
        return {row.name: row.id for row in rows}

    def _distrust(self):
        """What Salto holds is not what we recorded: read it before the next step."""
        rows = self.exists()
        rows.filtered("group_uuid").write({"unsettled": True})
        rows._make_due()

    def _name_of_lost_group(self, group_id):
        """What a group of this access is called that got lost; "" if it cannot be this
        one."""
        row = self.exists()
        lost = row and row.lost_groups > 0 and not row._recorded_groups([group_id])
        return row.name if lost else ""

    def _forget_lost_group(self):
        for access in self.exists():
            access.lost_groups -= 1

    # -- what is due

    @api.model
    def _recorded_groups(self, group_ids):
        return set(self.search([("group_uuid", "in", group_ids)]).mapped("group_uuid"))

    @api.model
    def _live(self, integration):
        """What gives access at a site, now or later."""
        return self.search(self._live_domain(integration))

    @api.model
    def _live_domain(self, integration):
        return [
            ("integration_id", "=", integration.id),
            ("group_uuid", "!=", False),
            ("ends_at", ">", fields.Datetime.now()),
        ]

    @api.model
    def _next_starts(self, integration):
        """{platform id: when the next access of that person begins}."""
        starts = {}
        for access in self._live(integration).sorted("starts_at", reverse=True):
            for user_id in access._applied().user_ids:
                starts[user_id] = access.starts_at
        return starts

    @api.model
    def _of_people(self, users):
        """What gives access to salto.ks.user, or shall do so."""
        platform_ids = set(users.mapped("platform_uuid"))
        rows = self.search(
            [
                ("integration_id", "in", users.integration_id.ids),
                ("state", "!=", "revoked"),
            ]
        )
        return rows.filtered(
            lambda one: one._applied().user_ids & platform_ids
            or one.booking_id.partner_ids & users.partner_id
        )

    # -- compared with Salto
