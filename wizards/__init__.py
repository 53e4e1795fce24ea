from . import (
    access_comparison,
    door_choice,
    mapping_suggestion,
    mapping_test,
    partner_merge,
    pin_activation,
)
