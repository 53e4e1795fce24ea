from datetime import datetime, timezone

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...rules.opening.opening import Code
from ...rules.reception import lights as rules
from ...rules.reception.lights import Why
from ...rules.times.moments import aware
from ...tools.client_actions import notify, open_list
from ...wording.reception import light_sentence, short_verdict
from ..opening.resource_booking_verdict import USER_GROUP

# {what a light says: the method that helps}; for the door by the rules' code.
HELP = {
    Why.NOBODY: "action_salto_ks_view_booking",
    Why.NO_ADDRESS: "action_salto_ks_view_guest",
    Why.KEY_PROBLEM: "action_salto_ks_view_people",
    Why.ACCESS_FAILED: "action_salto_ks_view_access",
    Why.LATE: "action_salto_ks_check_in",
}
DOOR_HELP = {
    Code.STAGE_NOT_ALLOWED: "action_salto_ks_check_in",
    Code.NO_LOCK: "action_salto_ks_view_mapping",
    Code.LOCK_REMOVED: "action_salto_ks_view_mapping",
    Code.LOCK_WITHOUT_IQ: "action_salto_ks_view_mapping",
    Code.IQ_OFFLINE: "action_salto_ks_look_again",
    Code.IQ_TO_RESTORE: "action_salto_ks_look_again",
}
MANAGER = "resource_booking_salto_ks.group_salto_ks_manager"


class ResourceBooking(models.Model):
    """Five lights: what a booking still lacks until its guest is inside, and the button
    that helps."""

    _inherit = "resource.booking"

    salto_ks_lights = fields.Json(
        "Lights",
        compute="_compute_salto_ks_lights",
        groups=USER_GROUP,
        help="{person, key, access, door, arrived}: each {state, text, button}.",
    )
    salto_ks_short_verdict = fields.Char(
        "Door now", compute="_compute_salto_ks_lights", groups=USER_GROUP
    )

    @api.depends(
        "partner_ids.email",
        "salto_ks_access_ids.state",
        "salto_ks_open_verdict",
        "salto_ks_arrived_at",
        "salto_ks_left_at",
    )
    @api.depends_context("uid", "tz", "lang", "allowed_company_ids")
    def _compute_salto_ks_lights(self):
        own = self.filtered(lambda one: one._salto_ks_is_own())
        (self - own).salto_ks_lights = (self - own).salto_ks_short_verdict = False
        for booking, (lights, lock, verdict) in own._salto_ks_find_lights().items():
            booking.salto_ks_short_verdict = short_verdict(self.env, verdict)
            booking.salto_ks_lights = booking._salto_ks_show(lights, lock, verdict)

    def _salto_ks_find_lights(self):
        """{booking: ({name: rules.reception.lights.Light}, lock, verdict)}

        Lock and verdict are of the door that most needs somebody.
        """
        users = self._salto_ks_find_users()
        now = datetime.now(timezone.utc)
        facts = self._salto_ks_booking_facts(self.salto_ks_lock_ids)
        return {booking: booking._salto_ks_judge(users, now, facts) for booking in self}

    def _salto_ks_judge(self, users, now, facts):
        booking = self.sudo()
        sites = self.salto_ks_lock_ids.sudo().integration_id
        keeps = any(one.sync_access and one.state == "active" for one in sites)
        guests = self._salto_ks_light_guests(users, sites[:1])
        verdicts = self._salto_ks_verdicts(facts=facts)
        verdicts = verdicts or {None: self._salto_ks_verdict(facts=facts)}
        door, place = rules.door_light([*verdicts.values()])
        states = booking.salto_ks_access_ids.mapped("state")
        lights = {
            "person": rules.person_light(guests, keeps),
            "key": rules.key_light(guests, keeps),
            "access": rules.access_light(states, keeps),
            "door": door,
            "arrived": rules.arrived_light(
                now,
                aware(booking.start),
                aware(booking.stop),
                bool(booking.salto_ks_arrived_at),
                bool(booking.salto_ks_left_at),
            ),
        }
        return lights, *[*verdicts.items()][place]

    def _salto_ks_find_users(self):
        """{(site, partner): salto.ks.user} for all guests of these bookings."""
        rows = self.env["salto.ks.user"].sudo()
        partners = self.sudo().partner_ids
        found = rows.search([("partner_id", "in", partners.ids)], order="id desc")
        return {(row.integration_id, row.partner_id): row for row in found}

    def _salto_ks_light_guests(self, users, site):
        guests = []
        for partner in self.sudo().partner_ids:
            row = users.get((site, partner))
            guests.append(
                rules.Guest(
                    has_address=bool(partner.email or partner.salto_ks_tag),
                    is_known=bool(row and row.user_uuid),
                    has_problem=bool(
                        row and (row.problem or row.blocked or not row.seated)
                    ),
                )
            )
        return guests

    # -- each as the desk reads it

    def _salto_ks_show(self, lights, lock, verdict):
        """Lights as the browser gets them; the parameters are of
        ``_salto_ks_find_lights``."""
        booking = self.sudo()
        names = {"names": self.salto_ks_guest}
        moments = booking.salto_ks_left_at, booking.salto_ks_arrived_at, booking.start
        errors = booking.salto_ks_access_ids.filtered("error")
        details = {
            "person": names,
            "key": names,
            "access": {"text": errors[:1].error or ""},
            "door": {"text": self._salto_ks_door_text(lock, verdict)},
            "arrived": {"at": aware(next(filter(None, moments), None))},
        }
        help_of_door = {"door": DOOR_HELP.get(verdict.code)}
        return {
            name: self._salto_ks_with_button(
                {
                    "state": light.state,
                    "text": light_sentence(self.env, light.why, **details[name]),
                },
                help_of_door.get(name) or HELP.get(light.why),
            )
            for name, light in lights.items()
        }

    def _salto_ks_door_text(self, lock, verdict):
        if DOOR_HELP.get(verdict.code) == "action_salto_ks_view_mapping":
            # The button says what to do, or who can.
            return f"{short_verdict(self.env, verdict)}."
        return self._salto_ks_verdict_sentence(verdict, lock)

    def _salto_ks_with_button(self, shown, method):
        """
        :param method: what helps; None if nothing has to be done
        """
        if method == "action_salto_ks_view_mapping" and not self.env.user.has_group(
            MANAGER
        ):
            shown["text"] = self.env._("%s Ask a manager to link it.", shown["text"])
        elif method:
            label = self._salto_ks_button_label(method)
            shown["button"] = {"name": method, "label": label}
        return shown

    def _salto_ks_button_label(self, method):
        return {
            "action_salto_ks_view_booking": self.env._("Open the booking"),
            "action_salto_ks_view_guest": self.env._("Open the contact"),
            "action_salto_ks_view_people": self.env._("See the people"),
            "action_salto_ks_view_access": self.env._("See the access"),
            "action_salto_ks_check_in": self.env._("Check in"),
            "action_salto_ks_look_again": self.env._("Look again"),
            "action_salto_ks_view_mapping": self.env._("Open the mapping"),
        }[method]

    # -- the buttons

    def action_salto_ks_view_booking(self):
        self.ensure_one()
        return self._salto_ks_form_of(self)

    def action_salto_ks_view_guest(self):
        """The contact that lacks something, or the first one."""
        self.ensure_one()
        guests = self.partner_ids
        lacking = guests.filtered(lambda one: not (one.email or one.salto_ks_tag))
        return self._salto_ks_form_of((lacking or guests)[:1])

    def action_salto_ks_view_people(self):
        self.ensure_one()
        domain = [("partner_id", "in", self.partner_ids.ids)]
        return open_list(self.env, "ks_user_action", domain)

    def action_salto_ks_view_access(self):
        self.ensure_one()
        return self._salto_ks_form_of(self.salto_ks_access_ids[:1])

    def action_salto_ks_view_mapping(self):
        self.ensure_one()
        return self._salto_ks_form_of(self._salto_ks_site().with_env(self.env))

    def action_salto_ks_look_again(self):
        """Ask Salto how the IQs of this booking's doors are, now.

        :raises UserError: the booking has no door
        """
        self.ensure_one()
        self._salto_ks_check_own_desk()
        iqs = self.salto_ks_lock_ids.sudo().salto_iq_id
        if not iqs:
            raise UserError(self.env._("No door is linked to this booking."))
        for iq in iqs:
            iq._look_again(asked=True)
        iqs.invalidate_recordset()
        self.invalidate_recordset()
        down = iqs.filtered(lambda one: not one.online).mapped("name")
        if not down:
            return notify(self.env._("Online again."))
        return notify(self.env._("Still offline: %s.", ", ".join(down)), kind="warning")

    def _salto_ks_form_of(self, record):
        return {
            "type": "ir.actions.act_window",
            "res_model": record._name,
            "res_id": record.id,
            "views": [(False, "form")],
            "target": "new" if record._name == "res.partner" else "current",
        }
