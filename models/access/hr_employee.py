from odoo import models


class HrEmployee(models.Model):
    """Departments count, be it the contact's or the user's."""

    _name = "hr.employee"
    _inherit = ["hr.employee", "salto.ks.access.cause"]

    # A department that is entered for a later day comes with another version.
    _salto_ks_causes = frozenset(
        {"department_id", "current_version_id", "work_contact_id", "user_id", "active"}
    )

    def _salto_ks_affected(self):
        people = self.sudo().work_contact_id | self.sudo().user_id.partner_id
        return people._salto_ks_affected()
