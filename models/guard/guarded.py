"""What nobody may set by hand, and what may not point to another company.

Access rights and record rules decide which *records* a person may change. They do not
know that a field is Odoo's to keep, that a record belongs to its site for good, nor
whose record a many2one names. That is decided here, once for all models of the addon.
"""

from odoo import api, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Command, Domain
from odoo.models import MAGIC_COLUMNS, BaseModel

MODULE = "resource_booking_salto_ks"
# What the ORM adds to every model, and looks after itself.
AUTOMATIC = {*MAGIC_COLUMNS, "display_name"}
# What Odoo is built of: it belongs to no company, and few people may read it.
TECHNICAL = {"ir.model.fields"}


class KeptFields:
    """For a model of others, which this addon adds fields to: Odoo keeps those of them
    that are read-only by definition.

    Only superuser code gives them a value. They take no default of a user
    (``ir.default``) nor of a context, not even where superuser code makes the row.
    """

    # Odoo's models have no other attributes than it gives them.
    __slots__ = ()

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
    def _search(self, domain, *args, **kwargs):
        """By an id, the ORM finds what points to a record that the caller may not see:
        as in "is opening 7 one of this contact's"."""
        if not self.env.su:
            domain = Domain(domain).map_conditions(self._look_at_own_only)
        return super()._search(domain, *args, **kwargs)

    @api.model
    def _look_at_own_only(self, condition):
        """The same condition, about records that the caller may read."""
        field = self._fields.get(condition.field_expr)
        is_ours = field and self._is_of_addon(field) and field.type == "one2many"
        if not is_ours or condition.operator not in ("in", "not in", "=", "!="):
            return condition
        value = condition.value
        named = [value] if condition.operator in ("=", "!=") else [*value]
        found = Domain(field.name, "any", [("id", "in", [one for one in named if one])])
        if not all(named):
            found |= Domain(field.name, "not any", [])
        return ~found if condition.operator in ("not in", "!=") else found

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


class SaltoKsGuarded(KeptFields, models.AbstractModel):
    """A model of the addon: besides, it knows whose it is, and names nothing foreign.

    Every model and wizard of the addon inherits it, see tests/guard/test_guarded.py.
    """

    _name = "salto.ks.guarded"
    _description = "Record of the Salto KS addon"

    # Names of the fields that say which company, site or record a row belongs to. They
    # are given when the row is made, and stay.
    _fixed = frozenset()
    # Whether all fields are kept: a row of evidence, or one that mirrors Salto.
    _all_kept = False

    @api.model
    def _is_kept(self, field):
        if self._all_kept:
            return self._is_of_addon(field)
        return super()._is_kept(field) and field.name not in self._fixed

    @api.model_create_multi
    def create(self, vals_list):
        vals_list = [self._normalize(vals) for vals in vals_list]
        for vals in vals_list:
            self._check_references(vals)
        return super().create(vals_list)

    def write(self, vals):
        self.check_access("write")
        vals = self._normalize(vals)
        self._check_fixed(vals)
        self._check_references(vals)
        return super().write(vals)

    @api.model
    def _normalize(self, vals):
        """Values as they are kept, however somebody typed them."""
        return vals

    def copy_data(self, default=None):
        """A copy begins anew: what is kept tells about the original."""
        given = default or {}
        return [
            {
                name: value
                for name, value in vals.items()
                if name in given or not self._is_kept(self._fields[name])
            }
            for vals in super().copy_data(default)
        ]

    @api.model
    def default_get(self, fields):
        """A default that names something that the caller may not read is none."""
        return {
            name: value
            for name, value in super().default_get(fields).items()
            if not self._has_foreign({name: value})
        }

    def onchange(self, values, field_names, fields_spec):
        """Before it is saved, too, a draft is told nothing of what it merely names."""
        self._check_references(values)
        return super().onchange(values, field_names, fields_spec)

    def _check_fixed(self, vals):
        """
        :raises UserError: ``vals`` would move a record
        :raises AccessError: Odoo keeps the field
        """
        for name in self._fixed & vals.keys():
            field = self._fields[name]
            self._check_field_access(field, "write")
            for record in self:
                given = field.convert_to_cache(vals[name], record, validate=False)
                if given != field.convert_to_cache(record[name], record):
                    raise UserError(
                        self.env._(
                            "'%(field)s' of %(record)s cannot be changed any more. "
                            "Archive it, or leave it as it is, and add a new one.",
                            field=field._description_string(self.env),
                            record=record.display_name,
                        )
                    )

    @api.model
    def _check_references(self, vals):
        """
        :raises AccessError: ``vals`` name a record that the caller may not read
        """
        if self._has_foreign(vals):
            # Odoo's own sentence would tell developers the name of the record.
            raise AccessError(
                self.env._(
                    "A record is named here that you may not see, perhaps because it "
                    "belongs to another company. Reload the page and choose again."
                )
            )

    @api.model
    def _has_foreign(self, vals):
        """Do ``vals`` name a record that the caller may not read? What superuser code
        names was chosen by Odoo."""
        if self.env.su:
            return False
        try:
            named = list(references(self, vals))
        except (TypeError, ValueError):
            # What is no id cannot be looked at, and the database might understand it.
            return True
        return not all(records.has_access("read") for records in named)


def references(model, vals):
    """The existing records that values for a record name, at any depth of commands.

    :param model: recordset; with the environment to look at the records with
    :param vals: as for ``create``, ``write`` or ``onchange``
    :returns: generator of recordsets
    :raises ValueError: something stands for a record that is no id
    """
    for name, value in vals.items():
        field = model._fields.get(name)
        if field is None or not field.relational or not value:
            continue
        if field.comodel_name in TECHNICAL:
            continue
        comodel = model.env[field.comodel_name]
        if isinstance(value, BaseModel):
            yield comodel.browse(value.ids)
        elif field.type == "many2one":
            yield from _named_by_many2one(comodel, value)
        else:
            for command in value:
                yield from _named_by_command(comodel, command)


def _named_by_many2one(comodel, value):
    if isinstance(value, dict):
        # In a draft, the record that the line is on, with its own values.
        yield comodel.browse(_ids([value.get("id")]))
        yield from references(comodel, value)
    elif isinstance(value, list | tuple):
        yield comodel.browse(_ids(value[:1]))
    else:
        yield comodel.browse(_ids([value]))


def _named_by_command(comodel, command):
    if isinstance(command, dict):
        yield from references(comodel, command)
    elif not isinstance(command, list | tuple):
        yield comodel.browse(_ids([command]))
    elif command[0] == Command.CREATE:
        yield from references(comodel, command[2])
    elif command[0] == Command.UPDATE:
        yield comodel.browse(_ids([command[1]]))
        yield from references(comodel, command[2])
    elif command[0] == Command.SET:
        yield comodel.browse(_ids(command[2]))
    elif command[0] != Command.CLEAR:
        yield comodel.browse(_ids([command[1]]))


def _ids(values):
    # The database takes text for a number, too.
    return [int(one) for one in values if one]
