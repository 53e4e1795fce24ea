from . import door_choice, mapping_suggestion, mapping_test, pin_activation
