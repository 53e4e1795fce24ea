from datetime import timedelta
from zoneinfo import ZoneInfo

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS, Domain

from ...rules.access.access import Policy
from ...tools.client_actions import notify
from .access import HELD

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
        "Send to Salto",
        default=7,
        help="Days before the start on which access is sent to Salto. A lock "
        "may take minutes to receive it, and an outage may last.",
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
        "Remove users that Odoo no longer needs",
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
        "Parallel calls", default=4, help="How many calls to Salto at a time."
    )
    access_ids = fields.One2many("salto.ks.access", "integration_id", "Access")
    ks_user_ids = fields.One2many("salto.ks.user", "integration_id", "People")
    plain_role_uuid = fields.Char(readonly=True, copy=False, groups=NO_ACCESS)
    access_count = fields.Integer(compute="_compute_access_counts")
    access_problem_count = fields.Integer(compute="_compute_access_counts")
    ks_user_count = fields.Integer(compute="_compute_access_counts")

    def _compute_access_counts(self):
        access, users = self.env["salto.ks.access"], self.env["salto.ks.user"]
        bookings = "booking_ref:count_distinct"
        given = self._count_by_site(access, [("state", "=", "granted")], bookings)
        problems = self._count_by_site(access, [("error", "!=", False)], bookings)
        people = self._count_by_site(users, [("user_uuid", "!=", False)])
        for integration in self:
            integration.access_count = given.get(integration, 0)
            integration.access_problem_count = problems.get(integration, 0)
            integration.ks_user_count = people.get(integration, 0)

    def _count_by_site(self, model, domain, what="__count"):
        domain = [("integration_id", "in", self.ids), *domain]
        return dict(model._read_group(domain, ["integration_id"], [what]))

    # -- switched on

    def action_activate(self):
        """As without access; says besides what follows from it now."""
        super().action_activate()
        return notify("\n".join(site._activated_sentence() for site in self))

    def _activated_sentence(self):
        """What the passes are about to do at Salto. It is not asked."""
        self.env.flush_all()
        site = self.sudo()
        if site not in site._access_sites():
            return self.env._("%s is active: doors open from Odoo.", self.name)
        now = fields.Datetime.now()
        bookings = site.env["resource.booking"].search(
            [
                ("stage_id", "in", site.access_stage_ids.ids),
                ("start", "<=", now + timedelta(days=site.lead_days)),
                ("stop", ">", now - timedelta(minutes=site.grace_after)),
            ]
        )
        due = bookings.with_context(allowed_company_ids=site.company_id.ids).filtered(
            lambda one: site in one.salto_ks_lock_ids.integration_id
        )
        new = due.partner_ids - site.ks_user_ids.filtered("user_uuid").partner_id
        return self.env._(
            "%(site)s is active: doors open from Odoo. Bookings that get access now: "
            "%(bookings)s, people new to Salto: %(people)s.",
            site=self.name,
            bookings=len(due),
            people=len(new),
        )

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

    @api.model
    def _reached_sites(self):
        """The sites where access is given or, at least, taken away."""
        return self._access_sites() | self._switched_off_sites()

    @api.model
    def _switched_off_sites(self):
        """The sites that give no access, and where somebody may still have some.
        A copy of a database has none."""
        off = (
            Domain("state", "!=", "active")
            | Domain("sync_access", "=", False)
            | Domain("active", "=", False)
        )
        held = Domain("access_ids", "any", HELD) & Domain("site_id", "!=", False)
        sites = self.sudo().with_context(active_test=False).search(off & held)
        return self.sudo().browse(sites.ids).filtered(lambda site: not site.is_copy)

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

    def _record_plain_role(self, roles):
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
        if {"state", "active", "sync_access"} & vals.keys():
            giving = self.sudo().filtered("access_withdrawn") & self._access_sites()
            giving.access_withdrawn = False
        if SETTINGS & vals.keys():
            self._note_all_bookings()
        return result

    @api.ondelete(at_uninstall=False)
    def _note_before_unlink(self):
        """Its mapping goes with it, and the company's other sites may have doors."""
        self._note_all_bookings()

    def _note_all_bookings(self):
        """Have the access looked at of all bookings that are not over and may have some
        here: those of the sites' companies."""
        notes = self.env["salto.ks.access.note"]
        for company in self.sudo().company_id:
            shared = [
                ("type_id.company_id", "=", False),
                ("salto_ks_company_id", "=", company.id),
            ]
            notes._note_upcoming(
                Domain("type_id.company_id", "=", company.id) | Domain(shared)
            )
        live = self.sudo().access_ids.filtered(lambda one: one.state != "revoked")
        notes._note_bookings(live.mapped("booking_ref"))

    def _forget_original(self):
        self.sudo().ks_user_ids.unlink()
        self.sudo().access_ids.unlink()
        return super()._forget_original()

    def _forget_site(self):
        """Groups and people of the old site are out of reach."""
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
            self.sudo()._record_plain_role(roles)

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

    def _open_list(self, xml_id, domain=()):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(xml_id)
        here = [("integration_id", "=", self.id), *domain]
        return {**action, "domain": here, "context": {}}

    def _access_action(self, domain):
        return self._open_list("resource_booking_salto_ks.access_action", domain)

    def action_view_access(self):
        return self._access_action([])

    def action_view_access_problems(self):
        return self._access_action([("error", "!=", False)])

    def action_view_ks_users(self):
        return self._open_list("resource_booking_salto_ks.ks_user_action")
