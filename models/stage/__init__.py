from . import (
    resource_booking_stage,
    resource_booking,
    ir_ui_menu,
)
