from . import (
    guarded,
    resource_booking,
    resource_booking_type,
    resource_booking_combination,
)
