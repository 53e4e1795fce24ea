"""Two companies with a Salto site each, everybody who may want something of them, and
what is told of them nowhere else: names that are found again wherever they turn up.
"""

import json
import re
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from odoo import Command, fields
from odoo.models import MAGIC_COLUMNS

from .access_common import sync_access
from .common import (
    PASSWORD,
    SITE_UID,
    UNTOUCHED_SITE_UID,
    create_booking,
    create_integration,
    create_venue,
    simulated_salto,
)
from .matrix import MARK, is_ours, own_models

CLIENT_SECRET = "demo-secret"
# What else tells whose it is: Salto's ids.
SALTO_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-|^[A-Z]{2}\d{8,}$", re.IGNORECASE)
# What the host module itself tells to whom it lets see a booking.
HOST_MODELS = (
    "resource.booking",
    "resource.booking.type",
    "resource.booking.combination",
    "resource.resource",
    "res.partner",
)
USER = "resource_booking_salto_ks.group_salto_ks_user"
MANAGER = "resource_booking_salto_ks.group_salto_ks_manager"


@dataclass(eq=False)
class House:
    """One company: its site at Salto, a room that is booked just now, and people."""

    letter: str
    company: object
    venue: dict
    integration: object
    booking: object = None
    lock: object = None

    @property
    def guest(self):
        return self.venue["guest"]


@dataclass(eq=False)
class Role:
    """Somebody who asks.

    :ivar staff: may open doors of their company
    :ivar manager: besides, configures their company's site
    :ivar attends: the houses of which they attend the booking
    :ivar sees: the houses of which the host module shows them a booking
    """

    name: str
    user: object
    house: House
    staff: bool = False
    manager: bool = False
    attends: list = field(default_factory=list)
    sees: list = field(default_factory=list)

    def __str__(self):
        return self.name


class HousesMixin:
    """For TransactionCase and HttpCase: two houses, all roles, all canaries."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.simulator = cls.enterClassContext(simulated_salto())
        if not cls._registry_patched:
            cls.registry_enter_test_mode_cls()
        cls._mark_doors()
        cls.houses = [cls._create_house("A", SITE_UID)]
        cls.houses.append(cls._create_house("B", UNTOUCHED_SITE_UID))
        cls.roles = cls._create_roles()
        cls._live()
        cls._plant_settings()
        cls._plant_secrets()
        cls.planted = Planter(cls.env, cls.houses, cls.managers()).plant()
        # Nothing is left over that the next pass, whoever makes it, would do.
        sync_access(cls.env)
        cls.env.flush_all()
        cls.env.invalidate_all()
        cls.ledger = Ledger(cls.env, cls.houses, cls.simulator)

    # -- the houses

    @classmethod
    def _mark_doors(cls):
        """Give every door at Salto a name that says whose it is."""
        locks = cls.simulator.state()["locks"]
        sites = list(dict.fromkeys(lock["site_id"] for lock in locks.values()))
        for lock_id, lock in locks.items():
            letter = "AB"[sites.index(lock["site_id"])]
            cls.simulator.control(
                f"locks/{lock_id}",
                {"customer_reference": f"{MARK}{letter} door {lock['name']}"},
            )

    @classmethod
    def _create_house(cls, letter, site_uid):
        company = cls.env["res.company"].create({"name": f"House number {letter}"})
        env = cls.env(
            context={**cls.env.context, "allowed_company_ids": company.ids}
        )
        venue = create_venue(env)
        for records in venue.values():
            for number, one in enumerate(records, 1):
                if "name" in one._fields and one._fields["name"].store:
                    one.name = f"{MARK}{letter} {one._description} {number}"
        for key in ("studios", "type", "guest"):
            venue[key].company_id = company
        venue["guest"].email = f"{MARK}{letter}-guest@guest.example".lower()
        integration = create_integration(
            env,
            name=f"{MARK}{letter} site",
            site_uid=site_uid,
            guest_opening=True,
            guest_phone=f"{MARK}{letter} phone",
            access_prefix=f"{MARK}{letter}prefix",
        )
        house = House(letter, company, venue, integration)
        cls._connect(house)
        house.booking = create_booking(
            env, venue, name=f"{MARK}{letter} session", user_id=cls.env.uid
        )
        return house

    @classmethod
    def _connect(cls, house):
        """Connect its site for real, with an IQ that takes commands."""
        integration = house.integration
        integration.action_resolve_site_id()
        integration.action_get_iqs()
        integration.action_get_locks()
        iq = integration.iq_ids.sorted("name")[0]
        cls._activate(iq)
        locks = integration.lock_ids.sorted("name")
        house.lock = locks.filtered(lambda one: one.salto_iq_id == iq)[0]
        cls.env["salto.ks.mapping"].create(
            {
                "integration_id": integration.id,
                "type_id": house.venue["type"].id,
                "resource_id": house.venue["studios"][0].id,
                "lock_ids": [Command.set(house.lock.ids)],
            }
        )
        # The widest row there is: any booking for which no other is.
        cls.env["salto.ks.mapping"].create(
            {
                "integration_id": integration.id,
                "lock_ids": [Command.set(house.lock.ids)],
            }
        )
        integration.action_activate()

    @classmethod
    def _activate(cls, iq):
        """Activate an IQ as a person does: with the PIN that Salto sends."""
        cls.simulator.control(f"iqs/{iq.iq_id}", {"reset_pins": True})
        action = iq.action_activate_pin()
        wizard = cls.env[action["res_model"]].browse(action["res_id"])
        wizard.delivery = "sms"
        wizard.action_get_pin()
        message = cls.simulator.control("outbox")[-1]["text"]
        cls.env.invalidate_all()
        wizard.current_pin = re.search(r"\b\d{4}\b", message)[0]
        wizard.action_set_pin()
        cls.env.invalidate_all()

    # -- the roles

    @classmethod
    def _create_roles(cls):
        one, other = cls.houses
        nobody = cls.env.ref("base.public_user")
        # People of the portal, and whoever works in a house without our rights, are
        # asked about in the first one: what they must not get is the same in both.
        roles = [
            Role("nobody", nobody, one),
            Role(
                "attending guest",
                cls._create_user("m_guest", one, "base.group_portal", one.guest),
                one,
                attends=[one],
                sees=[one],
            ),
            Role("stranger", cls._create_user("m_stranger", one, "base.group_portal"), one),
            Role(
                "follower",
                cls._create_user("m_follower", one, "base.group_portal"),
                one,
                sees=[one],
            ),
            Role("internal", cls._create_user("m_internal", one, "base.group_user"), one),
            Role(
                "host user",
                cls._create_user("m_host_user", one, "resource_booking.group_user"),
                one,
                sees=[one],
            ),
            Role(
                "host manager",
                cls._create_user("m_host", one, "resource_booking.group_manager"),
                one,
                sees=[one],
            ),
        ]
        for house in (one, other):
            for name, group in (("receptionist", USER), ("manager", MANAGER)):
                login = f"m_{name}_{house.letter.lower()}"
                user = cls._create_user(login, house, group)
                roles.append(
                    Role(
                        f"{name} of {house.letter}",
                        user,
                        house,
                        staff=True,
                        manager=group == MANAGER,
                        sees=[house],
                    )
                )
        by_name = {role.name: role for role in roles}
        for name in ("follower", "host user", "internal"):
            partner = by_name[name].user.partner_id
            one.booking.message_subscribe(partner.ids)
        return roles

    @classmethod
    def _create_user(cls, login, house, group, partner=None):
        groups = cls.env.ref(group)
        if group != "base.group_portal":
            groups |= cls.env.ref("base.group_user")
            groups |= cls.env.ref("base.group_allow_export")
        person = {"partner_id": partner.id} if partner else {"name": f"User {login}"}
        return (
            cls.env["res.users"]
            .with_context(no_reset_password=True)
            .create(
                {
                    **person,
                    "login": login,
                    "password": login,
                    "email": f"{login}@guest.example",
                    "company_id": house.company.id,
                    "company_ids": [Command.set(house.company.ids)],
                    "group_ids": [Command.set(groups.ids)],
                    "notification_type": "email",
                }
            )
        )

    def log_in(self, role):
        """For HttpCase: a new session of a role's own."""
        login = None if role.user._is_public() else role.user.login
        self.authenticate(login, login)

    @classmethod
    def role(cls, name):
        return next(one for one in cls.roles if one.name == name)

    @classmethod
    def managers(cls):
        return {one.house: one.user for one in cls.roles if one.manager}

    @classmethod
    def env_as(cls, user, house, **context):
        """The environment of somebody who works in a house."""
        companies = {} if user.share else {"allowed_company_ids": house.company.ids}
        # What a change leaves in the chatter is looked at where it is read.
        usual = {"lang": "en_US", "tracking_disable": True}
        return cls.env(user=user.id, context={**usual, **companies, **context})

    # -- what is there already when somebody asks

    @classmethod
    def _live(cls):
        """Access was given, a door was opened, something was refused: rows everywhere."""
        for house in cls.houses:
            user = cls.role(f"receptionist of {house.letter}").user
            env = cls.env_as(user, house)
            house.booking.with_env(env).action_salto_ks_open_door()
        # A booking without a company, which the first house's people have made.
        one = cls.houses[0]
        env = cls.env(context={"allowed_company_ids": one.company.ids})
        venue = create_venue(env)
        venue["guest"] = one.guest
        cls.shared_booking = create_booking(
            env, venue, name="Shared session", user_id=cls.role("manager of A").user.id
        )
        sync_access(cls.env)

    @classmethod
    def _plant_settings(cls):
        settings = cls.env["res.config.settings"]
        for name, one in settings._fields.items():
            parameter = getattr(one, "config_parameter", None)
            if is_ours(one) and parameter and one.type == "char":
                cls.env["ir.config_parameter"].set_param(
                    parameter, f"{MARK}P-setting-{name}"
                )

    @classmethod
    def _plant_secrets(cls):
        """One of every kind for every owner: where none is in use, one that is made up."""
        vault = cls.env["salto.ks.vault"].sudo()
        kinds = [kind for kind, _label in vault._fields["kind"].selection]
        for house in cls.houses:
            spare = cls.env["salto.ks.iq"].create(
                {
                    "integration_id": house.integration.id,
                    "iq_id": f"{'ab'[house.letter == 'B'] * 8}-0000-4000-8000-00000000beef",
                    "name": f"{MARK}{house.letter} spare IQ",
                }
            )
            for kind in kinds:
                for owner in (house.integration, spare):
                    cls._plant_secret(kind, owner, house.letter)
        for kind in kinds:
            cls._plant_secret(kind, None, "P")

    @classmethod
    def _plant_secret(cls, kind, owner, letter):
        vault = cls.env["salto.ks.vault"].sudo()
        if not vault._has(kind, owner):
            # Not every kind of secret may have any owner.
            with suppress(Exception), cls.env.cr.savepoint():
                vault._put(kind, owner, f"{MARK}S-{letter}-{kind}")


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
        groups = {one["id"] for one in state["access_groups"] if one["site_id"] == site_id}
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

    def forbidden_to(self, role):
        """Texts that nothing may tell to a role, with the reason."""
        found = {text: "a secret" for text in self.secrets}
        found |= {text: "a platform setting" for text in self.platform}
        for house in self.houses:
            at_home = house is role.house
            if not (role.staff and at_home):
                why = "what is another company's" if not at_home else "what is ours"
                found |= {text: why for text in self.ours[house]}
            if not (at_home and (house in role.sees or not role.user.share)):
                found |= {text: "somebody else's booking" for text in self.hosts[house]}
        known = set()
        for house in {*role.sees, *([] if role.user.share else [role.house])}:
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

