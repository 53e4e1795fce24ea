"""Where Salto is, and who this Odoo is to it: one set of settings an environment.

A secret belongs to the addresses that it was entered for: whoever changes those in the
settings gets none that others entered. Environment variables are the act of somebody
who may read the encryption key as well, so they may send stored secrets elsewhere; but
a secret that they hold goes to no address that the settings name.
"""

import os
from dataclasses import dataclass, field

from odoo import api, fields, models
from odoo.exceptions import UserError

from ...tools.secret_field import Secret

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


class SaltoKsPlatform(models.Model):
    """The API client that Salto issued for this Odoo: one row an environment.

    A value from the server's environment variables wins; the note says so.
    """

    _name = "salto.ks.platform"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS API client"
    _order = "environment"
    _rec_name = "environment"
    _environment_unique = models.UniqueIndex("(environment)")

    environment = fields.Selection(ENVIRONMENTS, required=True, readonly=True)
    client_id = fields.Char("Client ID")
    client_secret = Secret(
        compute="_compute_client_secret", inverse="_inverse_client_secret"
    )
    identity_url = fields.Char("Identity URL")
    api_url = fields.Char("API URL")
    salto_identity_url = fields.Char(compute="_compute_salto_urls")
    salto_api_url = fields.Char(compute="_compute_salto_urls")
    note = fields.Char("Remarks", compute="_compute_note")

    @api.depends("environment")
    @api.depends_context("lang")
    def _compute_display_name(self):
        names = dict(self._fields["environment"]._description_selection(self.env))
        for row in self:
            row.display_name = names.get(row.environment)

    @api.model
    def _get_row(self, environment):
        """The row of one environment, for superuser code."""
        names = ["environment", "client_id", *ADDRESS_NAMES]
        return self.sudo().search_fetch([("environment", "=", environment)], names)

    def _compute_client_secret(self):
        """Secrets are written, never shown."""
        self.client_secret = False

    def _inverse_client_secret(self):
        vault = self.env["salto.ks.vault"].sudo()
        for row in self.filtered("client_secret"):
            kind = f"client_secret_{row.environment}"
            vault._put(kind, None, row.client_secret, row._find_place())
        # Or else this transaction would still answer with what was typed.
        self.invalidate_recordset(["client_secret"])

    def _get_value(self, name):
        """What is in force, by what stands on the form, saved or not."""
        defaults = DEFAULT_URLS.get(self.environment, {})
        return variable(self.environment, name) or self[name] or defaults.get(name, "")

    def _find_place(self):
        """Where Salto is."""
        addresses = {
            name: self._get_value(name).strip().rstrip("/") for name in ADDRESS_NAMES
        }
        fixed = (name for name in ADDRESS_NAMES if variable(self.environment, name))
        return Place(**addresses, fixed=frozenset(fixed))

    def _load_settings(self, place):
        """What connect.Platform takes, as a dict.

        :param place: as ``_find_place`` found it
        :raises SecretHeldBack: the client secret is meant for another address
        """
        return {
            "client_id": self._get_value("client_id"),
            "client_secret": self._load_client_secret(place),
            "identity_url": place.identity_url,
            "api_url": place.api_url,
        }

    def _load_client_secret(self, place):
        fixed = variable(self.environment, "client_secret")
        if not fixed:
            kind = f"client_secret_{self.environment}"
            row = self.env["salto.ks.vault"]._find(kind)[kind]
            return row._decrypted_for(place) or ""
        if not place.may_get(**DEFAULT_URLS[self.environment]):
            raise SecretHeldBack(
                self.env._(
                    "The server's environment variables contain the client secret, "
                    "but the address is entered in the settings. Set the address by a "
                    "variable, too, or empty it in Settings › Salto KS."
                )
            )
        return fixed

    @api.depends("environment")
    def _compute_salto_urls(self):
        for row in self:
            urls = DEFAULT_URLS.get(row.environment, {})
            row.salto_identity_url = urls.get("identity_url")
            row.salto_api_url = urls.get("api_url")

    @api.depends("environment", *ADDRESS_NAMES)
    def _compute_note(self):
        for row in self:
            row.note = " ".join([*row._secret_notes(), *row._variable_notes()])

    def _secret_notes(self):
        vault = self.env["salto.ks.vault"].sudo()
        kind = f"client_secret_{self.environment}"
        if vault._has(kind, None, self._find_place()):
            return [self.env._("A client secret is stored.")]
        if vault._has(kind):
            return [
                self.env._(
                    "The client secret was entered for another address: Odoo does not "
                    "send it here. Enter it again."
                )
            ]
        return []

    def _variable_notes(self):
        fixed = [
            variable_name(self.environment, name)
            for name in SETTING_NAMES
            if variable(self.environment, name)
        ]
        if not fixed:
            return []
        return [
            self.env._(
                "Set by environment variables, which override the fields: %s.",
                ", ".join(fixed),
            )
        ]
