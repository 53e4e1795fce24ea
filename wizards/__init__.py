from . import (
    access_comparison,
    deactivation,
    door_choice,
    mapping_suggestion,
    mapping_test,
    partner_merge,
    pin_activation,
)
