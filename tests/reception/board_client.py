"""What a browser asks of Odoo to show the desk's board, and nothing else."""

from lxml import etree

BOARD = "resource_booking_salto_ks.booking_view_kanban_board"
TODAY = [("start", "<", "today +1d"), ("stop", ">=", "today")]
# What the board would show without this addon.
HOSTS_FIELDS = ("name", "start", "stop", "combination_id", "state", "partner_ids")


def read_board(env, names=None):
    """Read the board as its user's browser does.

    :param env: of the user
    :param names: fields of the cards; None: those of the view
    :returns: (groups, numbers)
    """
    bookings = env["resource.booking"]
    groups = bookings.web_read_group(
        TODAY,
        ["salto_ks_day_part"] if names is None else ["state"],
        ["__count"],
        auto_unfold=True,
        unfold_read_specification=_specification(
            bookings, card_fields(env) if names is None else names
        ),
    )["groups"]
    numbers = bookings.get_salto_ks_numbers() if names is None else {}
    return groups, numbers


def card_fields(env):
    """Names of the fields on the board's cards."""
    view = env["resource.booking"].get_view(env.ref(BOARD).id, "kanban")
    arch = etree.fromstring(view["arch"])
    return sorted({node.get("name") for node in arch.iter("field")} - {"id"})


def _specification(bookings, names):
    return {
        name: {"fields": {"display_name": {}}}
        if bookings._fields[name].type == "many2one"
        else {}
        for name in names
    }
