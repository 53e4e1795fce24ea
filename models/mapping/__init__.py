from . import (
    mapping,
    resource_booking_type,
    resource_resource,
    integration,
)
