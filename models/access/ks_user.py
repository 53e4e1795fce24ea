from odoo import api, fields, models

from ...rules.access.seats import Sitter
from ...services.sync.person import is_blocked, is_seated, salto_email


class SaltoKsUser(models.Model):
    """A person of a Salto site who belongs to a partner.

    Salto knows each by two ids: the site-user id, by which the user is changed, and the
    platform id, by which an access group knows its members.
    """

    _name = "salto.ks.user"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS user"
    _fixed = frozenset({"integration_id"})
    _all_kept = True
    _order = "name, id"
    # Contacts that share an e-mail address are one and the same user at Salto.
    _user_unique = models.UniqueIndex(
        "(integration_id, user_uuid, partner_id) WHERE user_uuid IS NOT NULL"
    )
    _both_ids = models.Constraint(
        "CHECK ((user_uuid IS NULL) = (platform_uuid IS NULL))",
        "A user at Salto is known by both ids, or by none.",
    )
    _made_is_known = models.Constraint(
        "CHECK (created_here IS NOT TRUE OR user_uuid IS NOT NULL)",
        "Only a user who is known at Salto can be one that Odoo created.",
    )

    integration_id = fields.Many2one(
        "salto.ks.integration", "Site", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="integration_id.company_id", store=True, index=True
    )
    partner_id = fields.Many2one(
        "res.partner", "Contact", index="btree_not_null", ondelete="set null"
    )
    name = fields.Char(readonly=True)
    email = fields.Char("Found by e-mail", readonly=True)
    tag_number = fields.Char("Tag", readonly=True, help="The tag that Salto holds.")
    user_uuid = fields.Char("Site-user ID", readonly=True)
    platform_uuid = fields.Char("Platform ID", readonly=True)
    created_here = fields.Boolean(
        "Created by Odoo",
        readonly=True,
        help="Only such users are ever renamed or removed.",
    )
    made_at = fields.Datetime(readonly=True)
    seated = fields.Boolean(
        "Has a seat", readonly=True, default=True, help="Off: suspended at Salto."
    )
    blocked = fields.Boolean(
        "Blocked at Salto", readonly=True, help="No door opens, whatever access holds."
    )
    office_mode = fields.Boolean(
        "Office mode by Odoo",
        readonly=True,
        help="Odoo gave the right, so Odoo may take it away.",
    )
    # An answer is missing: the user has to be looked for.
    unsettled = fields.Boolean(readonly=True)
    # Fingerprint of what was last sent to Salto
    asked_for = fields.Char(readonly=True)
    problem = fields.Char(readonly=True)

    @api.model
    def _find_current(self, integration, partners):
        """{partner: the one row that stands for the partner now, or an empty one}."""
        rows = self.search(
            [
                ("integration_id", "=", integration.id),
                ("partner_id", "in", partners.ids),
            ],
            order="id",
        )
        found = dict.fromkeys(partners, self.browse())
        for row in rows:
            partner = row.partner_id
            if not found[partner] and row._still_stands_for(partner):
                found[partner] = row
        return found

    @api.model
    def _list_sitters(self, integration):
        """Those who have access and no seat, and those who could make room. At a site
        that is switched off nobody is moved.

        :returns: {rules.access.seats.Sitter: site-user id}
        """
        users = self._find_known(integration)
        if integration not in integration._access_sites() or all(
            users.mapped("seated")
        ):
            return {}
        needed_at = {}
        access = self.env["salto.ks.access"]
        live = access.search(access._live_domain(integration), order="starts_at desc")
        for row in live:
            needed_at |= dict.fromkeys(row._load_applied().user_ids, row.starts_at)
        # Contacts that share an address sit on one seat.
        users = self.union(*{user.user_uuid: user for user in users}.values())
        return {
            Sitter(
                user.id,
                needed_at.get(user.platform_uuid),
                seated=user.seated,
                ours=user.created_here,
            ): user.user_uuid
            for user in users
        }

    def _record_seat(self, seated):
        """Keep that a user has a seat now, or has none; their access says so."""
        same = self.search(
            [
                ("integration_id", "=", self.integration_id.id),
                ("user_uuid", "=", self.user_uuid),
            ]
        )
        same.seated = seated
        same._make_access_due()

    def _make_access_due(self):
        self.env["salto.ks.access"]._find_of_people(self)._make_due()

    def _forget_at_salto(self):
        """They are not at Salto any more: what they had there is read anew."""
        known = self.exists()
        self.env["salto.ks.access"]._find_of_people(known)._mark_unsettled()
        known.write(
            {
                "user_uuid": False,
                "platform_uuid": False,
                "created_here": False,
                "office_mode": False,
                "tag_number": False,
                "asked_for": False,
            }
        )

    # -- compared with Salto

    @api.model
    def _find_known(self, integration):
        return self.search(
            [("integration_id", "=", integration.id), ("user_uuid", "!=", False)]
        )

    @api.model
    def _update_from_salto(self, integration, items):
        """Follow what others did to users at Salto: seats, blocks, tags.

        :param items: {site-user id: user as Salto describes it}
        """
        changed = self.browse()
        for user in self._find_known(integration):
            item = items.get(user.user_uuid)
            if not item:
                continue
            was = user.seated, user.blocked
            user.write(
                {
                    "seated": is_seated(item),
                    "blocked": is_blocked(item),
                    "tag_number": item["user"].get("tag_number") or False,
                }
            )
            if was != (user.seated, user.blocked):
                changed |= user
            if user.office_mode and not item.get("toggle_manual_office_mode"):
                # Somebody took it away there: Odoo gives it again.
                user.write({"office_mode": False, "asked_for": False})
        changed._make_access_due()
        # Perhaps it was fixed at Salto.
        self._find_known(integration).filtered("problem").write({"asked_for": False})

    @api.model
    def _find_idle(self, integration):
        """Users whom Odoo created who have no access left, nor will have.

        :returns: ({row id: (site-user id, platform id)}, number of such users in all)
        """
        rows = integration.access_ids.filtered(lambda one: one.state != "revoked")
        coming = rows.booking_id.partner_ids
        known = self._find_known(integration)
        needed = {one for row in rows for one in row._load_applied().user_ids}
        needed.update(user.platform_uuid for user in known if user.partner_id in coming)
        ours = known.filtered("created_here")
        idle = ours.filtered(lambda one: one.platform_uuid not in needed)
        return {one.id: (one.user_uuid, one.platform_uuid) for one in idle}, len(ours)

    @api.model
    def _find_office_modes_left(self, integration):
        """Users who have office mode by Odoo, and for whom no contact stands any more
        that may have it: it is archived, gone, or has another address now.

        :returns: {row id: site-user id}
        """
        known = self._find_known(integration)
        current = self.union(
            *self._find_current(integration, known.partner_id).values()
        )
        entitled = current.filtered(
            lambda one: one.partner_id.active
            and integration._may_toggle_office(one.partner_id)
        ).mapped("user_uuid")
        return {
            user.id: user.user_uuid
            for user in known.filtered("office_mode")
            if user.user_uuid not in entitled
        }

    def _still_stands_for(self, partner):
        """Is this Salto user still the partner, who may have another address now?"""
        if self.email:
            return self.email == salto_email(partner)
        return not salto_email(partner) or self.tag_number == partner.salto_ks_tag
