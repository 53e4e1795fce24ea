"""Everything else that access depends on, besides bookings: a change leaves a note."""

from odoo import api, fields, models

MAPPED = [("combination_id", "!=", False)]


class ResPartner(models.Model):
    _inherit = "res.partner"

    salto_ks_tag = fields.Char(
        "Salto KS tag",
        copy=False,
        help="Number of the tag that the person carries, as it is printed on it.",
    )

    def write(self, vals):
        result = super().write(vals)
        if {"name", "email", "active", "category_id", "salto_ks_tag"} & vals.keys():
            self._note_salto_ks_access()
        return result

    def unlink(self):
        self._note_salto_ks_access()
        return super().unlink()

    def _note_salto_ks_access(self):
        if self:
            notes = self.env["salto.ks.access.note"]
            notes._note_upcoming([("partner_ids", "in", self.ids)])


class HrEmployee(models.Model):
    _inherit = "hr.employee"

    def write(self, vals):
        result = super().write(vals)
        if {"department_id", "work_contact_id", "user_id", "active"} & vals.keys():
            people = self.sudo().work_contact_id | self.sudo().user_id.partner_id
            people._note_salto_ks_access()
        return result


class SaltoKsMapping(models.Model):
    _inherit = "salto.ks.mapping"

    @api.model_create_multi
    def create(self, vals_list):
        rows = super().create(vals_list)
        rows._note_access()
        return rows

    def write(self, vals):
        result = super().write(vals)
        self._note_access()
        return result

    def unlink(self):
        self._note_access()
        return super().unlink()

    def _note_access(self):
        # A general row may count for any booking: all are looked at, and few change.
        self.env["salto.ks.access.note"]._note_upcoming(MAPPED)


class SaltoKsLock(models.Model):
    _inherit = "salto.ks.lock"

    def write(self, vals):
        result = super().write(vals)
        if "active" in vals:
            self.env["salto.ks.access.note"]._note_upcoming(MAPPED)
        return result
