from . import (
    guarded,
    resource_booking,
    resource_booking_type,
    resource_booking_combination,
    resource_resource,
    res_partner,
)
