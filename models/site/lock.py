from odoo import api, fields, models
from odoo.exceptions import ValidationError

from ...rules.site.ids import normalized_id

# Kanban colours of tags.
RED, YELLOW = 1, 3


class SaltoKsLock(models.Model):
    """A door of a site. Nearly all of it is what Salto says: people change it there."""

    _name = "salto.ks.lock"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS lock"
    _order = "name, id"
    _fixed = frozenset({"integration_id", "lock_id"})
    _all_kept = True
    _lock_unique = models.Constraint(
        "UNIQUE (integration_id, lock_id)", "This lock is already on the list."
    )
    _lock_id_normalized = models.Constraint(
        "CHECK (lock_id = lower(lock_id))", "A lock's ID is written in small letters."
    )

    integration_id = fields.Many2one(
        "salto.ks.integration", "Site", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="integration_id.company_id", store=True, index=True
    )
    lock_id = fields.Char("Lock ID", required=True, help="The lock's UUID at Salto.")
    name = fields.Char(required=True, index="trigram")
    is_common = fields.Boolean(
        "Common door",
        help="People pass it on their way to several rooms: it opens with the full "
        "time before and after a booking. A room's own door never opens into the time "
        "of another booking of the room.",
    )
    active = fields.Boolean(
        default=True, help="Off: Salto no longer lists it among the site's locks."
    )
    salto_iq_id = fields.Many2one(
        "salto.ks.iq",
        "IQ",
        index="btree_not_null",
        ondelete="set null",
        help="The gateway that the lock is reached through. "
        "A lock without one cannot be opened from here.",
    )
    online = fields.Boolean(readonly=True)
    battery_level = fields.Char("Battery", readonly=True)
    privacy_mode = fields.Boolean(
        readonly=True, help="Somebody inside wants to be left alone."
    )
    office_mode = fields.Boolean(
        readonly=True, help="It stays open for everybody until it is switched back."
    )
    mapping_ids = fields.Many2many("salto.ks.mapping", string="Mapping rows")
    color = fields.Integer(compute="_compute_color")

    @api.depends("name", "active", "salto_iq_id")
    @api.depends_context("lang")
    def _compute_display_name(self):
        for lock in self:
            if not lock.active:
                lock.display_name = self.env._("%s (gone)", lock.name)
            elif not lock.salto_iq_id:
                lock.display_name = self.env._("%s (no IQ)", lock.name)
            else:
                lock.display_name = lock.name

    @api.depends("active", "salto_iq_id")
    def _compute_color(self):
        for lock in self:
            unreachable = YELLOW if not lock.salto_iq_id else 0
            lock.color = unreachable if lock.active else RED

    @api.constrains("salto_iq_id", "integration_id")
    def _check_one_site(self):
        for lock in self:
            iq = lock.salto_iq_id
            if iq and iq.integration_id != lock.integration_id:
                raise ValidationError(
                    self.env._("A lock and its IQ belong to the same Salto site.")
                )

    @api.model
    def _is_kept(self, field):
        """Salto does not know which doors are common: managers say so."""
        return field.name != "is_common" and super()._is_kept(field)

    @api.model
    def _normalize(self, vals):
        if not vals.get("lock_id"):
            return vals
        try:
            return {**vals, "lock_id": normalized_id(vals["lock_id"])}
        except ValueError:
            raise ValidationError(
                self.env._("'%s' is no lock ID: that is a UUID.", vals["lock_id"])
            ) from None

    def _update_from_salto(self, integration, items):
        """Make the locks of a site equal to what Salto lists.

        A lock that is gone is archived, never deleted: its openings are evidence,
        and its mapping rows show it until somebody maps another door.
        An empty answer archives nothing: it is more likely wrong than true.

        :param items: locks as the Connect API lists them
        :returns: how many are new, renamed and gone
        """
        self, integration = self.sudo(), integration.sudo()
        known = {
            lock.lock_id: lock
            for lock in self.with_context(active_test=False).search(
                [("integration_id", "=", integration.id)]
            )
        }
        iqs = {iq.iq_id: iq.id for iq in integration.iq_ids}
        new, renamed, gone, to_create = 0, 0, self.browse(), []
        for item in items:
            vals = self._vals_from_salto(item, iqs)
            lock = known.pop(item["id"], None)
            if lock:
                renamed += lock.name != vals["name"]
                new += not lock.active
                lock._write_changes(vals)
            else:
                vals |= {"lock_id": item["id"], "integration_id": integration.id}
                to_create.append({**vals, "is_common": False})
        self.create(to_create)
        if items:
            gone = self.browse([lock.id for lock in known.values() if lock.active])
            gone.write({"active": False, "online": False})
        return {"new": new + len(to_create), "renamed": renamed, "gone": len(gone)}

    def _vals_from_salto(self, item, iqs):
        iq = item.get("iq") or {}
        return {
            "name": item.get("customer_reference") or item["id"],
            "online": bool(item.get("online")),
            "battery_level": item.get("battery_level"),
            "privacy_mode": bool(item.get("privacy_mode")),
            "office_mode": item.get("locked_state") == "office_mode",
            "salto_iq_id": iqs.get(iq.get("id"), False),
            "active": True,
        }

    def _write_changes(self, vals):
        self.ensure_one()
        current = self._convert_to_write({name: self[name] for name in vals})
        changed = {
            name: value for name, value in vals.items() if current[name] != value
        }
        if changed:
            self.write(changed)
