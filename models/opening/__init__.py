from . import (
    opening,
    retention_log,
    opening_retention,
    ir_config_parameter,
    resource_booking_company,
    resource_booking_neighbours,
    resource_booking_verdict,
    resource_booking_advice,
    resource_booking_times,
    resource_booking,
    lock,
    res_partner,
)
