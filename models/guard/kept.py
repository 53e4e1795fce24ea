"""What nobody may set by hand, and what may not point to another company.

Access rights and record rules decide which *records* a person may change. They do not
know that a field is Odoo's to keep, that a record belongs to its site for good, nor
whose record a many2one names. That is decided here, once for all models of the addon.
"""

from odoo import api, models
from odoo.exceptions import AccessError
from odoo.models import MAGIC_COLUMNS

MODULE = "resource_booking_salto_ks"


# What the ORM adds to every model, and looks after itself.
AUTOMATIC = {*MAGIC_COLUMNS, "display_name"}


class SaltoKsKept(models.AbstractModel):
    """Fields that Odoo keeps: those of this addon that are read-only by definition.

    Only superuser code gives them a value. They take no default of a user
    (``ir.default``) nor of a context, not even where superuser code makes the row.
    """

    _name = "salto.ks.kept"
    _description = "Fields that only Odoo sets"

    @api.model
    def _is_kept(self, field):
        return self._is_of_addon(field) and field.readonly

    @api.model
    def _is_of_addon(self, field):
        return field._module == MODULE and field.name not in AUTOMATIC

    @api.model
    def _has_field_access(self, field, operation):
        if operation == "write" and not self.env.su and self._is_kept(field):
            return False
        return super()._has_field_access(field, operation)

    @api.model
    def _check_field_access(self, field, operation):
        if operation == "write" and not self.env.su and self._is_kept(field):
            raise AccessError(
                self.env._(
                    "'%s' is kept by Odoo and cannot be set by hand: use the buttons "
                    "of the form.",
                    field._description_string(self.env),
                )
            )
        return super()._check_field_access(field, operation)

    @api.model
    def default_get(self, fields):
        kept = [
            self._fields[name]
            for name in fields
            if name in self._fields and self._is_kept(self._fields[name])
        ]
        names = {field.name for field in kept}
        defaults = super().default_get([name for name in fields if name not in names])
        for field in kept:
            if field.default:
                value = field.convert_to_cache(field.default(self), self, False)
                defaults[field.name] = field.convert_to_write(value, self)
        return defaults
