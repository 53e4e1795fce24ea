from . import door_choice, pin_activation
