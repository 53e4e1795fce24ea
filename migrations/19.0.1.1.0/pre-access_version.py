"""Wishes are versions of what is desired."""


def migrate(cr, version):
    cr.execute("ALTER TABLE salto_ks_access RENAME COLUMN wish TO version")
