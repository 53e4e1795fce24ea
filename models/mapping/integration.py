from collections import defaultdict

from odoo import api, fields, models

from ...rules.mapping import doors as door_rules
from ...rules.mapping.suggestions import Named, suggest_lock
from ...tools.client_actions import notify, open_dialog, open_list
from ...wording.names import MOST, first_names
from .mapping import rule_resources


class SaltoKsIntegration(models.Model):
    """The Mapping tab: what is mapped, what is not, and what would open."""

    _inherit = "salto.ks.integration"

    mapping_count = fields.Integer(compute="_compute_mapping_count")
    stale_mapping_count = fields.Integer(
        compute="_compute_mapping_count", help="Rows with a lock that is gone."
    )
    common_lock_ids = fields.Many2many(
        "salto.ks.lock",
        string="Common doors",
        compute="_compute_common_lock_ids",
        inverse="_inverse_common_lock_ids",
        domain="[('integration_id', '=', id)]",
        help="People pass them on their way to several rooms: they open with the full "
        "time before and after a booking. A room's own door never opens into the time "
        "of another booking of the room.",
    )
    unmapped_hint = fields.Html(
        "Objects without a door", compute="_compute_unmapped_hint", sanitize=False
    )

    mapping_doubts = fields.Text(compute="_compute_mapping_doubts")

    @api.depends("mapping_ids.lock_ids.active")
    def _compute_mapping_count(self):
        for integration in self:
            rows = integration.mapping_ids
            integration.mapping_count = len(rows)
            integration.stale_mapping_count = len(rows._with_gone_locks())

    @api.depends("lock_ids.is_common")
    def _compute_common_lock_ids(self):
        for integration in self:
            integration.common_lock_ids = integration.lock_ids.filtered("is_common")

    def _inverse_common_lock_ids(self):
        for integration in self:
            for lock in integration.lock_ids:
                is_common = lock in integration.common_lock_ids
                if lock.is_common != is_common:
                    lock.is_common = is_common

    @api.constrains("company_id")
    def _check_mapping_company(self):
        self.mapping_ids._check_one_company()

    # -- what would open

    def _company_rows(self):
        """The rows that count for bookings once this site is active.

        Other sites of the company have a say, too, if they are active.
        """
        self.ensure_one()
        return self.env["salto.ks.mapping"].search(
            [
                ("company_id", "=", self.company_id.id),
                "|",
                ("integration_id", "=", self.id),
                ("integration_id.state", "=", "active"),
            ]
        )

    def _company_types(self):
        """The objects whose bookings may open a door of this site."""
        return self.env["resource.booking.type"].search(
            [("company_id", "in", [self.company_id.id, False])]
        )

    def _combinations(self, types):
        return types.sudo().combination_rel_ids.combination_id.filtered("active")

    def _own_names(self, combinations):
        names = [
            " + ".join(self._own(one.resource_ids).mapped("name"))
            for one in combinations
        ]
        return list(filter(None, names))

    def _own(self, resources):
        """Those of ``resources`` that may be named on this site."""
        return resources.filtered(
            lambda one: not one.company_id or one.company_id == self.company_id
        )

    # -- what is not mapped

    # Without dependencies on purpose: it speaks of what is saved, and an edit in the
    # table should not go through all objects again.
    @api.depends_context("lang")
    def _compute_unmapped_hint(self):
        for integration in self:
            integration.unmapped_hint = False
            unmapped = integration._origin._find_unmapped()
            if unmapped:
                integration.unmapped_hint = self.env["ir.qweb"]._render(
                    "resource_booking_salto_ks.unmapped_hint",
                    {
                        "lines": [
                            (one.name, first_names(self.env, names))
                            for one, names in unmapped[:MOST]
                        ],
                        "more": max(0, len(unmapped) - MOST),
                    },
                )

    # Without dependencies, for the same reason.
    @api.depends_context("lang")
    def _compute_mapping_doubts(self):
        for integration in self:
            rows = integration._origin.mapping_ids.filtered("doubt")
            integration.mapping_doubts = "\n".join(
                f"{row.display_name}: {row.doubt}" for row in rows[:MOST]
            )

    def _find_unmapped(self):
        """The objects with a combination of sub-objects that opens no door.

        :returns: list of (type, names of those combinations)
        """
        if not self:
            return []
        rows = self._company_rows()._as_rule_rows()
        unmapped = []
        for booking_type in self._company_types():
            without_row = self._combinations(booking_type).filtered(
                lambda one, type_id=booking_type.id: not door_rules.find_matches(
                    rows, type_id, rule_resources(one.resource_ids)
                )
            )
            if without_row:
                unmapped.append((booking_type, self._own_names(without_row)))
        return unmapped

    # -- what could be mapped

    def _suggest_rows(self):
        """Rows for objects and sub-objects without one, by the names of the locks.

        A row of one's own takes the place of a more general one; so each suggestion
        says which locks that one opens.

        :returns: list of values for the lines of the suggestion dialog
        """
        self.ensure_one()
        locks = [Named(lock.id, lock.name) for lock in self.lock_ids]
        suggestions = []
        for field_name, record, opened_now in self._without_own_row():
            found = suggest_lock(Named(record.id, record.name), locks)
            if found:
                suggestions.append(
                    {
                        field_name: record.id,
                        "lock_id": found.lock_id,
                        "same_name": found.same_name,
                        "replaced_lock_ids": opened_now,
                    }
                )
        return suggestions

    def _without_own_row(self):
        """Sub-objects and objects without a row of their own.

        :returns: generator of (field of a row, record, ids of the locks that a row
            for any sub-object opens)
        """
        rows = self._company_rows()
        general_rows = rows.filtered(lambda row: not row.resource_id)
        rule_rows = general_rows._as_rule_rows()
        types = self._company_types()
        opened_by_type = {
            one: set(door_rules.find_lock_ids(rule_rows, one.id, [])) for one in types
        }
        opened_by_resource = defaultdict(set)
        for one, lock_ids in opened_by_type.items():
            for resource in self._own(self._combinations(one).resource_ids):
                opened_by_resource[resource] |= lock_ids
        mapped_resources = rows.resource_id
        for resource, lock_ids in opened_by_resource.items():
            if resource not in mapped_resources:
                yield "resource_id", resource, list(lock_ids)
        for one in types - general_rows.type_id:
            yield "type_id", one, list(opened_by_type[one])

    # -- buttons

    def action_view_mapping(self):
        """All rows in a list that can be searched, filtered and grouped."""
        self.ensure_one()
        return open_list(
            self.env,
            "mapping_action",
            [("integration_id", "=", self.id)],
            context={"default_integration_id": self.id},
        )

    def action_test_mapping(self):
        """Ask which doors an object and its sub-objects would open."""
        self.ensure_one()
        wizard = self.env["salto.ks.mapping.test"].create({"integration_id": self.id})
        return open_dialog(wizard, self.env._("Which doors would open?"))

    def action_suggest_mapping(self):
        """Offer rows for what is called like a lock."""
        self.ensure_one()
        suggestions = self._suggest_rows()
        if not suggestions:
            return notify(
                self.env._(
                    "Nothing to suggest: each object and sub-object either has a row, "
                    "or no lock has a name like it."
                ),
                kind="info",
            )
        wizard = self.env["salto.ks.mapping.suggestion"]._offer(self, suggestions)
        return open_dialog(wizard, self.env._("Suggested rows"))
