from odoo import models
from odoo.fields import Domain


class SaltoKsMapping(models.Model):
    _name = "salto.ks.mapping"
    _inherit = ["salto.ks.mapping", "salto.ks.access.cause"]
    _salto_ks_causes = frozenset({"type_id", "resource_id", "lock_ids"})

    def _salto_ks_affected(self):
        """A general row may count for any booking, and few of them change."""
        return Domain("combination_id", "!=", False) if self else Domain.FALSE
