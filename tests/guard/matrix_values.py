"""What a role can write into a model, generated from its fields."""

from odoo import Command
from odoo.models import MAGIC_COLUMNS


class Values:
    """One role in front of one model: the rows on both sides, and values for them."""

    # Rows of each side that are looked for.
    MOST = 2

    def __init__(self, env, owners, houses, role, subject):
        self.env = env(su=True, context={"active_test": False})
        self.role = role
        self.subject = subject
        self.model = self.env[subject.name]
        self.owners = owners
        self.other = next(one for one in houses if one is not role.house)
        self.is_twin = role.house is not houses[0]
        self.own_ids = self._rows(subject.name, role.house)
        self.foreign_ids = self._rows(subject.name, self.other)
        if not (self.own_ids or self.foreign_ids or self.model._abstract):
            # Nobody's in particular.
            self.own_ids = self.model.search([], limit=self.MOST).ids
        model = self.model.with_user(role.user)
        self.may = {
            operation: model.has_access(operation)
            for operation in ("read", "write", "create", "unlink")
        }

    def _rows(self, model, house):
        return self.owners.rows_of(model, house, self.MOST)

    @property
    def sides(self):
        """Rows of both sides. The houses are alike: whoever works in the second one is
        tried by fewer calls, about what is the first one's."""
        if self.is_twin and self.foreign_ids:
            return [self.foreign_ids]
        return [ids for ids in (self.own_ids, self.foreign_ids) if ids]

    def _valid_values(self):
        """What would be right for a new row of the role's own house."""
        sample = self.model.browse((self.own_ids or self.foreign_ids or [])[:1])
        defaults = self.model.default_get(list(self.model._fields))
        values = {}
        for name in self.subject.fields:
            one = self.model._fields[name]
            if not (sample and one.store) or one.compute or name in MAGIC_COLUMNS:
                continue
            if one.type == "many2many" and sample[name]:
                values[name] = [Command.set(sample[name].ids)]
            elif one.required and name not in defaults:
                # Ids at Salto are there once.
                fresh = one.type == "char" and name.endswith("_id")
                value = one.convert_to_write(sample[name], sample)
                values[name] = "Zz-new" if fresh else value
        return values

    def _changes(self, operation, ids=()):
        """Values to write: each field in turn in every way, and all at once.

        Where there is no right to it, only all at once.
        """
        record = self.model.browse(ids[:1])
        every = {}
        for name in self.subject.fields:
            if name in MAGIC_COLUMNS and name != "create_uid":
                continue
            values = list(self.values(self.model._fields[name], record))
            if ids == self.foreign_ids or self.is_twin:
                values = values[:1]
            if self.may[operation]:
                yield from ({name: value} for value in values)
            if values:
                every[name] = values[0]
        yield every

    def _simple_changes(self, operation, ids=()):
        """Values to write: each field once, and all at once."""
        known = set()
        changes = list(self._changes(operation, ids))
        for vals in changes[:-1]:
            if not known >= set(vals):
                yield vals
            known |= set(vals)
        yield changes[-1]

    def _pointing(self):
        """(field, value) for each relation, to what belongs to the other side."""
        for name in self.subject.fields:
            one = self.model._fields[name]
            foreign = self._related_id(one, self.other) if one.relational else None
            if not foreign:
                continue
            if one.type == "many2one":
                yield name, foreign
            else:
                yield name, [Command.link(foreign)]

    def _related_id(self, one, house):
        if one.comodel_name not in self.env:
            return None
        rows = self.owners.rows_of(one.comodel_name, house, 1)
        if rows:
            return rows[0]
        if self.env[one.comodel_name]._abstract:
            return None
        return self.env[one.comodel_name].search([], limit=1).id

    def values(self, one, record):
        """Values of a field: others than it has, and those of the other side."""
        foreign_row = self.model.browse(self.foreign_ids[:1])
        match one.type:
            case "char" | "text" | "html":
                yield "Zz-written"
                theirs = foreign_row[one.name] if foreign_row else None
                if theirs and record != foreign_row:
                    yield theirs
                    yield str(theirs).upper()
            case "boolean":
                yield not (record and record[one.name])
            case "integer" | "float" | "monetary":
                yield ((record and record[one.name]) or 0) + 1
            case "date":
                yield "2031-01-31"
            case "datetime":
                yield "2031-01-31 10:00:00"
            case "selection":
                held = record[one.name] if record else None
                for value in one.get_values(self.env):
                    if value != held:
                        yield value
            case "many2one":
                for house in (self.other, self.role.house):
                    target = self._related_id(one, house)
                    if target and target != (record and record[one.name].id):
                        yield target
                yield False
            case "many2one_reference":
                yield (self.foreign_ids or [1])[0]
            case "one2many" | "many2many":
                yield from self._commands(one)
            case "json":
                yield {"text": "Zz-written"}

    def _commands(self, one):
        target = self._related_id(one, self.other)
        own = self._related_id(one, self.role.house)
        comodel = self.env[one.comodel_name]
        text = next(
            (
                key
                for key in (comodel._rec_name, "name")
                if key and comodel._fields.get(key) and comodel._fields[key].store
            ),
            None,
        )
        change = {text: "Zz-written"} if text else {}
        if target:
            yield [Command.link(target)]
            yield [Command.set([target])]
            yield [Command.update(target, change)]
            yield [Command.delete(target)]
            yield [Command.unlink(target)]
        if own:
            yield [Command.update(own, change)]
        yield [Command.clear()]
        yield [Command.create(change)]
