import re

from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules.mapping.doors import Resource, Row
from ...wording.names import first_names


def rule_resources(resources):
    """The sub-objects of a booking as the rules know them.

    :param resources: resource.resource
    """
    return [Resource(one.id, one.resource_type == "user") for one in resources]


def _duplicate_sentence(env, diagnostics):
    """Which row is there twice, from what the database says of the constraint."""
    keys = re.search(r"=\((\d+), (\d+), (\d+)\)", diagnostics.message_detail or "")
    _site, type_id, resource_id = map(int, keys.groups()) if keys else (0, 0, 0)
    row = env["salto.ks.mapping"].new(
        {"type_id": type_id or False, "resource_id": resource_id or False}
    )
    return env._(
        "Two rows of the mapping are for '%s'. Keep one of them, with all its locks "
        "in it, and remove the other.",
        row.display_name,
    )


class SaltoKsMapping(models.Model):
    """A row of a site's mapping table: an object and sub-object, and their locks."""

    _name = "salto.ks.mapping"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS mapping"
    _fixed = frozenset({"integration_id"})
    _order = "sequence, id"
    # Deferred: while a table is saved, a row may take the place of one that another
    # command of the same save removes or changes a moment later.
    _one_row_each = models.Constraint(
        "EXCLUDE (integration_id WITH =, (COALESCE(type_id, 0)) WITH =, "
        "(COALESCE(resource_id, 0)) WITH =) DEFERRABLE INITIALLY DEFERRED",
        _duplicate_sentence,
    )

    integration_id = fields.Many2one(
        "salto.ks.integration", "Site", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="integration_id.company_id", store=True, index=True
    )
    sequence = fields.Integer(default=10)
    number = fields.Integer(
        "Row", compute="_compute_number", help="Its place on the site's Mapping tab."
    )
    type_id = fields.Many2one(
        "resource.booking.type",
        "Booking type",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('company_id', 'in', [company_id, False])]",
        help="The object of the booking. Empty: any.",
    )
    resource_id = fields.Many2one(
        "resource.resource",
        "Resource",
        index="btree_not_null",
        ondelete="cascade",
        domain="[('company_id', 'in', [company_id, False]), "
        "('salto_ks_type_ids', '=', type_id)]",
        context={"salto_ks_rooms_first": True},
        help="The sub-object, for example a room. Empty: any.",
    )
    # A lock that is gone from the site stays to be seen, until somebody replaces it.
    lock_ids = fields.Many2many(
        "salto.ks.lock",
        string="Locks",
        context={"active_test": False},
        domain="[('integration_id', '=', integration_id), ('active', '=', True)]",
    )

    doubt = fields.Char("Note", compute="_compute_doubt")

    @api.depends("type_id", "resource_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for row in self:
            row.display_name = " / ".join(
                [
                    row.type_id.name or self.env._("any booking type"),
                    row.resource_id.name or self.env._("any resource"),
                ]
            )

    @api.depends("type_id", "resource_id", "integration_id")
    @api.depends_context("lang")
    def _compute_doubt(self):
        """What is possible, and yet rarely meant."""
        any_type = self.env["resource.booking.type"].search([("active", "=", True)])
        offered = (any_type | self.type_id._origin)._salto_ks_offered()
        offered_by_any = self.resource_id.browse().union(*offered.values())
        elsewhere = self._find_elsewhere()
        for row in self:
            doubts = []
            choice = offered[row.type_id._origin] if row.type_id else offered_by_any
            if row.resource_id and row.resource_id._origin not in choice:
                doubts.append(
                    self.env._(
                        "%s is never booked like this, so the row never applies.",
                        row.resource_id.name,
                    )
                )
            sites = elsewhere.get(row._key(), self.integration_id.browse())
            others = sites - row.integration_id._origin
            if others:
                doubts.append(
                    self.env._(
                        "%s has a row for the same: bookings open the doors of both.",
                        ", ".join(others.mapped("name")),
                    )
                )
            row.doubt = " ".join(doubts)

    def _find_elsewhere(self):
        """{key of a row: the sites that have such a row}, in the companies of these."""
        rows = self.search(
            [
                ("company_id", "in", self.company_id._origin.ids),
                ("integration_id.active", "=", True),
            ]
        )
        by_key = rows.grouped(lambda row: row._key())
        return {key: mine.integration_id for key, mine in by_key.items()}

    def _key(self):
        """What the row is for. Rows of one key open doors together."""
        of = self.company_id, self.type_id, self.resource_id
        return tuple(one._origin.id for one in of)

    @api.depends("integration_id", "sequence")
    def _compute_number(self):
        numbers = {}
        for integration in self.integration_id:
            rows = self.search([("integration_id", "=", integration._origin.id)])
            numbers.update({row.id: place for place, row in enumerate(rows, 1)})
        for row in self:
            row.number = numbers.get(row._origin.id, 0)

    @api.constrains("integration_id", "lock_ids")
    def _check_has_lock(self):
        for row in self:
            if not row.lock_ids:
                raise ValidationError(
                    self.env._(
                        "The row '%s' opens nothing yet: choose at least one lock, or "
                        "remove the row. (No locks to choose from? Remove the row, and "
                        "press Get locks first.)",
                        row.display_name,
                    )
                )

    @api.constrains("integration_id", "lock_ids")
    def _check_one_site(self):
        for row in self:
            if row.lock_ids.integration_id - row.integration_id:
                raise ValidationError(
                    self.env._("A row may only open locks of its own Salto site.")
                )

    @api.constrains("integration_id", "type_id", "resource_id")
    def _check_one_company(self):
        for row in self:
            companies = row.type_id.company_id | row.resource_id.company_id
            if companies - row.company_id:
                raise ValidationError(
                    self.env._(
                        "The mapping joins objects and sub-objects to a Salto site of "
                        "their own company only. Choose others, or remove their rows "
                        "from the site's Mapping tab first."
                    )
                )

    @api.model_create_multi
    def create(self, vals_list):
        self._check_rows_before_commit()
        rows = super().create(vals_list)
        rows._log_on_sites(lambda names: self.env._("Mapping added: %s.", names))
        return rows

    def write(self, vals):
        self._check_rows_before_commit()
        before = {row: row._in_words() for row in self}
        result = super().write(vals)
        for row, words in before.items():
            if row._in_words() != words:
                row._log_on_sites(
                    lambda names, words=words: self.env._(
                        "Mapping changed: %(before)s → %(after)s.",
                        before=words,
                        after=names,
                    )
                )
        return result

    def unlink(self):
        self._log_on_sites(lambda names: self.env._("Mapping removed: %s.", names))
        return super().unlink()

    # -- in the site's history

    def _in_words(self):
        """What the row opens: "Studio session / Studio 1 (Front door)"."""
        locks = ", ".join(self.lock_ids.sorted("name").mapped("name"))
        return f"{self.display_name} ({locks})"

    def _log_on_sites(self, say):
        """
        :param say: callable that takes the rows in words, and returns a sentence
        """
        for site, rows in self.grouped("integration_id").items():
            site.sudo().message_post(
                body=say(first_names(self.env, [row._in_words() for row in rows])),
                author_id=self.env.user.partner_id.id,
                subtype_xmlid="mail.mt_note",
            )

    def _check_rows_before_commit(self):
        """Let the deferred constraint speak while its error can still be explained."""
        cr = self.env.cr
        cr.precommit.add(lambda: cr.execute("SET CONSTRAINTS ALL IMMEDIATE"))

    def _with_gone_locks(self):
        return self.filtered(lambda row: not all(row.lock_ids.mapped("active")))

    def _as_rule_rows(self):
        """These rows as the rules know them; each with locks of its own site only,
        whatever else may stand in it."""
        return [
            Row(
                row.id,
                row.type_id.id or None,
                row.resource_id.id or None,
                tuple(row._own_locks().ids),
            )
            for row in self
        ]

    def _reason(self, resource):
        """Why this row applies to a booking, in words.

        :param resource: the resource.resource that it applies to; may be empty
        """
        self.ensure_one()
        words = {"type": self.type_id.name, "resource": resource.name}
        if self.type_id and self.resource_id:
            return self.env._("resource %(resource)s of type %(type)s", **words)
        if self.resource_id:
            return self.env._("resource %s", self.resource_id.name)
        if self.type_id and resource:
            return self.env._(
                "type %(type)s, as %(resource)s has no row of its own", **words
            )
        if self.type_id:
            return self.env._("type %s", self.type_id.name)
        if resource:
            return self.env._(
                "any booking type, as neither %s nor its type has a row of its own",
                resource.name,
            )
        return self.env._("any booking type, as this one has no row of its own")

    def _own_locks(self):
        return self.lock_ids.filtered(
            lambda lock: lock.integration_id == self.integration_id
        )

    def _live_locks(self):
        """Those of the row's locks that can be opened from here."""
        return self.lock_ids.filtered(lambda lock: lock.active and lock.salto_iq_id)
