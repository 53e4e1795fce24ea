"""Two companies with a Salto site each, and everybody who wants something of them."""

import re
from contextlib import suppress
from dataclasses import dataclass, field

from odoo import Command

from ..access.access_common import sync_access
from ..common import (
    SITE_UID,
    UNTOUCHED_SITE_UID,
    create_booking,
    create_integration,
    create_venue,
    simulated_salto,
)
from .matrix import MARK, is_ours
from .matrix_ledger import Ledger
from .matrix_owners import Planter

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
    :ivar sees: the houses of which the host module shows them a booking, who do not
        work there
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
        # The houses are alike: where that is enough, those of the first one ask.
        cls.first_roles = [one for one in cls.roles if one.house is cls.houses[0]]
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
        env = cls.env(context={**cls.env.context, "allowed_company_ids": company.ids})
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
        roles = [Role("nobody", nobody, one)]
        for name, group in (
            ("attending guest", "base.group_portal"),
            ("stranger", "base.group_portal"),
            ("follower", "base.group_portal"),
            ("internal", "base.group_user"),
            ("host user", "resource_booking.group_user"),
            ("host manager", "resource_booking.group_manager"),
        ):
            partner = one.guest if name == "attending guest" else None
            user = cls._create_user(name, one, group, partner)
            roles.append(Role(name, user, one))
        for house in (one, other):
            for name, group in (("receptionist", USER), ("manager", MANAGER)):
                name = f"{name} of {house.letter}"
                user = cls._create_user(name, house, group)
                is_manager = group == MANAGER
                roles.append(Role(name, user, house, staff=True, manager=is_manager))
        by_name = {role.name: role for role in roles}
        by_name["attending guest"].attends.append(one)
        for name in ("follower", "host user", "internal"):
            one.booking.message_subscribe(by_name[name].user.partner_id.ids)
        for name in ("attending guest", "follower"):
            by_name[name].sees.append(one)
        return roles

    @classmethod
    def _create_user(cls, name, house, group, partner=None):
        login = name.replace(" ", "_").lower()
        groups = cls.env.ref(group)
        if group != "base.group_portal":
            groups |= cls.env.ref("base.group_user")
            groups |= cls.env.ref("base.group_allow_export")
        person = {"partner_id": partner.id} if partner else {"name": f"User {name}"}
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
        """Access was given, a door was opened: there are rows everywhere."""
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
        """One of every kind for every owner; made up where none is in use."""
        vault = cls.env["salto.ks.vault"].sudo()
        kinds = [kind for kind, _label in vault._fields["kind"].selection]
        for house in cls.houses:
            spare = cls.env["salto.ks.iq"].create(
                {
                    "integration_id": house.integration.id,
                    "iq_id": f"{house.letter * 8}-0000-4000-8000-00000000beef",
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
