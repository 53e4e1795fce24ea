from datetime import timezone

from odoo import fields, models

from ..rules.opening import Door


class SaltoKsLock(models.Model):
    _name = "salto.ks.lock"
    _description = "Salto KS lock"
    _order = "name, id"
    _lock_unique = models.Constraint(
        "UNIQUE (integration_id, lock_id)", "This lock is already on the list."
    )

    integration_id = fields.Many2one(
        "salto.ks.integration", required=True, index=True, ondelete="cascade"
    )
    company_id = fields.Many2one(
        related="integration_id.company_id", store=True, index=True
    )
    lock_id = fields.Char("Lock ID", required=True, help="The lock's UUID at Salto.")
    name = fields.Char(required=True, index="trigram")
    active = fields.Boolean(default=True)
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
    opening_ids = fields.One2many("salto.ks.opening", "lock_id", "Openings")

    def _update_from_salto(self, integration, items):
        """Make the locks of a site equal to what Salto lists.

        A lock that is gone is archived, never deleted: its openings are evidence.
        An empty answer archives nothing: it is more likely wrong than true.

        :param items: locks as the Connect API lists them
        """
        known = {
            lock.lock_id: lock
            for lock in self.with_context(active_test=False).search(
                [("integration_id", "=", integration.id)]
            )
        }
        iqs = {iq.iq_id: iq.id for iq in integration.iq_ids}
        to_create = []
        for item in items:
            vals = self._vals_from_salto(item, iqs)
            lock = known.pop(item["id"], None)
            if lock:
                lock._write_changes(vals)
            else:
                to_create.append(
                    {
                        **vals,
                        "lock_id": item["id"],
                        "integration_id": integration.id,
                    }
                )
        self.create(to_create)
        if items:
            gone = self.browse([lock.id for lock in known.values() if lock.active])
            gone.write({"active": False, "online": False})

    def _vals_from_salto(self, item, iqs):
        iq = item.get("iq") or {}
        return {
            "name": item.get("customer_reference") or item["id"],
            "online": bool(item.get("online")),
            "battery_level": item.get("battery_level"),
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

    def _opening_facts(self):
        """What the opening rules need to know of this door."""
        self.ensure_one()
        iq = self.salto_iq_id
        blocked_until = iq.blocked_until
        return Door(
            active=self.active,
            has_iq=bool(iq),
            iq_activated=iq.activation_state == "activated",
            iq_stopped=iq.activation_state == "reactivation_needed",
            iq_blocked_until=blocked_until
            and blocked_until.replace(tzinfo=timezone.utc),
        )

    def action_open_for_booking(self):
        """Open this door for the booking that the context names."""
        self.ensure_one()
        booking = self.env["resource.booking"].browse(
            self.env.context.get("salto_ks_booking_id")
        )
        return booking.with_context(
            salto_ks_lock_id=self.id
        ).action_salto_ks_open_door()
