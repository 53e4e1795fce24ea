from odoo import api, models


class SaltoKsAccessCause(models.AbstractModel):
    """Something that the access of bookings depends on: its changes leave notes."""

    _name = "salto.ks.access.cause"
    _description = "Something that access depends on"

    # Names of the fields whose change matters.
    _salto_ks_causes = frozenset()

    @api.model_create_multi
    def create(self, vals_list):
        records = super().create(vals_list)
        records._note_salto_ks_access()
        return records

    def write(self, vals):
        if not self._salto_ks_causes & vals.keys():
            return super().write(vals)
        before = self._salto_ks_affected()
        result = super().write(vals)
        affected = before | self._salto_ks_affected()
        self.env["salto.ks.access.note"]._note_upcoming(affected)
        return result

    def unlink(self):
        self._note_salto_ks_access()
        return super().unlink()

    def _note_salto_ks_access(self):
        self.env["salto.ks.access.note"]._note_upcoming(self._salto_ks_affected())

    def _salto_ks_affected(self):
        """Domain of the bookings whose access depends on these now."""
        raise NotImplementedError
