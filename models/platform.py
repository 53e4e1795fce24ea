"""Where Salto is, and who this Odoo is to it: one set of settings an environment."""

import os

from ..connect import Platform

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
SETTING_NAMES = ("client_id", "client_secret", "identity_url", "api_url")


def variable_name(environment, name):
    return f"SALTO_KS_{environment}_{name}".upper()


def variable(environment, name):
    """What the server's administrator set for good; it wins over the settings."""
    return os.environ.get(variable_name(environment, name), "").strip() or None


def parameter_name(environment, name):
    return f"resource_booking_salto_ks.{environment}_{name}"


def setting(env, environment, name):
    """One platform setting in force, or an empty string."""
    value = variable(environment, name)
    if value:
        return value
    if name == "client_secret":
        return env["salto.ks.vault"]._get(f"client_secret_{environment}") or ""
    parameters = env["ir.config_parameter"].sudo()
    default = DEFAULT_URLS[environment].get(name, "")
    return parameters.get_param(parameter_name(environment, name)) or default


def load_platform(env, environment):
    """The settings of one environment, as the client wants them.

    :raises connect.ConfigurationError: incomplete, or an address that is not https
    """
    return Platform(**{name: setting(env, environment, name) for name in SETTING_NAMES})
