"""What Salto says of a person, and what of a contact is brought there."""

from ...rules.access.access import fingerprint


def is_seated(item):
    """Has a user, as Salto describes it, a seat?"""
    return item.get("subscription_state") != "suspended"


def is_blocked(item):
    return bool(item.get("blocked"))


def salto_email(partner):
    """The address that a partner is known by at Salto, or an empty string."""
    return partner.email_normalized or ""


def person_print(partner, office_mode):
    """Changes when something of the partner has to be brought to Salto."""
    return fingerprint(
        partner.name, salto_email(partner), partner.salto_ks_tag or "", office_mode
    )
