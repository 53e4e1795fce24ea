from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    """Secrets that were stored without an address belong to the one in force."""
    env = api.Environment(cr, SUPERUSER_ID, {})
    for row in env["salto.ks.vault"].search([("identity_url", "=", False)]):
        place = row._place_in_force(row.kind, row.integration_id)
        if place:
            row.write({"identity_url": place.identity_url, "api_url": place.api_url})
