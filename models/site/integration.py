from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...tools.activities import schedule_activity
from ...tools.secret_field import Secret
from .platform import ENVIRONMENTS

# Fields of resource.booking that may record an opening: besides ours only the
# customer's own, because writing a field of another module could move a booking.
OWN_OPEN_FIELD = "salto_ks_last_open"


class SaltoKsIntegration(models.Model):
    _name = "salto.ks.integration"
    _description = "Salto KS site"
    _inherit = ["salto.ks.guarded", "mail.thread", "mail.activity.mixin"]
    _fixed = frozenset({"company_id"})
    _order = "name, id"
    _check_company_auto = True
    _minutes_before_range = models.Constraint(
        "CHECK (minutes_before BETWEEN 0 AND 1440)",
        "Time before must be between 0 and 1440 minutes.",
    )
    _minutes_after_range = models.Constraint(
        "CHECK (minutes_after BETWEEN 0 AND 1440)",
        "Time after must be between 0 and 1440 minutes.",
    )

    name = fields.Char(required=True, default=lambda self: self.env._("Salto KS site"))
    active = fields.Boolean(default=True)
    company_id = fields.Many2one(
        "res.company",
        required=True,
        index=True,
        default=lambda self: self.env.company,
    )
    state = fields.Selection(
        [("inactive", "Inactive"), ("active", "Active")],
        default="inactive",
        required=True,
        readonly=True,
        copy=False,
        tracking=True,
    )
    # Authentication
    environment = fields.Selection(
        ENVIRONMENTS,
        default="acceptance",
        required=True,
        readonly=True,
        tracking=True,
        help="Acceptance is Salto's test environment; it opens no real doors.",
    )
    site_uid = fields.Char(
        "Site UID",
        tracking=True,
        help="The site's code as the Salto KS dashboard shows it, "
        "for example NL6254340082.",
    )
    site_id = fields.Char("Site ID", readonly=True, copy=False)
    site_tz = fields.Char("Site time zone", readonly=True, copy=False)
    username = fields.Char(tracking=True, help="The e-mail of the Salto KS account.")
    password = Secret(
        compute="_compute_password",
        inverse="_inverse_password",
        help="Stored encrypted and never shown again. Type a new one to replace it.",
    )
    has_password = fields.Boolean(compute="_compute_password")
    iq_ids = fields.One2many("salto.ks.iq", "integration_id", "IQs")
    lock_ids = fields.One2many("salto.ks.lock", "integration_id", "Locks")
    lock_count = fields.Integer(compute="_compute_lock_count")

    # Details
    open_stage_ids = fields.Many2many(
        "resource.booking.stage",
        string="Lock may open from stage",
        default=lambda self: self._default_open_stages(),
    )
    minutes_before = fields.Integer(
        "Time before",
        default=15,
        help="Minutes before the booking's start from which its doors may open.",
    )
    minutes_after = fields.Integer(
        "Time after",
        default=0,
        help="Minutes after the booking's end until which its doors may open.",
    )
    last_open_field_id = fields.Many2one(
        "ir.model.fields",
        "Save last open action in field",
        domain=lambda self: self._last_open_field_domain(),
        default=lambda self: self.env["ir.model.fields"]._get(
            "resource.booking", OWN_OPEN_FIELD
        ),
        ondelete="set null",
    )
    checkin_stage_id = fields.Many2one(
        "resource.booking.stage",
        "Stage after opening",
        ondelete="set null",
        default=lambda self: self.env.ref(
            "resource_booking_salto_ks.stage_checked_in", raise_if_not_found=False
        ),
        help="The booking moves to this stage when its door opens. "
        "Leave empty to keep the stage.",
    )
    guest_opening = fields.Boolean(
        "Guests may open",
        tracking=True,
        help="Guests open the doors of their own booking from its page on the portal, "
        "by the same rules.",
    )
    guest_phone = fields.Char(
        "Phone for guests",
        help="Number a guest can call when the door stays closed. Defaults to the "
        "company's phone.",
    )

    change_warning = fields.Char(compute="_compute_change_warning")

    # Mapping
    mapping_ids = fields.One2many("salto.ks.mapping", "integration_id", "Mapping")

    @api.model
    def _default_open_stages(self):
        return self.env["resource.booking.stage"].search(
            [("booking_state", "=", "confirmed"), ("fold", "=", False)]
        )

    @api.model
    def _last_open_field_domain(self):
        return [
            ("model", "=", "resource.booking"),
            ("ttype", "=", "datetime"),
            ("store", "=", True),
            "|",
            ("name", "=", OWN_OPEN_FIELD),
            "&",
            ("state", "=", "manual"),
            ("readonly", "=", False),
        ]

    @api.depends("environment")
    @api.depends_context("uid")
    def _compute_password(self):
        vault = self.env["salto.ks.vault"].sudo()
        for integration in self:
            place = integration._get_platform()._find_place()
            integration.password = False
            integration.has_password = vault._has(
                "password", integration._origin, place
            )

    def _inverse_password(self):
        vault = self.env["salto.ks.vault"].sudo()
        for integration in self.filtered("password"):
            vault._put("password", integration, integration.password)
        # Or else this transaction would still answer with what was typed.
        self.invalidate_recordset(["password", "has_password"])

    @api.depends("lock_ids")
    def _compute_lock_count(self):
        for integration in self:
            integration.lock_count = len(integration.lock_ids)

    @api.constrains("last_open_field_id")
    def _check_last_open_field(self):
        for field in self.last_open_field_id:
            if not field.filtered_domain(self._last_open_field_domain()):
                raise ValidationError(
                    self.env._(
                        "The field '%s' is not safe to write to. Choose 'Last opened' "
                        "or a date and time field of your own on bookings.",
                        field.field_description,
                    )
                )

    @api.depends("environment", "site_uid", "username")
    @api.depends_context("lang")
    def _compute_change_warning(self):
        for integration in self:
            integration.change_warning = integration._describe_loss()

    def _describe_loss(self):
        """What saving another site or account loses; "" if nothing."""
        before = self._origin
        iqs = before.with_context(active_test=False).iq_ids
        activated = iqs.filtered(lambda iq: iq.activation_state != "not_activated")
        is_active = before.state == "active"
        changed = {"environment": self.environment, "site_uid": self.site_uid}
        if self._moves(changed) and (before.iq_ids or before.lock_ids or is_active):
            return self.env._(
                "Saving this deactivates the site and removes its ID, the activation "
                "of its IQs, and its locks. Mapping rows stay, but their locks have to "
                "be chosen again. Another environment asks for the password again. "
                "Saving is refused as long as people have access at the old site. "
                "Discard the change to keep all as it is."
            )
        if self.username != before.username and (activated or is_active):
            return self.env._(
                "Saving this deactivates the site and removes the activation of its "
                "IQs, because PINs belong to the account: activate them again "
                "afterwards. Discard the change to keep all as it is."
            )
        return ""

    def write(self, vals):
        """Save, and forget what no longer holds for another site or account."""
        vals = self._normalize(vals)
        moved = self.filtered(lambda one: one._moves(vals))
        renamed = self.filtered(
            lambda one: "username" in vals
            and (vals["username"] or "") != (one.username or "")
        )
        result = super().write(vals)
        for integration in self:
            if integration in moved or integration in renamed:
                integration._forget_account()
            if integration in moved:
                integration._forget_site()
            if vals.get("password"):
                integration._forget_token()
        return result

    def _moves(self, vals):
        """Would writing ``vals`` make this another site?"""
        origin = self._origin
        vals = self._normalize(vals)
        return bool(origin.site_id) and any(
            name in vals and (vals[name] or "") != (origin[name] or "")
            for name in ("environment", "site_uid")
        )

    @api.ondelete(at_uninstall=False)
    def _unlink_except_used(self):
        """The database would refuse it too, in words that nobody understands."""
        openings = self.env["salto.ks.opening"].sudo()
        for site in self:
            of_site = [("lock_id.integration_id", "=", site.id)]
            if openings.with_context(active_test=False).search(of_site, limit=1):
                raise UserError(
                    self.env._(
                        "%s cannot be deleted: doors of it were opened from Odoo, and "
                        "that stays on record. Deactivate and archive it instead.",
                        site.name,
                    )
                )

    def _forget_token(self):
        self.env["salto.ks.vault"].sudo()._put("token", self, None)

    def _forget_account(self):
        """What belongs to the old account: its token and the activation of its IQs."""
        self._forget_token()
        self.with_context(active_test=False).iq_ids._forget_activation()
        if self.state == "active":
            self.sudo().state = "inactive"

    def _forget_site(self):
        """What belongs to the old site. Openings stay, and so their locks do."""
        site = self.sudo()
        site.lock_ids.write({"active": False, "online": False})
        site.iq_ids.write({"active": False, "online": False})
        site.write({"site_id": False, "site_tz": False})

    @api.model
    def _normalize(self, vals):
        if vals.get("site_uid"):
            vals = {**vals, "site_uid": "".join(vals["site_uid"].split()).upper()}
        return vals

    def _responsible(self):
        """The person to call when this site needs one: a manager of its company."""
        self.ensure_one()
        group = self.env.ref("resource_booking_salto_ks.group_salto_ks_manager")
        managers = group.sudo().all_user_ids.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )
        people = managers.filtered(lambda user: not user._is_superuser())
        return (people & self.create_uid) or people[:1] or self.create_uid

    def _alert_responsible(self, kind, *, summary, note):
        """Call that person by an activity on the site, unless one waits already;
        parameters as of ``schedule_activity``."""
        if not self.activity_search([kind]):
            person = self._responsible()
            schedule_activity(self, kind, summary=summary, note=note, person=person)
