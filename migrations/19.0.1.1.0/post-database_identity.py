"""A site keeps by more than a UUID in which database it was activated.

Version 19.0.1.0.0 kept the UUID alone. Where it is this database's, the site goes on
working here. A copy with the same UUID, made before the upgrade, cannot be told from
the original and goes on, too: for that version it was none. Copies are recognised from
the upgrade on. A copy to which Odoo gave a UUID of its own stays a copy.
"""

from odoo import SUPERUSER_ID, api

from odoo.addons.resource_booking_salto_ks.models.site.database_identity import (
    NEUTRALIZED,
    identify_database,
)


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    _forget_in_neutralized_copies(env)
    _recognise_this_database(env)
    _keep_what_bookings_were(cr)


def _forget_in_neutralized_copies(env):
    """That version's neutralize.sql forgot where the site was activated, and kept the
    ids of the original's groups and people, by which a copy would remove them.

    Nothing else leaves them at a site that was never activated. In a neutralized
    database that was activated again nobody knows whose they are: what is the copy's
    own ends with its bookings, what is the original's must not end.
    """
    neutralized = env["ir.config_parameter"].get_param("database.is_neutralized")
    sites = env["salto.ks.integration"].with_context(active_test=False).search([])
    for site in sites.filtered(lambda one: neutralized or not one.activated_in):
        if not site.activated_in and (site.access_ids or site.ks_user_ids):
            site.activated_in = NEUTRALIZED
        site.access_ids.unlink()
        site.ks_user_ids.unlink()


def _recognise_this_database(env):
    uuid = env["ir.config_parameter"].get_param("database.uuid")
    env.cr.execute(
        "UPDATE salto_ks_integration SET activated_in = %s WHERE activated_in = %s",
        [identify_database(env), uuid],
    )


def _keep_what_bookings_were(cr):
    """So that a booking which ends its access is told from one that loses it."""
    cr.execute(
        """
        UPDATE salto_ks_access
           SET stage_ref = booking.stage_id,
               combination_ref = booking.combination_id
          FROM resource_booking AS booking
         WHERE booking.id = salto_ks_access.booking_id
           AND salto_ks_access.state != 'revoked'
        """
    )
