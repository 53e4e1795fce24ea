from . import (
    vault,
    integration,
    database_identity,
    site_status,
    integration_connection,
    integration_setup,
    integration_refresh,
    iq,
    iq_codes,
    lock,
    res_config_settings,
    res_config_settings_keys,
)
