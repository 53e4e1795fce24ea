"""Odoo's own loggers write what nobody may read: at debug level the arguments of every
call, and so passwords and PINs on their way into a form; always the address of every
request, and so the key in a guest's link."""

import logging

from ..connect.redaction import RedactingFilter, hide_secrets

# A filter works on the logger that it is attached to, not on that logger's children.
LOGGERS = (
    "longpolling",
    "odoo.http",
    "odoo.http.rpc.request",
    "odoo.http.rpc.response",
    "odoo.service.model",
    "werkzeug",
)

_FILTER = RedactingFilter(hide_secrets)
for _name in LOGGERS:
    logging.getLogger(_name).addFilter(_FILTER)
