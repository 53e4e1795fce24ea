from contextlib import suppress

from cryptography.fernet import InvalidToken, MultiFernet

from odoo import fields, models
from odoo.exceptions import UserError
from odoo.fields import NO_ACCESS

from ...tools.keyring import KeyFileExposed, KeyFileMissing, load_keys
from .platform import ADDRESS_NAMES, SecretHeldBack


class SecretUnreadable(UserError):
    """A secret cannot be encrypted or decrypted with the keys in force."""


class KeyMissing(SecretUnreadable):
    """Secrets are stored, and there is no key at all."""


class SaltoKsVault(models.Model):
    """Every secret that the addon keeps, encrypted, in one place.

    Nobody has a right on this model; only superuser code reads it. Keeping secrets
    out of the other models means that no export, copy, default, tracking or
    grouping of those can ever show one.
    """

    _name = "salto.ks.vault"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS secrets"
    _fixed = frozenset({"integration_id", "iq_id", "kind"})
    _all_kept = True
    _owner_kind_unique = models.UniqueIndex(
        "(COALESCE(integration_id, 0), COALESCE(iq_id, 0), kind)"
    )

    integration_id = fields.Many2one(
        "salto.ks.integration", index=True, ondelete="cascade"
    )
    iq_id = fields.Many2one("salto.ks.iq", index=True, ondelete="cascade")
    kind = fields.Selection(
        [
            ("client_secret_acceptance", "Client secret, acceptance"),
            ("client_secret_production", "Client secret, production"),
            ("password", "Account password"),
            ("token", "Access token"),
            ("iq_secret", "IQ secret"),
            ("iq_pin", "IQ PIN"),
            ("previous_pin", "IQ PIN before its last change"),
            ("entered_pin", "IQ PIN as entered"),
            ("wanted_pin", "IQ PIN that is wanted"),
        ],
        required=True,
    )
    ciphertext = fields.Char(required=True, groups=NO_ACCESS)
    # What the secret was entered for; empty for what is sent nowhere.
    identity_url = fields.Char()
    api_url = fields.Char()

    def _find(self, *kinds, owner=None):
        """The rows of some kinds of secrets, read at once: {kind: row, perhaps empty}.

        :param owner: an integration or an IQ; none for platform secrets
        """
        domain = [(name, "=", value) for name, value in self._owner_vals(owner).items()]
        rows = self.sudo().search_fetch(
            [("kind", "in", kinds), *domain],
            ["kind", "ciphertext", *ADDRESS_NAMES],
        )
        return dict.fromkeys(kinds, rows.browse()) | rows.grouped("kind")

    def _decrypted_for(self, place):
        """As ``_decrypted``, for somebody who is about to send the secret to a Place.

        :raises SecretHeldBack: it was entered for another one
        """
        if self and not self._may_go_to(place):
            raise SecretHeldBack(self._held_back_sentence(self.kind))
        return self._decrypted()

    def _held_back_sentence(self, kind):
        if kind == "password":
            return self.env._(
                "The password was entered for another address of Salto than the one "
                "that is set now. If an administrator of Odoo confirms the change, "
                "type the password again."
            )
        return self.env._(
            "The client secret was entered for another address of Salto than the one "
            "that is set now. Check the addresses in Settings › Salto KS, then enter "
            "the client secret again."
        )

    def _get(self, kind, owner=None):
        """The secret in the clear, or None.

        :raises SecretUnreadable: the encryption key changed or is missing
        """
        return self._find(kind, owner=owner)[kind]._decrypted()

    def _decrypted(self):
        if not self:
            return None
        try:
            return MultiFernet(self._keys()).decrypt(self.ciphertext.encode()).decode()
        except InvalidToken:
            raise SecretUnreadable(
                self.env._(
                    "A stored Salto KS secret cannot be read: the encryption key is "
                    "not the one it was stored with. Restore the key "
                    "(SALTO_KS_ENCRYPTION_KEYS or the key file in Odoo's data "
                    "directory), or enter the password again and activate the IQ "
                    "again."
                )
            ) from None

    def _put(self, kind, owner, value, place=None):
        """Store a secret; an empty value removes it.

        :param place: Place that it may be sent to; None: the one in force
        :returns: its row
        """
        row = self._find(kind, owner=owner)[kind]
        if not value:
            row.unlink()
            return self.browse()
        place = place or self._place_in_force(kind, owner)
        vals = {
            "ciphertext": self._encrypted(value),
            "identity_url": place and place.identity_url,
            "api_url": place and place.api_url,
        }
        if row:
            row.write(vals)
            return row
        return row.create({"kind": kind, **vals, **self._owner_vals(owner)})

    def _place_in_force(self, kind, owner):
        """Where secrets of this kind are sent now; None: nowhere."""
        if kind in ("password", "token"):
            environment = owner.environment
        elif kind.startswith("client_secret_"):
            environment = kind.removeprefix("client_secret_")
        else:
            return None
        return self.env["salto.ks.platform"]._get_row(environment)._find_place()

    def _encrypted(self, value):
        return MultiFernet(self._keys()).encrypt(value.encode()).decode()

    def _has(self, kind, owner=None, place=None):
        """Is there such a secret, and may it be sent to that place?"""
        row = self._find(kind, owner=owner)[kind]
        return bool(row) and (place is None or row._may_go_to(place))

    def _may_go_to(self, place):
        return place.may_get(self.identity_url, self.api_url)

    def _owner_vals(self, owner):
        is_iq = owner is not None and owner._name == "salto.ks.iq"
        return {
            "integration_id": owner.id if owner is not None and not is_iq else False,
            "iq_id": owner.id if is_iq else False,
        }

    def _keys(self):
        try:
            # A new key beside secrets of another one would hide that it is lost.
            return load_keys(
                may_create=lambda: not self.sudo().search_count([], limit=1)
            )
        except KeyFileMissing:
            raise KeyMissing(
                self.env._(
                    "The encryption key is missing, while Salto KS secrets are stored "
                    "with it. Restore it (SALTO_KS_ENCRYPTION_KEYS, or the key file "
                    "in Odoo's data directory), or ask an administrator to forget all "
                    "secrets in Settings › Salto KS."
                )
            ) from None
        except KeyFileExposed as error:
            raise SecretUnreadable(
                self.env._(
                    "The key file %(name)s in Odoo's data directory can be read by "
                    "others: its mode is %(mode)s. Change its owner to the user that "
                    "Odoo runs as, remove all other rights (chmod 600 %(name)s), and "
                    "consider a new key, because others may know this one.",
                    name=error.name,
                    mode=error.mode,
                )
            ) from None
        except (ValueError, OSError) as error:
            raise SecretUnreadable(
                self.env._(
                    "The encryption key for Salto KS secrets cannot be used. Check "
                    "SALTO_KS_ENCRYPTION_KEYS (Fernet keys, separated by commas) or "
                    "the key file in Odoo's data directory."
                )
            ) from error

    def _has_lost_key(self):
        try:
            self._keys()
        except SecretUnreadable as error:
            return isinstance(error, KeyMissing)
        return False

    # -- when a key is replaced

    def _by_key(self):
        """All secrets, by the key that opens them.

        :returns: three recordsets: the newest key, an older one, none
        :raises SecretUnreadable: there is no usable key
        """
        newest, *older = self._keys()
        found = {"newest": [], "older": [], "none": []}
        for row in self.sudo().search([("ciphertext", "!=", False)]):
            if row._opens_with([newest]):
                found["newest"].append(row.id)
            else:
                found["older" if row._opens_with(older) else "none"].append(row.id)
        return tuple(self.sudo().browse(ids) for ids in found.values())

    def _opens_with(self, keys):
        for key in keys:
            with suppress(InvalidToken):
                return bool(key.decrypt(self.ciphertext.encode()))
        return False

    def _use_newest_key(self):
        """Encrypt every secret that a key opens with the newest key.

        :raises SecretUnreadable: there is no usable key
        """
        _newest, older, _none = self._by_key()
        keyring = MultiFernet(self._keys())
        for row in older:
            row.ciphertext = keyring.rotate(row.ciphertext.encode()).decode()
