"""In Odoo a contact is a person: what is known of a site's answers is its status."""

OLD, NEW = "salto.ks.contact", "salto.ks.site.status"


def migrate(cr, version):
    old, new = (name.replace(".", "_") for name in (OLD, NEW))
    cr.execute(f"ALTER TABLE {old} RENAME TO {new}")
    cr.execute(f"ALTER SEQUENCE {old}_id_seq RENAME TO {new}_id_seq")
    cr.execute("UPDATE ir_model SET model = %s WHERE model = %s", [NEW, OLD])
    cr.execute("UPDATE ir_model_fields SET model = %s WHERE model = %s", [NEW, OLD])
    cr.execute(
        "UPDATE ir_model_fields SET relation = %s WHERE relation = %s", [NEW, OLD]
    )
    cr.execute(
        """
        UPDATE ir_model_data SET name = replace(name, %(old)s, %(new)s)
         WHERE module = 'resource_booking_salto_ks'
           AND (name LIKE 'field_' || %(old)s || '\\_\\_%%'
                OR name IN ('model_' || %(old)s, 'access_' || %(old)s || '_nobody'))
        """,
        {"old": old, "new": new},
    )
