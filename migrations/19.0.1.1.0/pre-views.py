def migrate(cr, version):
    """Views have moved to other places. While they are loaded one by one, those of
    before must not look for what is not there any more: they are empty meanwhile."""
    cr.execute(
        """
        UPDATE ir_ui_view
           SET arch_db = jsonb_build_object('en_US', '<data/>')
         WHERE mode = 'extension'
           AND id IN (
               SELECT res_id FROM ir_model_data
                WHERE module = 'resource_booking_salto_ks' AND model = 'ir.ui.view'
           )
        """
    )
