from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.activities import schedule_activity
from ...tools.client_actions import notify
from ...tools.transactions import retried
from ...wording.access import access_sentence, held_times, why_not_updated_sentence
from .access import UNDER_WAY

# So long before the start a person can still do something about it.
ALERT_BEFORE = timedelta(hours=24)
ACTIVITY = "resource_booking_salto_ks.activity_type_access"


class SaltoKsAccess(models.Model):
    """An access as people see it, what they may do about it, and when Odoo asks them
    to."""

    _inherit = "salto.ks.access"

    _wrong = models.Index("(starts_at) WHERE error IS NOT NULL")
    _told = models.Index("(id) WHERE told")

    sentence = fields.Char("Access", compute="_compute_sentences")
    why_not_updated = fields.Char("Not updated", compute="_compute_sentences")
    desired_doors = fields.Char(
        "Doors of the booking", compute="_compute_names", compute_sudo=True
    )
    desired_people = fields.Char(
        "People of the booking", compute="_compute_names", compute_sudo=True
    )
    door_names = fields.Char("Doors", compute="_compute_names", compute_sudo=True)
    people_names = fields.Char("People", compute="_compute_names", compute_sudo=True)
    held_times = fields.Char("From, to", compute="_compute_names", compute_sudo=True)
    # Somebody has an activity about what is wrong.
    told = fields.Boolean(readonly=True)

    @api.depends(
        "state",
        "starts_at",
        "ends_at",
        "cut_before_ref",
        "cut_after_ref",
        "withheld",
        "next_try",
        "group_uuid",
        "is_common",
        "integration_id.name",
        "integration_id.site_tz",
        "integration_id.state",
        "integration_id.active",
        "integration_id.sync_access",
        "integration_id.is_copy",
    )
    @api.depends_context("lang", "tz", "uid")
    def _compute_sentences(self):
        for access in self:
            access.why_not_updated = why_not_updated_sentence(self.env, access)
            access.sentence = access_sentence(self.env, access)

    @api.depends("desired", "held", "integration_id")
    @api.depends_context("lang", "tz", "uid")
    def _compute_names(self):
        """What the booking asks for and what Salto confirmed, by the names that the
        site has for Salto's ids."""
        loaded = [(one, one._load_desired(), one._load_applied()) for one in self]
        locks = self._map_names(
            "salto.ks.lock",
            "lock_id",
            {uuid for _, *both in loaded for one in both for uuid in one.lock_ids},
            lambda lock: lock.name,
        )
        users = self._map_names(
            "salto.ks.user",
            "platform_uuid",
            {uuid for _, _, held in loaded for uuid in held.user_ids},
            lambda user: user.partner_id.name or user.name,
        )
        for access, desired, held in loaded:
            site = access.integration_id
            partners = self.env["res.partner"].browse(desired.partner_ids).exists()
            access.desired_doors = _join_names(desired.lock_ids, site, locks)
            access.desired_people = ", ".join(sorted(partners.mapped("name")))
            access.door_names = _join_names(held.lock_ids, site, locks)
            access.people_names = _join_names(held.user_ids, site, users)
            access.held_times = held_times(self.env, access, held.schedule)

    def _map_names(self, model, id_name, uuids, name_of):
        """{(site, Salto's id): name}."""
        records = self.env[model].with_context(active_test=False)
        found = records.search(
            [
                ("integration_id", "in", self.integration_id.ids),
                (id_name, "in", list(uuids)),
            ]
        )
        return {(one.integration_id, one[id_name]): name_of(one) for one in found}

    # -- by hand

    def action_synchronize(self):
        """Look at these accesses now, here and at Salto, whatever their time."""
        self._check_user()
        retried(self, lambda rows: rows._mark_unsettled())
        return self._synchronize_and_notify()

    def action_revoke(self):
        """Take the access away now, until a person gives it back."""
        self._check_user()
        both, person = self._with_common(), self.env.user.partner_id
        retried(both, lambda rows: rows._set_withheld(True, person))
        return both._synchronize_and_notify(to_remove=True)

    def action_give_back(self):
        """Give the access again that a person took away."""
        self._check_user()
        both, person = self._with_common(), self.env.user.partner_id
        retried(both, lambda rows: rows._set_withheld(False, person))
        return both._synchronize_and_notify()

    def _with_common(self):
        """These, and what else the same bookings have at the same sites: a person takes
        away and gives back all of it at once."""
        others = self.search(
            [
                ("booking_ref", "in", self.mapped("booking_ref")),
                ("integration_id", "in", self.integration_id.ids),
            ]
        )
        pairs = {(one.booking_ref, one.integration_id) for one in self}
        return self | others.filtered(
            lambda one: (one.booking_ref, one.integration_id) in pairs
        )

    def _set_withheld(self, withheld, person):
        """
        :param person: res.partner who wants it; the booking's history names them
        """
        self.filtered(lambda one: one.withheld != withheld)._log_withheld(
            withheld, person.id
        )
        self.write({"withheld": withheld})
        if withheld:
            self.filtered(lambda one: one._may_hold_something()).state = "revoking"
        self._make_due()
        self.env.ref("resource_booking_salto_ks.cron_sync_access")._trigger()

    def _log_withheld(self, withheld, author_id):
        for access in self.filtered("booking_id") - self.filtered("is_common"):
            site = access.integration_id.name
            if withheld:
                body = self.env._("Access at %s was revoked by hand.", site)
            else:
                body = self.env._("Access at %s was given again.", site)
            access.booking_id.message_post(
                body=body, author_id=author_id, subtype_xmlid="mail.mt_note"
            )

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
        by_site = retried(
            self,
            lambda rows: {
                site.id: mine.ids
                for site, mine in rows.exists().grouped("integration_id").items()
            },
        )
        reasons = []
        for site_id, ids in by_site.items():
            site = self.env["salto.ks.integration"].sudo().browse(site_id)
            try:
                site._check_reachable(to_remove)
            except UserError as error:
                reasons.append(str(error))
            site._sync_access(only=ids, urgent=True)
        self.env["salto.ks.integration"]._plan_next_retry()
        message, troubled = retried(
            self.with_context(lang=self.env.lang, tz=self.env.user.tz),
            lambda rows: rows._summarize(),
        )
        return notify(
            "\n".join([*reasons, message]),
            kind="warning" if troubled or reasons else "success",
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

    # -- when something is wrong shortly before it is needed

    @api.model
    def _alert_about_problems(self):
        """One activity on the booking for each access with a problem that lasts; it
        goes when the problem does."""
        now = fields.Datetime.now()
        wrong = self.search(
            [
                ("error", "!=", False),
                # One failure alone may be a hiccup.
                ("failures", "!=", 1),
                ("starts_at", "<", now + ALERT_BEFORE),
                ("ends_at", ">", now),
                ("told", "=", False),
                ("booking_id", "!=", False),
            ]
        )
        for access in wrong:
            access._alert_responsible()
        for access in self.search([("told", "=", True)]):
            if not access.error or access.ends_at < now:
                access.booking_id.activity_unlink([ACTIVITY])
                access.told = False

    def _alert_responsible(self):
        responsible = self.integration_id._responsible()
        organizer = self.booking_id.user_id
        person = organizer.active and organizer or responsible
        env = self.with_context(lang=person.lang).env
        schedule_activity(
            self.booking_id,
            ACTIVITY,
            summary=env._("Access problem at %s", self.integration_id.name),
            note=self.error,
            person=person,
        )
        self.told = True


def _join_names(uuids, site, names):
    return ", ".join(sorted(names.get((site, uuid), uuid) for uuid in uuids))
