"""Everything else that access depends on, besides bookings: a change leaves a note."""

from odoo import api, fields, models

from .booking import USER_GROUP

MAPPED = [("combination_id", "!=", False)]


class ResPartner(models.Model):
    _inherit = "res.partner"

    salto_ks_tag = fields.Char(
        "Salto KS tag",
        copy=False,
        groups=USER_GROUP,
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


class SaltoKsPeopleFollower(models.AbstractModel):
    """Something that makes people ones who may switch office mode."""

    _name = "salto.ks.people.follower"
    _description = "Something that says who may switch office mode"

    # Names of the fields that say whom it concerns.
    _salto_ks_watched = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._salto_ks_people()._note_salto_ks_access()
        return records

    def write(self, vals):
        if not self._salto_ks_watched & vals.keys():
            return super().write(vals)
        before = self._salto_ks_people()
        result = super().write(vals)
        (before | self._salto_ks_people())._note_salto_ks_access()
        return result

    def unlink(self):
        self._salto_ks_people()._note_salto_ks_access()
        return super().unlink()

    def _salto_ks_people(self):
        """The partners whom it concerns now."""
        raise NotImplementedError


class ResPartnerCategory(models.Model):
    """Tags may be given and taken from their side, too."""

    _name = "res.partner.category"
    _inherit = ["res.partner.category", "salto.ks.people.follower"]

    _salto_ks_watched = frozenset({"partner_ids", "active"})

    def _salto_ks_people(self):
        return self.sudo().partner_ids


class HrEmployee(models.Model):
    """Departments count, be it the contact's or the user's."""

    _name = "hr.employee"
    _inherit = ["hr.employee", "salto.ks.people.follower"]

    # A department that is entered for a later day comes with another version.
    _salto_ks_watched = frozenset(
        {"department_id", "current_version_id", "work_contact_id", "user_id", "active"}
    )

    def _salto_ks_people(self):
        return self.sudo().work_contact_id | self.sudo().user_id.partner_id


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
