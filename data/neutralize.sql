-- A copy of the database opens no doors and logs in nowhere. Groups and people at Salto
-- are the original's: a copy that knows their ids could change or remove them. That the
-- site was activated elsewhere stays known.
UPDATE salto_ks_integration
   SET state = 'inactive',
       activated_in = 'neutralized ' || activated_in,
       plain_role_uuid = NULL;
UPDATE salto_ks_iq
   SET activation_state = 'not_activated', pin_change = NULL;
DELETE FROM salto_ks_access;
DELETE FROM salto_ks_access_note;
DELETE FROM salto_ks_user;
DELETE FROM salto_ks_site_status;
DELETE FROM salto_ks_vault;
UPDATE salto_ks_platform
   SET client_id = NULL, identity_url = NULL, api_url = NULL;
DELETE FROM ir_config_parameter
 WHERE key LIKE 'resource_booking_salto_ks.%';
