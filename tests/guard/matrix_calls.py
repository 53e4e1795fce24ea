"""The calls that a role can make about a model, generated from what the model has."""

import inspect
from dataclasses import dataclass, field

from odoo.exceptions import AccessError

from .matrix import CONTEXT_KEYS, MARK, specification
from .matrix_values import Values


@dataclass
class Call:
    """One call, as it would come by RPC.

    :ivar ids: of the records; None for a method of the model
    :ivar vals: what it writes, if it does
    :ivar writes: whether it is for writing; whoever called then reads what came of it
    :ivar oracle: whether any answer but nothing tells something
    :ivar by: the transport, if it goes by one
    """

    model: str
    method: str
    ids: list | None = None
    args: list = field(default_factory=list)
    kwargs: dict = field(default_factory=dict)
    context: dict = field(default_factory=dict)
    vals: dict = field(default_factory=dict)
    writes: bool = False
    oracle: bool = False
    by: str = ""

    def __str__(self):
        text = f"{self.by} {self.said}".strip()
        return text if len(text) < 320 else f"{text[:320]}…"

    @property
    def place(self):
        """What findings are alike by."""
        return self.by, self.model, self.method

    @property
    def said(self):
        """All of it, as somebody would write it."""
        parts = [repr(one) for one in (self.args or [])]
        if self.ids is not None:
            parts.insert(0, repr(self.ids))
        parts += [f"{key}={value!r}" for key, value in self.kwargs.items()]
        if self.context:
            parts.append(f"context={self.context!r}")
        return f"{self.model}.{self.method}({', '.join(parts)})"


class Caller(Values):
    """Makes the calls of one role about one model.

    Where a role has no right on a model at all, it is tried by fewer calls: each field
    once, instead of each field in every way.
    """

    # One of each kind of user, without any right.
    KINDS = ("nobody", "stranger", "internal")

    def calls(self):
        """All calls; their order is always the same.

        Odoo refuses alike whoever has no right to a model: for what is its own, one of
        each kind of user asks.
        """
        is_alike = not any(self.may.values()) and self.role.name not in self.KINDS
        for method, ours in sorted(self.subject.methods.items()):
            if is_alike and not ours:
                continue
            entry = getattr(self, f"entry_{method}", None)
            if entry:
                yield from entry()
            else:
                yield from self._method(method) if ours else self._inherited(method)

    def _call(self, method, ids, *args, **kwargs):
        return Call(self.subject.name, method, ids, list(args), kwargs)

    # -- methods

    def _method(self, method):
        """A method of ours, on rows of both sides, in all contexts that it looks at."""
        own, foreign = self.own_ids[:1], self.foreign_ids[:1]
        pointing, flags = self.contexts()
        several = [] if self.is_twin else [own + foreign]
        for ids in [[], *(ids[:1] for ids in self.sides), *several]:
            for args in self.arguments(method):
                for context in ({}, pointing):
                    yield self._with_context(context, method, ids, *args)
        for context in flags:
            for args in self.arguments(method):
                yield self._with_context(context, method, foreign or own, *args)

    def _with_context(self, context, method, ids, *args):
        call = self._call(method, ids, *args)
        call.context = context
        return call

    def _inherited(self, method):
        for args in self.arguments(method)[:1]:
            yield self._call(method, (self.foreign_ids or self.own_ids)[:1], *args)

    def arguments(self, method):
        function = getattr(type(self.model), method)
        try:
            parameters = list(inspect.signature(function).parameters.values())[1:]
        except (TypeError, ValueError):
            return [()]
        required = [
            one
            for one in parameters
            if one.default is one.empty
            and one.kind in (one.POSITIONAL_ONLY, one.POSITIONAL_OR_KEYWORD)
        ]
        if not required:
            return [()]
        some_id = (self.foreign_ids or self.own_ids or [1])[0]
        return [tuple(one for _ in required) for one in (some_id, "name", [some_id])]

    def contexts(self):
        """A context that points at the other side, and each flag alone."""
        house, other = self.role.house, self.other
        pointing = {"allowed_company_ids": [house.company.id, other.company.id]}
        flags = []
        for key in CONTEXT_KEYS:
            if "lock" in key:
                pointing[key] = other.lock.id
            elif "booking" in key:
                pointing[key] = other.booking.id
            elif key not in pointing:
                flags.append({key: True})
        return pointing, flags

    # -- reading

    def entry_read(self):
        for ids in self.sides:
            yield self._call("read", ids)
        for name in self._fields_if("read"):
            yield self._call("read", self.own_ids, [name])

    def entry_web_read(self):
        for ids in self.sides:
            yield self._call("web_read", ids, self._specification(self._readable()))
        for name in self._fields_if("read"):
            if self.model._fields[name].relational:
                yield self._call("web_read", self.own_ids, self._specification([name]))

    def _fields_if(self, operation):
        """Fields to be tried one by one, or none where there is no right to it."""
        return self.subject.fields if self.may[operation] else []

    def entry_search_read(self):
        yield self._call("search_read", None, [], self._readable())

    def entry_web_search_read(self):
        spec = self._specification(self._readable())
        yield self._call("web_search_read", None, [], spec)

    def entry_search(self):
        yield self._call("search", None, [])

    def entry_search_count(self):
        """Nor does it tell by counting what would be found under a name."""
        yield self._call("search_count", None, [])
        theirs = self.model.browse(self.foreign_ids[:1])
        for name in self._fields_if("read"):
            path, value = name, theirs[name]
            if self.model._fields[name].relational:
                key = value._rec_name or "id"
                path, value = f"{name}.{key}", value[:1][key]
            if isinstance(value, str) and MARK in value and name != "display_name":
                call = self._call("search_count", None, [(path, "=", value)])
                call.oracle = True
                yield call

    def entry_export_data(self):
        for ids in self.sides:
            yield self._call("export_data", ids, self._readable())
        for name in self._fields_if("read"):
            paths = [name]
            if self.model._fields[name].relational:
                paths += [f"{name}/display_name", f"{name}/id", f"{name}/.id"]
            yield self._call("export_data", self.own_ids, paths)

    def entry_name_search(self):
        for text in ("", "Zz"):
            yield self._call("name_search", None, text)

    def entry_formatted_read_group(self):
        yield self._call("formatted_read_group", None, [], ["create_uid"], ["__count"])
        for name in self._groupable():
            yield self._call("formatted_read_group", None, [], [name], ["__count"])

    def entry_read_group(self):
        for name in self._groupable():
            if self.model._fields[name.split(":")[0]].relational:
                yield self._call("read_group", None, [], ["__count"], [name])

    def entry_web_read_group(self):
        for name in self._groupable():
            if self.model._fields[name.split(":")[0]].relational:
                yield self._call("web_read_group", None, [], [name], ["__count"])

    def entry_fields_get(self):
        yield self._call("fields_get", None)

    def entry_get_views(self):
        views = [[False, kind] for kind in ("form", "list", "kanban", "search")]
        yield self._call("get_views", None, views)

    def entry_default_get(self):
        yield self._call("default_get", None, self.subject.fields)
        yield self._call("default_get", None, list(self.model._fields))

    def entry_onchange(self):
        """A new form, with each field that may point at the other side doing so."""
        spec = self._specification(self._readable())
        every = dict(self._pointing())
        yield self._call("onchange", [], {}, [], spec)
        if self.may["read"]:
            for name, value in every.items():
                yield self._call("onchange", [], {name: value}, [name], spec)
        yield self._call("onchange", [], every, list(every), spec)

    def _groupable(self):
        for name in self._fields_if("read"):
            one = self.model._fields[name]
            if one.type in ("date", "datetime"):
                yield f"{name}:day"
            else:
                yield name

    def _readable(self):
        """What the role may name, or all there is if it may see none of it."""
        model = self.model.with_user(self.role.user)
        try:
            names = model.fields_get(attributes=["type"])
        except AccessError:
            names = {}
        return [one for one in self.subject.fields if one in names] or ["display_name"]

    def _specification(self, names):
        return specification(self.model, names)

    # -- writing

    def entry_create(self):
        base = self._valid_values()
        yield self._writing("create", None, [base], base)
        for vals in self._changes("create"):
            yield self._writing("create", None, [{**base, **vals}], vals)

    def entry_write(self):
        for ids in self.sides:
            for vals in self._changes("write", ids):
                yield self._writing("write", ids[:1], [vals], vals)

    def entry_web_save(self):
        """As create and write, with an answer that tells what was saved."""
        base = self._valid_values()
        spec = self._specification(self._readable())
        yield self._writing("web_save", [], [base, spec], base)
        for vals in self._simple_changes("write", self.own_ids):
            yield self._writing("web_save", self.own_ids[:1], [vals, spec], vals)

    def entry_copy(self):
        for ids in self.sides:
            yield self._writing("copy", ids[:1], [], {})
        for name, value in self._pointing():
            yield self._writing(
                "copy", self.own_ids[:1], [{name: value}], {name: value}
            )

    def entry_unlink(self):
        for ids in self.sides:
            yield self._call("unlink", ids[:1])

    def entry_load(self):
        """An import, which names records by their database ids."""
        for ids in [[], *self.sides]:
            every = {}
            for name, value in self._pointing():
                if self.model._fields[name].type == "many2one":
                    every[f"{name}/.id"] = value
            for columns in [*([one] for one in every), [*every]]:
                row = [str(every[one]) for one in columns]
                key, number = ([".id"], [str(ids[0])]) if ids else ([], [])
                vals = {one.removesuffix("/.id"): every[one] for one in columns}
                yield self._writing("load", None, [columns + key, [row + number]], vals)

    def entry_toggle_active(self):
        for ids in self.sides:
            yield self._call("toggle_active", ids)

    def _writing(self, method, ids, args, vals):
        call = self._call(method, ids, *args)
        call.vals = vals
        call.writes = True
        return call


# What the ORM offers on every model, for which arguments are made above.
ENTRIES = frozenset(
    name.removeprefix("entry_") for name in vars(Caller) if name.startswith("entry_")
)
