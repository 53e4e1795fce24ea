"""Odoo logs the arguments of every call at debug level: passwords and PINs on their way
into a form are among them."""

import logging

from ..connect.redaction import RedactingFilter

for _name in ("odoo.service.model", "odoo.http.rpc.request", "odoo.http.rpc.response"):
    logging.getLogger(_name).addFilter(RedactingFilter())
