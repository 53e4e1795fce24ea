from . import (
    vault,
    integration,
    iq,
    lock,
    mapping,
    stage,
    opening,
    booking,
    settings,
)
