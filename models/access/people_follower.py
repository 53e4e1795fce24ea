from odoo import api, models


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
