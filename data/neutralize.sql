-- A copy of the database opens no doors and logs in nowhere.
UPDATE salto_ks_integration
   SET state = 'inactive', activated_in = NULL;
UPDATE salto_ks_iq
   SET activation_state = 'not_activated', pin_change = NULL;
DELETE FROM salto_ks_vault;
DELETE FROM ir_config_parameter
 WHERE key LIKE 'resource_booking_salto_ks.%';
