def migrate(cr, version):
    """What was given until now is a booking's own access, and nothing besides."""
    cr.execute("UPDATE salto_ks_access SET is_common = FALSE WHERE is_common IS NULL")
