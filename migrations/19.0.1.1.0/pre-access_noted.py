def migrate(cr, version):
    """A mark replaces the fingerprint of what access depends on.

    Odoo would compute the new field for all bookings, and so look at the access of all
    of them, although nothing changed.
    """
    cr.execute(
        """
        ALTER TABLE resource_booking ADD COLUMN salto_ks_access_noted boolean;
        UPDATE resource_booking SET salto_ks_access_noted = TRUE;
        ALTER TABLE resource_booking DROP COLUMN salto_ks_access_print;
        """
    )
