import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ..connect import Account, KsClient, KsError, errors
from ..rules.opening import Policy
from ..rules.readiness import Setup, missing_steps
from . import platform
from .sentences import error_sentence, missing_step_sentence
from .token_store import VaultTokenStore

# Clients keep their connections open; one per integration and process.
_clients = {}

# Fields of resource.booking that may record an opening: besides ours only the
# customer's own, because writing a field of another module could move a booking.
OWN_OPEN_FIELD = "salto_ks_last_open"


class SaltoKsIntegration(models.Model):
    _name = "salto.ks.integration"
    _description = "Salto KS site"
    _inherit = ["mail.thread", "mail.activity.mixin"]
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
        [("acceptance", "Acceptance"), ("production", "Production")],
        default="acceptance",
        required=True,
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
    password = fields.Char(
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
        "Status after opening",
        ondelete="restrict",
        default=lambda self: self.env.ref(
            "resource_booking_salto_ks.stage_checked_in", raise_if_not_found=False
        ),
        help="The booking moves to this stage when its door opens. "
        "Leave empty to leave the stage alone.",
    )

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
            ("readonly", "=", False),
            ("store", "=", True),
            "|",
            ("name", "=", OWN_OPEN_FIELD),
            ("state", "=", "manual"),
        ]

    @api.depends_context("uid")
    def _compute_password(self):
        vault = self.env["salto.ks.vault"].sudo()
        for integration in self:
            integration.password = False
            integration.has_password = vault._has("password", integration._origin)

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

    @api.model_create_multi
    def create(self, vals_list):
        return super().create([self._normalized(vals) for vals in vals_list])

    def write(self, vals):
        vals = self._normalized(vals)
        moved = self.filtered(
            lambda one: any(
                name in vals and vals[name] != one[name]
                for name in ("environment", "site_uid")
            )
        )
        logged_out = moved | self.filtered(
            lambda one: vals.get("password")
            or ("username" in vals and vals["username"] != one.username)
        )
        result = super().write(vals)
        vault = self.env["salto.ks.vault"].sudo()
        for integration in logged_out:
            vault._put("token", integration, None)
        if moved and "site_id" not in vals:
            super(SaltoKsIntegration, moved).write({"site_id": False, "site_tz": False})
        return result

    @api.model
    def _normalized(self, vals):
        if vals.get("site_uid"):
            vals = {**vals, "site_uid": "".join(vals["site_uid"].split()).upper()}
        return vals

    # -- talking to Salto

    def _client(self):
        """The client of this integration, with its connections kept open.

        :raises UserError: settings, username or password are missing
        """
        self.ensure_one()
        self.check_access("write")
        integration = self.sudo()
        try:
            settings = platform.load_platform(integration.env, integration.environment)
        except KsError as error:
            raise UserError(error_sentence(self.env, error)) from None
        password = integration.env["salto.ks.vault"]._get("password", integration)
        if not integration.username or not password:
            raise UserError(
                self.env._(
                    "Fill in the username and the password of the Salto account first."
                )
            )
        who = (settings, Account(integration.username, password))
        key = (self.env.cr.dbname, self.id)
        kept = _clients.get(key)
        if not kept or kept[0] != who:
            kept = (who, KsClient(*who, store=VaultTokenStore(integration)))
            _clients[key] = kept
        return kept[1]

    def _ask(self, question):
        """Put a question to Salto for a person who waits for the answer.

        :param question: callable that takes the client
        :raises UserError: Salto did not answer or refused, in a sentence
        """
        try:
            return question(self._client())
        except KsError as error:
            raise UserError(error_sentence(self.env, error)) from None

    def _require_site(self):
        self.ensure_one()
        if not self.site_id:
            raise UserError(
                self.env._("Fill in the site UID and press Resolve site ID first.")
            )
        return self.site_id

    # -- buttons

    def action_test_access(self):
        """Log in, find the site, and say what was proven."""
        self.ensure_one()
        self._ask(lambda client: client.login())
        self._resolve_site()
        me = self._ask(lambda client: client.me(self.site_id))
        role_codes = {role.get("code") for role in me.get("roles") or []}
        proven = [
            self.env._("logged in as %s", self.username),
            self.env._("site %s found", self.name),
        ]
        if not role_codes & {"site_admin", "site_owner"}:
            raise UserError(
                self.env._(
                    "The login works and the site is there, but the account %s is no "
                    "site admin of it: give it that role in the Salto KS dashboard.",
                    self.username,
                )
            )
        proven.append(self.env._("the account is site admin"))
        return self._notify(
            self.env._("Access works: %s.", ", ".join(proven)), reload=True
        )

    def action_resolve_site_id(self):
        """Look up the site's UUID by its UID."""
        self.ensure_one()
        site = self._resolve_site()
        return self._notify(
            self.env._("Site found: %s.", site.get("customer_reference") or self.name),
            reload=True,
        )

    def _resolve_site(self):
        if not self.site_uid:
            raise UserError(self.env._("Fill in the site UID first."))
        try:
            site = self._client().resolve_site(self.site_uid)
        except errors.NotFound:
            raise UserError(
                self.env._(
                    "Salto knows no site %(uid)s for the account %(account)s in the "
                    "%(environment)s environment: check the site UID.",
                    uid=self.site_uid,
                    account=self.username,
                    environment=self.environment,
                )
            ) from None
        except KsError as error:
            raise UserError(error_sentence(self.env, error)) from None
        zone = site.get("time_zone")
        self.write(
            {
                "site_id": site["id"],
                "site_tz": zone if zone in pytz.all_timezones_set else False,
            }
        )
        return site

    def action_get_iqs(self):
        """Fetch the site's IQs; those that are known are updated."""
        site_id = self._require_site()
        items = self._ask(lambda client: client.iqs(site_id))
        activated = self._ask(lambda client: client.activated_iqs(site_id))
        self.env["salto.ks.iq"]._update_from_salto(self, items, activated)
        return self._notify(self.env._("%s IQs found.", len(items)), reload=True)

    def action_get_locks(self):
        """Fetch the site's locks; those that are gone are archived."""
        site_id = self._require_site()
        items = self._ask(lambda client: client.locks(site_id))
        self.env["salto.ks.lock"]._update_from_salto(self, items)
        return self._notify(self.env._("%s locks found.", len(items)), reload=True)

    def action_activate(self):
        """Switch the site on.

        :raises UserError: something is missing; lists all of it
        """
        for integration in self:
            missing = missing_steps(integration._setup_facts())
            if missing:
                lines = [missing_step_sentence(self.env, step) for step in missing]
                raise UserError(
                    self.env._(
                        "%(name)s cannot open doors yet:\n\n- %(steps)s",
                        name=integration.name,
                        steps="\n- ".join(lines),
                    )
                )
        self.state = "active"

    def action_deactivate(self):
        """Switch the site off: no door opens through it from now on."""
        self.state = "inactive"

    def action_view_locks(self):
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id(
            "resource_booking_salto_ks.lock_action"
        )
        return {**action, "domain": [("integration_id", "=", self.id)]}

    def _setup_facts(self):
        self.ensure_one()
        try:
            platform.load_platform(self.env, self.environment)
            platform_ready = True
        except KsError:
            platform_ready = False
        activated = self.iq_ids.filtered(lambda iq: iq.activation_state == "activated")
        return Setup(
            platform=platform_ready,
            account=bool(self.username and self.has_password),
            site=bool(self.site_id),
            iq=bool(activated),
            locks=bool(self.lock_ids.filtered("salto_iq_id")),
            stages=bool(self.open_stage_ids),
            mapping=bool(self.mapping_ids.lock_ids),
        )

    def _notify(self, message, *, reload=False):
        return {
            "type": "ir.actions.client",
            "tag": "display_notification",
            "params": {
                "message": message,
                "type": "success",
                # Closing an action makes the form read its record again.
                "next": {"type": "ir.actions.act_window_close"} if reload else False,
            },
        }

    def _responsible(self):
        """The person to call when this site needs one: a manager of its company."""
        self.ensure_one()
        group = self.env.ref("resource_booking_salto_ks.group_salto_ks_manager")
        managers = group.sudo().all_user_ids.filtered(
            lambda user: user.active and self.company_id in user.company_ids
        )
        people = managers.filtered(lambda user: not user._is_superuser())
        return (people & self.create_uid) or people[:1] or self.create_uid

    def _opening_policy(self):
        """The settings that the opening rules ask for."""
        self.ensure_one()
        return Policy(
            active=self.active and self.state == "active",
            open_stage_ids=frozenset(self.open_stage_ids.ids),
            minutes_before=self.minutes_before,
            minutes_after=self.minutes_after,
        )
