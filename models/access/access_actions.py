from collections import defaultdict

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.client_actions import notify
from ...tools.transactions import retried
from ...wording.access import access_sentence
from .access import UNDER_WAY


class SaltoKsAccess(models.Model):
    """An access as people see it, and what they may do about it."""

    _inherit = "salto.ks.access"

    sentence = fields.Char("Access", compute="_compute_sentence")
    door_names = fields.Char("Doors", compute="_compute_names", compute_sudo=True)
    people_names = fields.Char("People", compute="_compute_names", compute_sudo=True)

    @api.depends(
        "state",
        "starts_at",
        "ends_at",
        "cut_before_ref",
        "cut_after_ref",
        "withheld",
        "next_try",
        "integration_id.name",
        "integration_id.site_tz",
        "group_uuid",
        "why_not_updated",
    )
    @api.depends_context("lang", "tz", "uid")
    def _compute_sentence(self):
        for access in self:
            access.sentence = access_sentence(self.env, access)

    @api.depends("held", "integration_id")
    def _compute_names(self):
        """Who and what is in the group: the names that its site has for Salto's ids."""
        applied = {access: access._load_applied() for access in self}
        lock_ids = {one for each in applied.values() for one in each.lock_ids}
        user_ids = {one for each in applied.values() for one in each.user_ids}
        locks = self.env["salto.ks.lock"].with_context(active_test=False)
        here = [("integration_id", "in", self.integration_id.ids)]
        doors = locks.search([*here, ("lock_id", "in", list(lock_ids))])
        people = self.env["salto.ks.user"].search(
            [*here, ("platform_uuid", "in", list(user_ids))]
        )
        door_names, people_names = defaultdict(dict), defaultdict(dict)
        for one in doors:
            door_names[one.integration_id][one.lock_id] = one.name
        for one in people:
            name = one.partner_id.name or one.name
            people_names[one.integration_id][one.platform_uuid] = name
        for access, held in applied.items():
            site = access.integration_id
            access.door_names = _names(held.lock_ids, door_names[site])
            access.people_names = _names(held.user_ids, people_names[site])

    # -- by hand

    def action_synchronize(self):
        """Look at these accesses now, here and at Salto, whatever their time."""
        self._check_user()
        retried(self, lambda rows: rows._mark_unsettled())
        return self._synchronize_and_notify()

    def action_revoke(self):
        """Take the access away now, until a person gives it back."""
        self._check_user()
        retried(self, lambda rows: rows._set_withheld(True))
        return self._synchronize_and_notify(to_remove=True)

    def action_give_back(self):
        """Give the access again that a person took away."""
        self._check_user()
        retried(self, lambda rows: rows._set_withheld(False))
        return self._synchronize_and_notify()

    def _set_withheld(self, withheld):
        self.write({"withheld": withheld})
        if withheld:
            self.filtered(lambda one: one._may_hold_something()).state = "revoking"
        self._make_due()
        self.env.ref("resource_booking_salto_ks.cron_sync_access")._trigger()

    def _check_user(self):
        self.check_access("read")
        if self.env["resource.booking"]._salto_ks_caller().is_stranger:
            raise UserError(
                self.env._(
                    "You may not change access: ask a manager for the right "
                    "'Salto KS: open doors'."
                )
            )

    def _synchronize_and_notify(self, to_remove=False):
        sites = retried(
            self,
            lambda rows: {
                site.id: mine.ids
                for site, mine in rows.exists().grouped("integration_id").items()
            },
        )
        reasons = []
        for site_id, ids in sites.items():
            site = self.env["salto.ks.integration"].sudo().browse(site_id)
            reasons.append(site._find_why_not_kept(to_remove))
            site._sync_access(only=self.browse(ids), urgent=True)
        self.env["salto.ks.integration"]._plan_next_retry()
        message, troubled = retried(
            self.with_context(lang=self.env.lang, tz=self.env.user.tz),
            lambda rows: rows._summarize(),
        )
        return notify(
            "\n".join(filter(None, [*reasons, message])),
            kind="warning" if troubled or any(reasons) else "success",
        )

    def _summarize(self):
        """(what Salto holds now in words, whether something is wrong)."""
        rows = self.exists()
        if not rows:
            return self.env._("No Salto site gives access for this booking."), False
        sentences = [
            " ".join(filter(None, [access_sentence(self.env, row), row.error]))
            for row in rows
        ]
        troubled = any(row.error or row.state in UNDER_WAY for row in rows)
        return "\n".join(sentences), troubled


def _names(ids, names):
    return ", ".join(sorted(names.get(one, one) for one in ids))
