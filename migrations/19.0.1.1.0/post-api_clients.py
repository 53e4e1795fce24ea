from odoo import SUPERUSER_ID, api

PREFIX = "resource_booking_salto_ks."


def migrate(cr, version):
    """What Salto issued for each environment moves from parameters to rows."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for row in env["salto.ks.platform"].search([]):
        for name in ("client_id", "identity_url", "api_url"):
            parameter = env["ir.config_parameter"].search(
                [("key", "=", f"{PREFIX}{row.environment}_{name}")]
            )
            if parameter.value and not row[name]:
                row[name] = parameter.value
            parameter.unlink()
