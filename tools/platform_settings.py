"""Where Salto is, and who this Odoo is to it: one set of settings an environment.

A secret belongs to the addresses that it was entered for: whoever changes those in the
settings gets none that others entered. Environment variables are the act of somebody
who may read the encryption key as well, so they may send stored secrets elsewhere; but
a secret that they hold goes to no address that the settings name.
"""

import os
from dataclasses import dataclass, field

from odoo.exceptions import UserError

DEFAULT_URLS = {
    "acceptance": {
        "identity_url": "https://identity-acc.eu.my-clay.com",
        "api_url": "https://clp-accept-user.my-clay.com",
    },
    "production": {
        "identity_url": "https://identity.eu.my-clay.com",
        "api_url": "https://connect.my-clay.com",
    },
}
ENVIRONMENTS = [("acceptance", "Acceptance"), ("production", "Production")]
ADDRESS_NAMES = ("identity_url", "api_url")
SETTING_NAMES = ("client_id", "client_secret", *ADDRESS_NAMES)


class SecretHeldBack(UserError):
    """A secret was entered for another address than the one that is set now."""


@dataclass(frozen=True)
class Place:
    """The two hosts that secrets are sent to.

    :ivar fixed: names of the addresses that environment variables set
    """

    identity_url: str
    api_url: str
    fixed: frozenset = field(default=frozenset(), compare=False)

    def may_get(self, identity_url, api_url):
        """May a secret be sent here that was entered for these addresses?"""
        entered_for = {"identity_url": identity_url, "api_url": api_url}
        return all(
            name in self.fixed or entered_for[name] == getattr(self, name)
            for name in ADDRESS_NAMES
        )


def variable_name(environment, name):
    return f"SALTO_KS_{environment}_{name}".upper()


def variable(environment, name):
    """What the server's administrator set for good; it wins over the settings."""
    return os.environ.get(variable_name(environment, name), "").strip() or None


def setting(env, environment, name):
    """One platform setting in force, but for the secret, or an empty string."""
    return (
        variable(environment, name)
        or env["salto.ks.platform"]._get_row(environment)[name]
        or DEFAULT_URLS[environment].get(name, "")
    )


def find_place(env, environment, typed=None):
    """Where Salto is, by the settings in force.

    :param typed: {name: address or False} that a person is about to save
    :returns: Place
    """
    addresses = {}
    for name in ADDRESS_NAMES:
        address = setting(env, environment, name)
        if typed is not None and not variable(environment, name):
            address = typed[name] or DEFAULT_URLS[environment][name]
        addresses[name] = address.strip().rstrip("/")
    fixed = frozenset(name for name in ADDRESS_NAMES if variable(environment, name))
    return Place(**addresses, fixed=fixed)


def load_settings(env, environment, place):
    """The settings of one environment, as connect.Platform takes them: a dict.

    :param place: as ``find_place`` found it
    :raises SecretHeldBack: the client secret is meant for another address
    """
    return {
        "client_id": setting(env, environment, "client_id"),
        "client_secret": _client_secret(env, environment, place),
        "identity_url": place.identity_url,
        "api_url": place.api_url,
    }


def _client_secret(env, environment, place):
    fixed = variable(environment, "client_secret")
    if not fixed:
        kind = f"client_secret_{environment}"
        return env["salto.ks.vault"]._get_for(kind, None, place) or ""
    if not place.may_get(**DEFAULT_URLS[environment]):
        raise SecretHeldBack(
            env._(
                "The server's environment variables hold the client secret, but the "
                "settings name the address. Let the variables name the address, too, "
                "or empty it in Settings › Salto KS."
            )
        )
    return fixed
