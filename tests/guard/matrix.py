"""What there is to call, found in the registry: nothing here is listed by hand.

Models by the module that defines them, fields by the module that adds them, methods by
the rule by which Odoo's own RPC finds them, records by searching.
"""

import inspect
import re
from dataclasses import dataclass
from pathlib import Path

from odoo.exceptions import AccessError
from odoo.service.model import get_public_method

MODULE = "resource_booking_salto_ks"
PACKAGE = f"odoo.addons.{MODULE}"
HOST = "resource_booking"
# Every text that is planted begins so, followed by whose it is: A or B (P: the
# platform's, S: a secret).
MARK = "Zz"
ROOT = Path(__file__).resolve().parents[2]
PRODUCT = ("models", "wizards", "controllers", "services", "tools", "wording")


def own_models(env):
    """Names of the models that this addon defines."""
    models = env.registry.models
    return sorted(one for one, cls in models.items() if cls._original_module == MODULE)


def touched_models(env):
    """Names of the models of others to which this addon adds fields or methods."""
    own = set(own_models(env))
    return sorted(
        name
        for name, cls in env.registry.models.items()
        if name not in own
        and (
            any(is_ours(one) for one in cls._fields.values())
            or any(_module_of(base) == MODULE for base in cls._base_classes__)
        )
    )


def is_ours(one):
    """Did this addon add the field? (And not only say who may read it.)"""
    if one.inherited:
        return is_ours(one.inherited_field)
    return {*one._modules} == {MODULE}


def _module_of(cls):
    return getattr(cls, "_module", None) or getattr(cls, "_original_module", None)


# Entries that change something.
CHANGING = {"copy", "create", "load", "unlink", "write"}


def public_methods(env, name, entries):
    """{method: does this addon define or override it} of all that RPC may call.

    Of a model of others only what this addon or the host module defines, and what the
    ORM offers on all.

    :param entries: names of those
    """
    cls = type(env[name])
    own = cls._original_module == MODULE
    if not our_fields(env[name]):
        # What is Odoo's own is Odoo's to tell; what we guard there is not to change.
        entries = entries & CHANGING
    found = {}
    for method in dir(cls):
        try:
            get_public_method(env[name], method)
        except (AccessError, AttributeError):
            continue
        definers = {_definer(base, method) for base in cls.mro()} - {None}
        if own or definers & {MODULE, HOST} or method in entries:
            found[method] = MODULE in definers
    return found


def _definer(base, method):
    """The module whose code a class's method is, or None; a patched one counts, too."""
    function = vars(base).get(method)
    if function is None:
        return None
    where = getattr(inspect.unwrap(function), "__module__", None) or ""
    return MODULE if where.startswith(PACKAGE) else _module_of(base) or where


def context_keys():
    """The context keys that the addon's code looks at."""
    look = re.compile(r"context\.get\(\s*\"(\w+)\"")
    texts = (
        path.read_text()
        for folder in PRODUCT
        for path in sorted((ROOT / folder).rglob("*.py"))
    )
    return sorted({key for text in texts for key in look.findall(text)})


CONTEXT_KEYS = context_keys()


@dataclass
class Subject:
    """A model as the matrix looks at it.

    :ivar fields: names of the fields that this addon gives it
    :ivar methods: {public method: is it ours}
    """

    name: str
    fields: list
    methods: dict


def subjects(env, entries):
    """Everything of the addon that somebody can call; ``entries``: as above."""
    return [
        Subject(name, our_fields(env[name]), public_methods(env, name, entries))
        for name in [*own_models(env), *touched_models(env)]
    ]


def our_fields(model):
    """Names of the fields that this addon gives a model; of its own, two more."""
    ours = {name for name, one in model._fields.items() if is_ours(one)}
    if model._original_module == MODULE:
        ours |= {"display_name", "create_uid"} & {*model._fields}
    return sorted(ours)


def specification(model, names):
    """What a form asks for: the fields, and the names of what relations lead to."""
    relations = {name for name in names if model._fields[name].relational}
    return {
        name: {"fields": {"display_name": {}}} if name in relations else {}
        for name in names
    }
