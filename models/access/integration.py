import logging
from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS

from ...connect import KsError
from ...rules.access.access import Policy
from ...services.sync.site_pass import AccessPass
from ...tools.transactions import certainly

_logger = logging.getLogger(__name__)

PLAIN_ROLE = "site_user"
# What an access depends on; a change of one of them is looked at for all bookings.
SETTINGS = {
    "state",
    "active",
    "sync_access",
    "access_stage_ids",
    "lead_days",
    "grace_before",
    "grace_after",
    "site_tz",
    "site_id",
    "activated_in",
    "access_withdrawn",
    "office_tag_ids",
    "office_department_ids",
}


class SaltoKsIntegration(models.Model):
    """The Access tab: one access group at Salto for each booking."""

    _inherit = "salto.ks.integration"
    _lead_days_range = models.Constraint(
        "CHECK (lead_days BETWEEN 0 AND 365)",
        "Write access ahead: between 0 and 365 days.",
    )
    _grace_range = models.Constraint(
        "CHECK (grace_before BETWEEN 0 AND 1440 AND grace_after BETWEEN 0 AND 1440)",
        "Grace must be between 0 and 1440 minutes.",
    )
    _connections_range = models.Constraint(
        "CHECK (connections BETWEEN 1 AND 10)",
        "Connections at once: between 1 and 10.",
    )
    _brake_share_range = models.Constraint(
        "CHECK (brake_share BETWEEN 0 AND 100)",
        "The share that may be removed at once is a percentage, 0 to 100.",
    )

    sync_access = fields.Boolean(
        "Keep access groups",
        default=True,
        tracking=True,
        help="Off: nothing is given any more, and nothing is taken away but the access "
        "of bookings that are canceled or over.",
    )
    access_stage_ids = fields.Many2many(
        "resource.booking.stage",
        "salto_ks_integration_access_stage_rel",
        string="Stages that give access",
        default=lambda self: self._default_open_stages(),
    )
    lead_days = fields.Integer(
        "Write ahead",
        default=7,
        help="Days before its start on which a booking's access is written. A lock "
        "may take minutes to learn it, and an outage may last.",
    )
    grace_before = fields.Integer(
        "Grace before the start",
        default=15,
        help="Minutes before the start from which people may come in.",
    )
    grace_after = fields.Integer(
        "Grace after the end",
        default=15,
        help="Minutes after the end until which people may come in.",
    )
    access_prefix = fields.Char(
        "Name of groups",
        default="Odoo",
        required=True,
        help="Groups are called by this and the booking's number, e.g. Odoo_42.",
    )
    delete_users = fields.Boolean(
        "Remove users that are no longer ours",
        help="The nightly comparison removes users without access from the site, and "
        "frees their seats. Only those that this database made.",
    )
    office_tag_ids = fields.Many2many(
        "res.partner.category",
        string="Office mode: contact tags",
        help="People with one of these tags may switch a door to office mode.",
    )
    office_department_ids = fields.Many2many(
        "hr.department",
        string="Office mode: departments",
        help="So may people of these departments.",
    )
    connections = fields.Integer(
        "Connections at once", default=4, help="How many calls to Salto at a time."
    )
    brake_share = fields.Integer(
        "Brake at",
        default=20,
        help="If more than this percentage of the live access (but at least 10) would "
        "be taken away at once, nothing is, and a manager is called. So it is when "
        "bookings that still stand would lose nearly all of it, however few they are. "
        "100: never.",
    )
    access_ids = fields.One2many("salto.ks.access", "integration_id", "Access")
    ks_user_ids = fields.One2many("salto.ks.user", "integration_id", "People")
    plain_role_uuid = fields.Char(readonly=True, copy=False, groups=NO_ACCESS)
    access_count = fields.Integer(compute="_compute_access_counts")
    access_problem_count = fields.Integer(compute="_compute_access_counts")
    ks_user_count = fields.Integer(compute="_compute_access_counts")

    def _compute_access_counts(self):
        access, users = self.env["salto.ks.access"], self.env["salto.ks.user"]
        given = self._count_by_site(access, [("state", "=", "granted")])
        problems = self._count_by_site(access, [("error", "!=", False)])
        people = self._count_by_site(users, [("user_uuid", "!=", False)])
        for integration in self:
            integration.access_count = given.get(integration, 0)
            integration.access_problem_count = problems.get(integration, 0)
            integration.ks_user_count = people.get(integration, 0)

    def _count_by_site(self, model, domain):
        domain = [("integration_id", "in", self.ids), *domain]
        return dict(model._read_group(domain, ["integration_id"], ["__count"]))

    # -- which sites

    @api.model
    def _access_sites(self):
        """The sites that give access. A copy of a database has none."""
        sites = self.sudo().search(
            [
                # Said, or else a caller's context could say otherwise.
                ("active", "=", True),
                ("state", "=", "active"),
                ("sync_access", "=", True),
            ]
        )
        return sites.filtered(lambda site: site.site_id and not site.is_copy)

    def _is_failing(self):
        return bool(self.contact_ids[:1].failing_since)

    def _access_policy(self):
        """The settings that the access rules ask for."""
        self.ensure_one()
        return Policy(
            stage_ids=frozenset(self.access_stage_ids.ids),
            lead=timedelta(days=self.lead_days),
            grace_before=timedelta(minutes=self.grace_before),
            grace_after=timedelta(minutes=self.grace_after),
        )

    def _site_zone(self):
        """The site's time zone, or None while it is not known."""
        try:
            return ZoneInfo(self.site_tz or "")
        except (ValueError, OSError, KeyError):
            return None

    def _may_toggle_office(self, partner):
        """Is this one of the people who may switch office mode?"""
        employees = partner.sudo().employee_ids | partner.sudo().user_ids.employee_ids
        return bool(
            partner.category_id & self.office_tag_ids
            or employees.department_id & self.office_department_ids
        )

    def _keep_plain_role(self, roles):
        """Keep the id of the role without rights beyond opening doors.

        :param roles: as the Connect API lists them
        """
        by_code = {role.get("code"): role["id"] for role in roles}
        self.plain_role_uuid = by_code.get(PLAIN_ROLE)
        return self.plain_role_uuid

    # -- when it is looked at

    @api.model_create_multi
    def create(self, vals_list):
        sites = super().create(vals_list)
        sites._note_all_bookings()
        return sites

    def write(self, vals):
        result = super().write(vals)
        if SETTINGS & vals.keys():
            self._note_all_bookings()
        return result

    def _note_all_bookings(self):
        """Have the access of all bookings looked at that are not over."""
        notes = self.env["salto.ks.access.note"]
        notes._note_upcoming([])
        live = self.sudo().access_ids.filtered(lambda one: one.state != "revoked")
        notes._note(live.mapped("booking_ref"))

    def _forget_original(self):
        self.sudo().ks_user_ids.unlink()
        self.sudo().access_ids.unlink()
        return super()._forget_original()

    def _forget_site(self):
        """Groups and people of the old site are out of our reach."""
        self._check_no_access_left()
        self.sudo().ks_user_ids.unlink()
        self.sudo().access_ids.unlink()
        self.sudo().plain_role_uuid = False
        return super()._forget_site()

    def _get_iqs(self):
        result = super()._get_iqs()
        self._learn_plain_role(self._ask)
        return result

    def _refresh_from_salto(self):
        result = super()._refresh_from_salto()
        self._learn_plain_role(self._call)
        return result

    def _learn_plain_role(self, ask):
        """Know the role of new people before the first of them comes."""
        if self.sync_access and not self.sudo().plain_role_uuid:
            roles = ask(lambda client: client.roles(self.site_id))
            self.sudo()._keep_plain_role(roles)

    @api.ondelete(at_uninstall=False)
    def _check_no_access_left(self):
        """Nobody could take it away any more. What a copy knows is the original's."""
        for site in self:
            if not site.is_copy and site.sudo().access_ids.filtered("group_uuid"):
                raise UserError(
                    self.env._(
                        "People still have access at %s through groups that Odoo "
                        "created. Deactivate the site and remove the access first. Or "
                        "leave this site as it is, archive it, and create a new one.",
                        site.name,
                    )
                )

    # -- passes

    @api.model
    def _cron_sync_access(self):
        """Bring all sites to what their bookings say; one that fails stops no other."""
        crons = self.env["ir.cron"]
        self._tell_about_copies()
        # A site that does not answer takes long to do so: it makes no other wait.
        sites = self._reached_sites().sorted(lambda site: site._is_failing())
        # As long as something remains, we are called again at once.
        time_left = crons._commit_progress(remaining=len(sites))

        def goes_on(done):
            nonlocal time_left
            time_left = crons._commit_progress(done, remaining=1)
            return time_left > 0

        for site in sites:
            site._sync_access(goes_on=goes_on)
            if not time_left:
                return
        certainly(self.env["salto.ks.access"], lambda rows: rows._tell_about_problems())
        self._plan_next_retry()
        crons._commit_progress(remaining=0)

    @api.model
    def _plan_next_retry(self):
        """Have the scheduled action run when the next one is to be tried again."""
        next_try = certainly(self, lambda own: own._next_retry())
        if next_try:
            self.env.ref("resource_booking_salto_ks.cron_sync_access")._trigger(
                next_try
            )

    @api.model
    def _next_retry(self):
        """When the next one is to be tried again that failed; None if none is."""
        waiting = self.env["salto.ks.access"].search(
            [
                ("next_try", ">", fields.Datetime.now()),
                ("error", "!=", False),
                ("integration_id", "in", self._reached_sites().ids),
            ],
            order="next_try",
            limit=1,
        )
        return waiting.next_try

    def _sync_access(self, only=None, urgent=False, goes_on=lambda done: True):
        """One pass over a site. Whatever goes wrong with the site stays with it.

        :param only: salto.ks.access to work on; None: all that is due
        :param urgent, goes_on: see AccessPass
        """
        self.ensure_one()
        if self not in self._reached_sites():
            return
        try:
            AccessPass(self._for_staff(), only and only.ids, urgent).run(goes_on)
        except (KsError, UserError) as error:
            _logger.info("Salto KS: no access synchronised at %s: %s", self.id, error)
        except Exception:
            # A mistake of ours about one site must not cost the others their access.
            _logger.exception("Salto KS: synchronising %s broke off", self.id)

    def _for_staff(self):
        """This site with all rights, and in the language of whom it calls: what is
        stored is read by people, whoever happened to write it."""
        site = self.sudo()
        return site.with_context(lang=site._responsible().lang)

    # -- by hand

    def action_sync_access(self):
        """Bring Salto to what the bookings say, now."""
        self.ensure_one()
        self.check_access("write")
        self._check_gives_access()
        return self._sync_and_tell()

    def _sync_and_tell(self):
        self.env.flush_all()
        certainly(self, lambda site: site._make_all_due())
        self._sync_access(urgent=True)
        self._plan_next_retry()
        return self._notify(**certainly(self, lambda site: site._sync_summary()))

    def _why_not_kept(self, to_remove=False):
        """Why access at this site cannot be changed now, as a sentence; or "".

        :param to_remove: it is only to be taken away, which a switched-off site allows
        """
        try:
            if to_remove:
                self._identity()
            else:
                self._check_gives_access()
        except UserError as error:
            return str(error)
        return ""

    def _check_gives_access(self):
        """
        :raises UserError: it does not, or cannot; the sentence says what to do
        """
        if self.is_copy:
            raise UserError(self._copy_sentence())
        if self not in self._access_sites():
            raise UserError(
                self.env._(
                    "Access is not kept for %s: activate the site and switch Keep "
                    "access groups on first.",
                    self.name,
                )
            )
        self._require_site()
        self._identity()

    def _make_all_due(self):
        self._note_all_bookings()
        self.access_ids.filtered("error")._make_due()
        self.ks_user_ids.filtered("problem").write({"asked_for": False})

    def _sync_summary(self):
        """What there is after a pass, as arguments of ``_notify``."""
        self._compute_access_counts()
        contact = self.contact_ids[:1]
        if contact.brake_at:
            return {"message": self._brake_sentence(), "kind": "danger"}
        sentences = [self.env._("%s bookings have access at Salto.", self.access_count)]
        if self.access_problem_count:
            sentences.append(
                self.env._("%s have a problem: see Access.", self.access_problem_count)
            )
        if contact.failing_since:
            sentences.append(contact.last_error)
        troubled = self.access_problem_count or contact.failing_since
        return {
            "message": " ".join(sentences),
            "kind": "warning" if troubled else "success",
        }

    def _brake_sentence(self):
        if self.brake_spares_bookings:
            return self.env._(
                "Stopped: all access, or nearly all, would be removed from bookings "
                "that still stand. Open the list. If it is right, press Remove this "
                "access; if not, fix the cause: the mapping, the stages, the contacts."
            )
        return self.env._(
            "Stopped: much more access than usual would be removed at once. Nothing "
            "was changed. Open the list. If it is right, press Remove this access; if "
            "not, fix the cause."
        )

    def _access_action(self, domain):
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "resource_booking_salto_ks.access_action"
        )
        return {
            **action,
            "domain": [("integration_id", "=", self.id), *domain],
            "context": {},
        }

    def action_view_access(self):
        self.ensure_one()
        return self._access_action([])

    def action_view_access_problems(self):
        self.ensure_one()
        return self._access_action([("error", "!=", False)])

    def action_view_ks_users(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "resource_booking_salto_ks.ks_user_action"
        )
        return {**action, "domain": [("integration_id", "=", self.id)]}
