"""Whose everything is, and rows of everything for everybody to own."""

from odoo import fields
from odoo.models import MAGIC_COLUMNS

from .matrix import MARK, own_models

# What the host module itself tells to whom it lets see a booking.
HOST_MODELS = (
    "resource.booking",
    "resource.booking.type",
    "resource.booking.combination",
    "resource.resource",
    "res.partner",
)


class Planter:
    """Makes a row of every model of ours that has none, for each house.

    A new model has rows, and in them texts that tell whose they are, without anybody
    thinking of it.
    """

    def __init__(self, env, houses, managers):
        self.env = env
        self.houses = houses
        self.managers = managers

    def plant(self):
        """:returns: {model: why it could not be planted}"""
        owners = Owners(self.env, self.houses)
        missing = [
            (name, house)
            for name in own_models(self.env)
            for house in self.houses
            if self._belongs_to_somebody(name) and not owners.rows_of(name, house, 1)
        ]
        trouble = {}
        for _round in range(3):
            for name, house in list(missing):
                try:
                    with self.env.cr.savepoint():
                        self._create(name, house)
                    missing.remove((name, house))
                except Exception as error:
                    trouble[name, house.letter] = str(error)
        return {key: trouble[key[0], key[1].letter] for key in missing}

    def _belongs_to_somebody(self, name):
        model = self.env[name]
        return not model._abstract and (
            model._transient
            or any(
                one.comodel_name in {"res.company", *own_models(self.env), *HOST_MODELS}
                for one in model._fields.values()
                if one.store and one.type == "many2one"
            )
        )

    def _create(self, name, house):
        model = self.env[name].with_user(self.managers[house]).sudo()
        model = model.with_company(house.company)
        model.create(self.values(model, house))

    def values(self, model, house):
        """Values of a row that belongs to a house and says so everywhere."""
        values = {}
        for name, one in model._fields.items():
            if not one.store or one.compute or one.related or name in MAGIC_COLUMNS:
                continue
            value = self._value(one, house)
            if value is not None:
                values[name] = value
        return values

    def _value(self, one, house):
        match one.type:
            case "char" | "text" | "html":
                return f"{MARK}{house.letter} {one.model_name} {one.name}"
            case "many2one":
                owners = Owners(self.env, self.houses)
                rows = owners.rows_of(one.comodel_name, house)
                return rows[0] if rows else None
            case "selection":
                values = one.get_values(self.env)
                return values[0] if values else None
            case "integer" if one.required:
                return 1
            case "datetime" if one.required:
                return fields.Datetime.now()
            case "date" if one.required:
                return fields.Date.today()
            case "json":
                return {"text": f"{MARK}{house.letter} {one.name}"}
        return None


class Owners:
    """Whose a row is: what it says of a company, or what it belongs to says."""

    DEPTH = 4

    def __init__(self, env, houses):
        self.env = env(su=True, context={"active_test": False})
        self.houses = {house.company.id: house for house in houses}
        self.kept = None

    def remember(self):
        """From now on each model is looked through once: calls are undone."""
        self.kept = {}

    def house_of(self, model, row_id):
        """The house that a row belongs to, or None."""
        record = self.env[model].browse(row_id).exists()
        return self._of_values(model, record and self._stored(record))

    def house_of_row(self, model, row):
        """As ``house_of``, for a row as the database has it, a dict."""
        return self._of_values(model, row)

    def _stored(self, record):
        row = {}
        for name, one in record._fields.items():
            if one.store and one.column_type and one.type == "many2one":
                row[name] = record[name].id
        return row

    def _of_values(self, model, row, depth=0):
        if not row or depth > self.DEPTH:
            return None
        if model == "res.company":
            return self.houses.get(row.get("id"))
        one = self.env[model]._fields
        # The company itself, what it is a part of, and at last who made it.
        names = sorted(
            (
                name
                for name in row
                if name in one and one[name].type == "many2one" and row[name]
            ),
            key=lambda name: (
                name != "company_id",
                name == "create_uid",
                not one[name].required,
            ),
        )
        for name in names:
            comodel = one[name].comodel_name
            if name == "company_id":
                return self.houses.get(row[name])
            if name == "create_uid" and self.env[model]._transient:
                user = self.env["res.users"].browse(row[name])
                return self.houses.get(user.company_id.id)
            if comodel in HOST_MODELS or comodel in own_models(self.env):
                target = self.env[comodel].browse(row[name]).exists()
                found = target and self._of_values(
                    comodel, self._stored(target), depth + 1
                )
                if found:
                    return found
        return None

    def rows_of(self, model, house, most=None):
        """Ids of the rows of a model that belong to a house, the first ones."""
        key = (model, house.letter, most)
        if self.kept is None:
            return self._find_rows(model, house, most)
        if key not in self.kept:
            self.kept[key] = self._find_rows(model, house, most)
        return self.kept[key]

    def _find_rows(self, model, house, most):
        if self.env[model]._abstract:
            return []
        if model == "res.company":
            return house.company.ids
        fields_of = self.env[model]._fields
        if model not in {*own_models(self.env), *HOST_MODELS} and (
            "company_id" not in fields_of or not fields_of["company_id"].store
        ):
            return []
        if model == "res.users":
            users = self.env[model].search([("company_id", "=", house.company.id)])
            return users.ids[:most]
        found = []
        for record in self.env[model].search([], order="id"):
            if self.house_of(model, record.id) is house:
                found.append(record.id)
                if most and len(found) == most:
                    break
        return found
