from . import (
    integration,
    resource_booking_stay,
    resource_booking_extension,
    resource_resource,
)
