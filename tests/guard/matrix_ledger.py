"""What is told nowhere else: texts that are found again wherever they turn up."""

import json
import re
from functools import cached_property

from ..common import PASSWORD
from .matrix import MARK, is_ours, own_models
from .matrix_owners import HOST_MODELS, Owners

CLIENT_SECRET = "demo-secret"
# What else tells whose it is: Salto's ids.
SALTO_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|^[A-Z]{2}\d{8,}$", re.IGNORECASE)


class Ledger:
    """Everything that must not be told to everybody, read from where it is stored."""

    def __init__(self, env, houses, simulator):
        self.env = env(su=True, context={"active_test": False})
        self.houses = houses
        self.owners = Owners(env, houses)
        self.ours = {house: self._texts(house, own_models(env)) for house in houses}
        self.hosts = {house: self._texts(house, HOST_MODELS) for house in houses}
        for house in houses:
            self.ours[house] |= self._added(house)
            self.ours[house] |= self._told_by_salto(house, simulator)
        self._drop_common()
        self.platform = self._platform()

    def _texts(self, house, models):
        found = set()
        for name in models:
            model = self.env[name]
            if model._abstract or not model._auto or name == "salto.ks.vault":
                continue
            rows = model.browse(self.owners.rows_of(name, house))
            texts = [
                field_name
                for field_name, one in model._fields.items()
                if one.store and one.type in ("char", "text", "html", "json")
            ]
            for row in rows:
                for field_name in texts:
                    found |= set(_pieces(row[field_name]))
        return found

    def _added(self, house):
        """What our own fields of other models say."""
        found = set()
        for name in HOST_MODELS:
            model = self.env[name]
            added = [
                key
                for key, one in model._fields.items()
                if is_ours(one) and one.store and one.type in ("char", "text")
            ]
            for row in model.browse(self.owners.rows_of(name, house)):
                for key in added:
                    found |= set(_pieces(row[key]))
        return found

    def _told_by_salto(self, house, simulator):
        state = simulator.state()
        site_id = house.integration.site_id
        names = {
            one["name"]
            for kind in ("locks", "iqs")
            for one in state[kind].values()
            if one["site_id"] == site_id
        }
        ids = {
            key
            for kind in ("locks", "iqs")
            for key, one in state[kind].items()
            if one["site_id"] == site_id
        }
        groups = {
            one["id"] for one in state["access_groups"] if one["site_id"] == site_id
        }
        return names | ids | groups

    def _drop_common(self):
        """What both houses have, and what the program itself says, tells nothing."""
        one, other = self.houses
        common = self.ours[one] & self.ours[other]
        program = str([self.env[name].fields_get() for name in own_models(self.env)])
        views = self.env["ir.ui.view"].search([("model", "in", own_models(self.env))])
        program += str(views.mapped("arch_db"))
        for house in self.houses:
            self.ours[house] -= common
            self.ours[house] = {one for one in self.ours[house] if one not in program}

    def _platform(self):
        parameters = self.env["ir.config_parameter"].search([])
        values = {one.value for one in parameters if one.value.startswith(f"{MARK}P")}
        return values

    @cached_property
    def secrets(self):
        """All that is nobody's to read."""
        found = {CLIENT_SECRET, PASSWORD}
        vault = self.env["salto.ks.vault"]
        for row in vault.search([]):
            owner = row.iq_id or row.integration_id or None
            found |= set(_secret_pieces(vault._get(row.kind, owner)))
            found.add(row.ciphertext)
        return found

    def shown_by_host(self, role):
        """The houses of which the host module and Odoo itself show the role things."""
        return role.sees if role.user.share else [role.house]

    def forbidden_to(self, role):
        """Texts that nothing may tell to a role, with the reason."""
        found = {text: "a secret" for text in self.secrets}
        found |= {text: "a platform setting" for text in self.platform}
        for house in self.houses:
            at_home = house is role.house
            if not (role.staff and at_home):
                why = "what is another company's" if not at_home else "what is ours"
                found |= {text: why for text in self.ours[house]}
            if house not in self.shown_by_host(role):
                found |= {text: "somebody else's booking" for text in self.hosts[house]}
        known = set()
        for house in self.shown_by_host(role):
            known |= self.hosts[house]
        partner = role.user.sudo().partner_id
        known |= {partner.name, partner.email}
        return {
            text: why
            for text, why in found.items()
            if text not in known or why == "a secret"
        }


def _pieces(value):
    """The texts in a stored value that tell whose it is."""
    if isinstance(value, dict | list):
        items = value.values() if isinstance(value, dict) else value
        for item in items:
            yield from _pieces(item)
    elif isinstance(value, str) and _tells(value):
        yield value


def _tells(text):
    return MARK.lower() in text.lower() or bool(SALTO_ID.search(text))


def _secret_pieces(text):
    """The parts of a secret: a token is JSON that has several."""
    if not text:
        return
    yield text
    try:
        parts = json.loads(text)
    except ValueError:
        return
    if isinstance(parts, dict):
        for part in parts.values():
            if isinstance(part, str) and len(part) >= 16:
                yield part
