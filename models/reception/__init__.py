from . import (
    board_item,
    access,
    iq,
    ks_user,
    integration,
    resource_booking_stay,
    resource_booking_extension,
    resource_booking_lights,
    resource_booking_board,
    resource_resource,
)
