from . import (
    access_comparison,
    access_comparison_line,
    deactivation,
    door_choice,
    mapping_suggestion,
    mapping_suggestion_line,
    mapping_test,
    override,
    partner_merge,
    pin_activation,
    walk_in,
)
