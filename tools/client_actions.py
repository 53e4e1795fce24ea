"""What a button answers, for the web client to do."""

CLOSE = {"type": "ir.actions.act_window_close"}
RELOAD = {"type": "ir.actions.client", "tag": "soft_reload"}


def notify(message, *, kind="success", sticky=None, then=None):
    """Show a message, for a moment.

    :param kind: success, info, warning or danger
    :param sticky: until somebody closes it; by default all but good news
    :param then: what the client does next; None: closing, which makes a form read its
        record again
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "message": message,
            "type": kind,
            "sticky": kind != "success" if sticky is None else sticky,
            "next": then or CLOSE,
        },
    }


def open_list(env, action, domain, *, name=None, context=None):
    """Open one of the addon's lists, for these records.

    :param action: external id of its action, without the module
    :param name: title in the place of the action's own
    """
    values = env["ir.actions.act_window"]._for_xml_id(
        f"resource_booking_salto_ks.{action}"
    )
    title = {"name": name, "display_name": name} if name else {}
    return {**values, **title, "domain": domain, "context": context or {}}


def open_dialog(record, name, **context):
    """Open the form of a wizard, with a title, over what is on the screen."""
    return {
        "type": "ir.actions.act_window",
        "name": name,
        "res_model": record._name,
        "res_id": record.id,
        "view_mode": "form",
        "target": "new",
        "context": context,
    }
