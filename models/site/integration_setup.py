import pytz

from odoo import api, fields, models
from odoo.exceptions import UserError

from odoo.addons.base.models.res_users import check_identity

from ...connect import KsError, errors
from ...connect.credentials import Platform
from ...rules.site.readiness import Level, Setup, SetupStep, missing_steps, review
from ...tools.client_actions import notify, open_list
from ...wording.errors import error_sentence
from ...wording.setup import (
    doubtful_step_sentence,
    missing_step_sentence,
    not_admin_sentence,
    step_label,
)

# Beyond this the clock of the server is worth mending. Codes are signed with the
# vendor's time, so doors open all the same.
CLOCK_TOLERANCE_SECONDS = 30
SITE_ADMIN_CODES = {"site_admin", "site_owner"}


class SaltoKsIntegration(models.Model):
    """Setting a site up: the buttons, the go-live list, switching it on and off."""

    _inherit = "salto.ks.integration"

    checklist = fields.Json(compute="_compute_checklist")
    is_set_up = fields.Boolean(
        compute="_compute_checklist", help="All steps of the go-live list are green."
    )

    # -- access

    def action_test_access(self):
        """Log in, find the site, and say what was proven.

        :raises UserError: something is wrong; the sentence names the field to look at
        """
        self.ensure_one()
        self._ask(lambda client: client.login())
        site = self._resolve_site()
        me = self._ask(lambda client: client.me(self.site_id))
        self._record_admin(me)
        self._get_iqs()
        doubts = self._access_doubts(me)
        proven = [
            self.env._("logged in as %s", self.username),
            self.env._("site %s found", site.get("customer_reference") or self.name),
            self.env._("the account is site admin"),
        ]
        sentences = [self.env._("Access works: %s.", ", ".join(proven)), *doubts]
        return notify(" ".join(sentences), kind="warning" if doubts else "success")

    def _record_admin(self, me):
        """Note whether the account is a site admin, also where that ends the test.

        :raises UserError: it is not
        """
        role_codes = {role.get("code") for role in me.get("roles") or []}
        is_admin = bool(role_codes & SITE_ADMIN_CODES)
        self.env["salto.ks.site.status"].sudo()._record_account(self, is_admin)
        if not is_admin:
            raise UserError(not_admin_sentence(self.env, self.username))

    def _access_doubts(self, me):
        """What works now, and would keep doors closed later."""
        doubts = []
        if me.get("remote_access") is False:
            doubts.append(
                self.env._(
                    "But the account has no remote access: switch it on for the "
                    "account in the Salto KS dashboard, or no door will open."
                )
            )
        offline = self.iq_ids.filtered(lambda iq: not iq.online)
        if offline:
            doubts.append(self.env._("Offline: %s.", ", ".join(offline.mapped("name"))))
        skew = self._client().skew
        seconds = skew and abs(int(skew.total_seconds()))
        if seconds and seconds > CLOCK_TOLERANCE_SECONDS:
            doubts.append(
                self.env._(
                    "This server's clock is %s seconds off: have it corrected.", seconds
                )
            )
        return doubts

    def action_resolve_site_id(self):
        """Look up the site's UUID by its UID."""
        self.ensure_one()
        site = self._resolve_site()
        return notify(
            self.env._("Site found: %s.", site.get("customer_reference") or self.name)
        )

    def _resolve_site(self):
        self.check_access("write")
        if not self.site_uid:
            raise UserError(self.env._("Fill in the site UID first."))
        try:
            site = self._call(lambda client: client.resolve_site(self.site_uid))
        except errors.NotFound:
            raise UserError(
                self.env._(
                    "Salto knows no site %(uid)s for the account %(account)s in the "
                    "%(environment)s environment: check the site UID, the username "
                    "and the environment.",
                    uid=self.site_uid,
                    account=self.username,
                    environment=self.environment,
                )
            ) from None
        except KsError as error:
            raise UserError(error_sentence(self.env, error)) from None
        zone = site.get("time_zone")
        found = {
            "site_id": site["id"],
            "site_tz": zone if zone in pytz.all_timezones_set else False,
        }
        if any(self[name] != value for name, value in found.items()):
            self.sudo().write(found)
        return site

    # -- IQs and locks

    def action_get_iqs(self):
        """Fetch the site's IQs; those that are known are updated."""
        count = self._get_iqs()
        return notify(self.env._("IQs found: %s.", count))

    def _get_iqs(self):
        self.check_access("write")
        site_id = self._require_site()
        items = self._ask(lambda client: client.iqs(site_id))
        activated = self._ask(lambda client: client.activated_iqs(site_id))
        self.env["salto.ks.iq"]._update_from_salto(self, items, activated)
        return len(items)

    def action_get_locks(self):
        """Fetch the site's locks, and say what changed.

        Those that are gone are archived; they stay visible in their mapping rows.
        """
        self.check_access("write")
        site_id = self._require_site()
        items = self._ask(lambda client: client.locks(site_id))
        iqs = {item["iq"]["id"] for item in items if item.get("iq")}
        if iqs - set(self.iq_ids.mapped("iq_id")):
            self._get_iqs()
        changes = self.env["salto.ks.lock"]._update_from_salto(self, items)
        return notify(
            self._locks_sentence(len(items), changes),
            kind="warning" if changes["gone"] else "success",
        )

    def _locks_sentence(self, count, changes):
        counts = self.env._(
            "Locks found: %(count)s (%(new)s new, %(renamed)s renamed, %(gone)s gone).",
            count=count,
            **changes,
        )
        if not self.mapping_ids._with_gone_locks():
            return counts
        return self.env._(
            "%s Some mapping rows have a lock that is gone: choose another one there.",
            counts,
        )

    def action_view_locks(self):
        self.ensure_one()
        return open_list(self.env, "lock_action", [("integration_id", "=", self.id)])

    # -- on and off

    def action_activate(self):
        """Switch the site on.

        :raises UserError: something is missing; lists all of it
        """
        self.check_access("write")
        for integration in self:
            setup = integration._setup_facts()
            missing = missing_steps(setup)
            if missing:
                lines = [
                    missing_step_sentence(self.env, step, setup, integration.username)
                    for step in missing
                ]
                raise UserError(
                    self.env._(
                        "%(name)s cannot open doors yet:\n\n- %(steps)s",
                        name=integration.name,
                        steps="\n- ".join(lines),
                    )
                )
        self.sudo().state = "active"

    def action_deactivate(self):
        """Switch the site off: no door opens through it from now on."""
        self.check_access("write")
        self.sudo().state = "inactive"

    @check_identity
    def action_use_production(self):
        """Turn to the environment of real doors; asks again who you are."""
        self.check_access("write")
        self.sudo().environment = "production"

    def action_use_acceptance(self):
        """Turn to Salto's test environment."""
        self.check_access("write")
        self.sudo().environment = "acceptance"

    # -- the go-live list

    def _setup_facts(self):
        self.ensure_one()
        try:
            platform = self._get_platform()
            Platform(**platform._load_settings(platform._find_place()))
            platform_ready = True
        except (KsError, UserError):
            platform_ready = False
        activated = self.iq_ids.filtered(lambda iq: iq.activation_state == "activated")
        rows = self.mapping_ids.filtered("lock_ids")
        return Setup(
            platform=platform_ready,
            account=bool(self.username and self.has_password),
            site=bool(self.site_id),
            contacted=bool(self.last_contact_at),
            refused=bool(self.username) and self.refused_account == self.username,
            failing=bool(self.failing_since),
            iqs=len(self.iq_ids),
            iqs_activated=len(activated),
            iqs_offline=len(self._offline_iqs()),
            iqs_to_restore=len(self.iq_ids.filtered("restore_required")),
            locks=len(self.lock_ids.filtered("salto_iq_id")),
            stages=len(self.open_stage_ids),
            rows=len(rows),
            rows_stuck=len(rows.filtered(lambda row: not row._live_locks())),
        )

    @api.depends(
        "environment",
        "username",
        "has_password",
        "site_id",
        "iq_ids.activation_state",
        "iq_ids.online",
        "iq_ids.restore_required",
        "lock_ids.salto_iq_id",
        "open_stage_ids",
        "mapping_ids.lock_ids",
        "last_contact_at",
        "failing_since",
        "refused_account",
    )
    @api.depends_context("lang")
    def _compute_checklist(self):
        for integration in self:
            setup = integration._setup_facts()
            levels = review(setup)
            integration.checklist = [
                integration._checklist_line(step, level, setup)
                for step, level in levels.items()
            ]
            integration.is_set_up = set(levels.values()) == {Level.OK}

    def _checklist_line(self, step, level, setup):
        why = ""
        if level is Level.MISSING:
            why = missing_step_sentence(self.env, step, setup, self.username)
        elif level is Level.WARN:
            offline = ", ".join(self._offline_iqs().mapped("name"))
            why = doubtful_step_sentence(self.env, step, setup, offline)
        button = self._checklist_buttons(setup).get(step)
        return {
            "step": step.value,
            "label": step_label(self.env, step),
            "level": level.value,
            "why": why,
            "button": button if level is not Level.OK else None,
        }

    def _offline_iqs(self):
        """The activated IQs that Salto does not reach."""
        return self.iq_ids.filtered(
            lambda iq: iq.activation_state == "activated" and not iq.online
        )

    def _checklist_buttons(self, setup):
        """The method that fixes a step, and its name for people."""
        access = ["action_test_access", self.env._("Test access")]
        if setup.iqs_to_restore:
            iqs = ["action_activate_next_iq", self.env._("Restore")]
        elif setup.iqs_offline:
            iqs = ["action_look_again", self.env._("Look again")]
        elif setup.iqs:
            iqs = ["action_activate_next_iq", self.env._("Activate PIN")]
        else:
            iqs = ["action_get_iqs", self.env._("Get IQs")]
        suggest = ["action_suggest_mapping", self.env._("Suggest rows")]
        return {
            SetupStep.PLATFORM: ["action_open_settings", self.env._("Settings")],
            SetupStep.SITE: ["action_resolve_site_id", self.env._("Resolve site ID")],
            SetupStep.ACCESS: access,
            SetupStep.IQ: iqs,
            SetupStep.LOCKS: ["action_get_locks", self.env._("Get locks")],
            SetupStep.MAPPING: suggest if setup.locks and not setup.rows else None,
        }

    def action_look_again(self):
        """Ask Salto how the IQs are that were offline."""
        self.ensure_one()
        self.check_access("write")
        for iq in self._offline_iqs():
            iq._look_again(asked=True)
        self.iq_ids.invalidate_recordset()
        still = self._offline_iqs()
        if not still:
            return notify(self.env._("All activated IQs are online."))
        names = ", ".join(still.mapped("name"))
        return notify(
            self.env._("Still offline: %s. Check power and network there.", names),
            kind="warning",
        )

    def action_open_settings(self):
        return self.env["ir.actions.act_window"]._for_xml_id(
            "resource_booking_salto_ks.settings_action"
        )

    def action_activate_next_iq(self):
        """Open the PIN wizard of the first IQ that needs it; restoring goes first."""
        self.ensure_one()
        waiting = self.iq_ids.filtered("restore_required") or self.iq_ids.filtered(
            lambda iq: iq.activation_state != "activated"
        )
        if not waiting:
            return self.action_get_iqs()
        return waiting[0].action_activate_pin()
