import ipaddress
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools.misc import hmac

from ...rules.opening.opening import Limit, next_try
from ...tools.transactions import advisory_lock, own_transaction

# What is counted, and how much of it is too much.
LIMITS = {
    # A class may share the link of its booking.
    "booking": Limit(30, timedelta(minutes=5)),
    # All guests of a house may come from one address.
    "address": Limit(200, timedelta(minutes=5)),
    # Links that are wrong: one is a slip, twenty are a search. Good links are not held
    # up by them.
    "stranger": Limit(20, timedelta(minutes=10)),
}
LONGEST = max(limit.within for limit in LIMITS.values())


def _network(text):
    """An address as one party has it: of IPv6, everybody has a whole /64."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return text
    if address.version == 6 and not address.ipv4_mapped:
        return str(ipaddress.ip_network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


class SaltoKsPortalTry(models.Model):
    """Tries on the portal, for as long as they count.

    No address is kept: only a keyed digest, from which nobody reads it back.
    """

    _name = "salto.ks.portal.try"
    _inherit = "salto.ks.guarded"
    _description = "Salto KS portal try"
    _all_kept = True
    _key_made_at = models.Index("(key, made_at)")

    key = fields.Char(required=True)
    made_at = fields.Datetime(required=True)

    @api.private
    def _is_used_up(self, kind, what):
        """Is the limit reached?

        :param kind: a key of LIMITS
        :param what: a booking's database id, or an address
        """
        now = fields.Datetime.now()
        limit = LIMITS[kind]
        tries = self.search(
            [("key", "=", self._key(kind, what)), ("made_at", ">", now - limit.within)]
        )
        return next_try(now, tries.mapped("made_at"), limit) is not None

    @api.private
    def _take(self, kind, what):
        """Count one try, whatever becomes of the request; False if it is one too many.

        The parameters are those of ``_is_used_up``.
        """
        key = self._key(kind, what)
        with advisory_lock(self.env, self._name, key), own_transaction(self) as tries:
            if tries._is_used_up(kind, what):
                return False
            tries.create({"key": key, "made_at": fields.Datetime.now()})
        return True

    def _key(self, kind, what):
        return hmac(self.env(su=True), self._name, (kind, _network(str(what))))

    @api.autovacuum
    def _gc_tries(self):
        self.search([("made_at", "<", fields.Datetime.now() - LONGEST)]).unlink()
