import logging
from datetime import timedelta

from odoo import api, fields, models
from odoo.exceptions import UserError, ValidationError

from ...connect import KsError
from ...rules.site.activation import Change
from ...rules.site.ids import normalized_id
from ...tools.transactions import own_transaction

_logger = logging.getLogger(__name__)

# Clicks on a door that is known to be shut ask Salto no more often than this.
LOOK_AGAIN_AFTER = timedelta(seconds=5)


class SaltoKsIq(models.Model):
    _name = "salto.ks.iq"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS IQ"
    # Secret and PIN belong to one IQ only.
    _fixed = frozenset({"integration_id", "iq_id"})
    _order = "name, id"
    _iq_unique = models.Constraint(
        "UNIQUE (integration_id, iq_id)",
        "This IQ is already on the list, perhaps among the archived ones.",
    )
    _iq_id_normalized = models.Constraint(
        "CHECK (iq_id = lower(iq_id))", "An IQ's ID is written in small letters."
    )

    integration_id = fields.Many2one(
        "salto.ks.integration", "Site", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="integration_id.company_id", store=True, index=True
    )
    iq_id = fields.Char(
        "IQ ID",
        required=True,
        help="The IQ's UUID at Salto, "
        "for example 7f11a2e1-ae06-58bd-aec5-541d0759633f.",
    )
    name = fields.Char(
        required=True,
        compute="_compute_name",
        store=True,
        readonly=False,
        precompute=True,
    )
    active = fields.Boolean(default=True)
    online = fields.Boolean(readonly=True)
    looked_at = fields.Datetime(
        "As of", readonly=True, copy=False, help="When Salto last told its state."
    )
    offline_since = fields.Datetime(compute="_compute_offline_since", store=True)
    restore_required = fields.Boolean(
        readonly=True, help="The IQ was reset at the device and has to be restored."
    )
    activation_state = fields.Selection(
        [
            ("not_activated", "Not activated"),
            ("pin_requested", "PIN requested"),
            ("activated", "Activated"),
            ("reactivation_needed", "Activate again"),
        ],
        default="not_activated",
        required=True,
        readonly=True,
        copy=False,
    )
    activated_at = fields.Datetime("Activated", readonly=True, copy=False)
    pin_sent_at = fields.Datetime("PIN sent", readonly=True, copy=False)
    pin_sent_by = fields.Selection(
        [("sms", "text message"), ("email", "e-mail")], readonly=True, copy=False
    )
    pin_failures = fields.Integer(
        "Wrong PINs", readonly=True, copy=False, help="In a row, while activating."
    )
    pin_blocked_until = fields.Datetime(readonly=True, copy=False)
    pin_change = fields.Selection(
        [
            (Change.SENT.value, "Sent, no answer"),
            (Change.NEW_REFUSED.value, "New PIN refused"),
            (Change.OLD_REFUSED.value, "New and old PIN refused"),
            (Change.UNPROVEN.value, "Accepted, no door opened yet"),
        ],
        "Change of the PIN",
        readonly=True,
        copy=False,
        help="Only while something about the last change is not known yet.",
    )
    otp_failures = fields.Integer(
        readonly=True, copy=False, help="Codes refused in a row."
    )
    blocked_until = fields.Datetime(readonly=True, copy=False)
    refusal_activity_id = fields.Many2one(
        "mail.activity",
        readonly=True,
        copy=False,
        index="btree_not_null",
        groups="resource_booking_salto_ks.group_salto_ks_manager",
        help="What a manager was called with, because codes were refused.",
    )
    lock_ids = fields.One2many("salto.ks.lock", "salto_iq_id", "Locks")
    lock_count = fields.Integer(compute="_compute_lock_count")

    def _compute_lock_count(self):
        counts = dict(
            self.env["salto.ks.lock"]._read_group(
                [("salto_iq_id", "in", self.ids)], ["salto_iq_id"], ["__count"]
            )
        )
        for iq in self:
            iq.lock_count = counts.get(iq, 0)

    @api.depends("online", "looked_at")
    def _compute_offline_since(self):
        for iq in self:
            down = iq.looked_at and not iq.online
            iq.offline_since = down and (iq.offline_since or iq.looked_at)

    @api.depends("iq_id")
    def _compute_name(self):
        for iq in self:
            iq.name = iq.name or (iq.iq_id and self.env._("IQ %s", iq.iq_id[:8]))

    @api.onchange("iq_id")
    def _onchange_iq_id(self):
        if self.iq_id:
            self.iq_id = self._normalize({"iq_id": self.iq_id})["iq_id"]

    @api.model
    def _normalize(self, vals):
        if not vals.get("iq_id"):
            return vals
        try:
            return {**vals, "iq_id": normalized_id(vals["iq_id"])}
        except ValueError:
            raise ValidationError(
                self.env._(
                    "'%s' is no IQ ID. It has 32 digits and letters from a to f, for "
                    "example 7f11a2e1-ae06-58bd-aec5-541d0759633f.",
                    vals["iq_id"],
                )
            ) from None

    def _update_from_salto(self, integration, items, activated_items):
        """Make the IQs of a site equal to what Salto lists.

        :param items: IQs as the Connect API lists them
        :param activated_items: rows of the caller's activated IQs; an IQ that we
            hold as activated but Salto no longer does has to be activated again
        """
        self, integration = self.sudo(), integration.sudo()
        known = {
            iq.iq_id: iq
            for iq in self.with_context(active_test=False).search(
                [("integration_id", "=", integration.id)]
            )
        }
        activated = {row["iq_id"] for row in activated_items if row.get("activated")}
        to_create = []
        for item in items:
            vals = {
                "name": item.get("customer_reference") or item["id"],
                "active": True,
                **self._state_from_salto(item),
            }
            iq = known.pop(item["id"], None)
            if not iq:
                to_create.append(
                    {**vals, "iq_id": item["id"], "integration_id": integration.id}
                )
                continue
            if iq.activation_state == "activated" and iq.iq_id not in activated:
                vals["activation_state"] = "reactivation_needed"
            iq.write(vals)
        self.create(to_create)
        if items:
            for gone in known.values():
                gone.write({"active": False, "online": False})

    @api.model
    def _state_from_salto(self, item):
        return {
            "online": bool(item.get("online")),
            "restore_required": bool(item.get("restore_required")),
            "looked_at": fields.Datetime.now(),
        }

    def _look_again(self, asked=False):
        """Ask Salto how the IQ is by now, and remember the answer.

        :param asked: a person wants to know, however short ago the last look was
        :returns: the answer as field values; None if Salto does not tell
        """
        self.ensure_one()
        now = fields.Datetime.now()
        if not asked and self.looked_at and now - self.looked_at < LOOK_AGAIN_AFTER:
            return None
        try:
            site_id = self.integration_id._require_site()
            item = self.integration_id._call(
                lambda client: client.iq_now(site_id, self.iq_id)
            )
        except (KsError, UserError) as error:
            _logger.info("Salto KS: IQ %s not looked at: %s", self.id, error)
            return None
        return self._record_state(item)

    def _record_state(self, item):
        """Keep how Salto shows the IQ; returns that as field values."""
        state = self._state_from_salto(item)
        with own_transaction(self) as iq:
            iq.write(state)
        return state

    def action_activate_pin(self):
        """Open the wizard that activates the IQ with a PIN."""
        self.ensure_one()
        wizard = self.env["salto.ks.pin.activation"].create({"iq_id": self.id})
        return wizard._show()

    @api.ondelete(at_uninstall=False)
    def _keep_secrets_that_come_once(self):
        vault = self.env["salto.ks.vault"].sudo()
        kept = self.filtered(lambda iq: vault._has("iq_secret", iq))
        if kept:
            raise UserError(
                self.env._(
                    "Archive %s instead of deleting it: Salto hands out the secret of "
                    "an IQ only once.",
                    ", ".join(kept.mapped("name")),
                )
            )

    # -- activation: what services/activate_iq.py found out

    def _read_secret(self, kind):
        return self.env["salto.ks.vault"]._get(kind, self)

    def _store_secrets(self, **secrets):
        """Put secrets into the vault, by their kinds; None removes one."""
        vault = self.env["salto.ks.vault"].sudo()
        for kind, secret in secrets.items():
            vault._put(kind, self, secret)

    def _record_activated(self, **secrets):
        """The PIN in the vault holds; what was typed has done its duty.

        :param secrets: to store besides, by their kinds
        """
        self._store_secrets(entered_pin=None, wanted_pin=None, **secrets)
        self.write(
            {
                "activation_state": "activated",
                "activated_at": fields.Datetime.now(),
                "otp_failures": 0,
            }
        )
        # What the manager was called for is over.
        self.refusal_activity_id.filtered("active").unlink()

    def _record_activation_ended(self):
        """No PIN holds any more; so what was typed is void, too."""
        self._store_secrets(entered_pin=None, wanted_pin=None)
        again = self.activation_state in ("activated", "reactivation_needed")
        self.write(
            {
                "activation_state": "reactivation_needed" if again else "not_activated",
                "pin_change": False,
            }
        )

    def _forget_activation(self):
        """The activation belonged to an account that is no longer ours."""
        vault = self.env["salto.ks.vault"].sudo()
        vault.search([("iq_id", "in", self.ids)]).unlink()
        self.sudo().write(
            {
                "activation_state": "not_activated",
                "activated_at": False,
                "otp_failures": 0,
                "blocked_until": False,
                "pin_sent_at": False,
                "pin_failures": 0,
                "pin_blocked_until": False,
                "pin_change": False,
            }
        )
