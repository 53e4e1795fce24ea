"""Whether a role had the right to what it changed."""

from .matrix import own_models


class Judge:
    """May a role change this? Section "Who may open" of the design, on rows."""

    # What ties a record to a company or a site.
    TIES = {"company_id", "integration_id", "lock_id", "iq_id"}
    # What only somebody who has just proven who they are may set.
    PROVEN = {"environment": "production"}

    def __init__(self, env, owners):
        self.env = env(su=True, context={"active_test": False})
        self.owners = owners
        self.written_by_somebody = self._written_by_somebody()

    def _written_by_somebody(self):
        """Models that some group may write: configuration and dialogs, not state."""
        rows = self.env["ir.model.access"].search(
            [("perm_write", "=", True), ("model_id.model", "in", own_models(self.env))]
        )
        return set(rows.mapped("model_id.model"))

    def objection(self, role, change, call):
        """Why the role may not change this; "" if it may.

        :param call: matrix_calls.Call that did it, or what is like one
        """
        if self._is_aftermath(change):
            return ""
        if not self._is_own_model(change.model):
            return self._objection_to_column(role, change)
        house = self.owners.house_of_row(change.model, self._row(change))
        if self.env[change.model]._transient:
            return self._objection_to_dialog(role, change)
        if change.model not in self.written_by_somebody:
            return self._objection_to_state(role, change, call, house)
        return self._objection_to_settings(role, change, call, house)

    def _is_own_model(self, model):
        return model in own_models(self.env)

    def _row(self, change):
        if not change.link:
            return change.row
        record = self.env[change.model].browse(change.row["id"]).exists()
        return record and self.owners._stored(record)

    def _is_aftermath(self, change):
        """Only what the database does because something that it names is gone?"""
        model = self.env[change.model]
        if change.link:
            return (
                change.kind == "unlink" and not model.browse(change.row["id"]).exists()
            )
        if change.kind == "insert":
            return False
        gone = {
            key
            for key, value in change.row.items()
            if value
            and (one := model._fields.get(key))
            and one.type == "many2one"
            and not self.env[one.comodel_name].browse(value).exists()
        }
        if change.kind == "delete":
            return bool(gone)
        return {
            key for key, (_old, new) in change.changed.items() if new is None
        } <= gone and (set(change.changed) <= gone)

    def _objection_to_column(self, role, change):
        """A field of ours on a model of others."""
        if role.staff:
            house = self.owners.house_of(change.model, change.row["id"])
            return "" if house in (None, role.house) else "a row of another company"
        model = self.env[change.model]
        for key in change.changed:
            one = model._fields[key]
            # What follows from others' fields, and what may be moved by hand among
            # the things of the host.
            if not one.compute:
                return f"{key} is ours, and the role has no right of ours"
        return ""

    def _objection_to_dialog(self, role, change):
        if not role.staff:
            return "a dialog of ours"
        if change.link:
            creator = self.env[change.model].browse(change.row["id"]).create_uid.id
        else:
            creator = change.row.get("create_uid")
        return "" if creator == role.user.id else "somebody else's dialog"

    def _objection_to_state(self, role, change, call, house):
        is_direct = call.model == change.model
        if is_direct and (call.vals or call.method == "unlink"):
            return "a row of state or evidence, written directly"
        if house is None:
            # What waits in line, or is counted, follows from what the role may do.
            return "" if change.kind in ("insert", "delete") else "a row of state"
        if not role.staff:
            return "a row of state or evidence, and the role has no right of ours"
        return "" if house is role.house else "a row of another company"

    def _objection_to_settings(self, role, change, call, house):
        if not role.staff:
            return "configuration, and the role has no right of ours"
        if house not in (None, role.house):
            return "a row of another company"
        moved = {key for key, (old, _new) in change.changed.items() if old is not None}
        if change.kind == "update" and self.TIES & moved:
            return "what ties a record to its company never changes"
        model = self.env[change.model]
        for key, (_old, new) in change.changed.items():
            one = model._fields.get(key)
            if self.PROVEN.get(key) == new and new:
                return "only after proving who one is"
            if one is None or one.related or one.compute:
                continue
            if not role.manager and not one.readonly:
                return "configuration, and the role is no manager"
            if call.model == change.model and one.readonly:
                if key in call.vals and _same(call.vals[key], new) and new:
                    return f"{key} is state, written directly"
        return ""


def _same(given, stored):
    return str(given).replace("T", " ") == str(stored).replace("T", " ")
