from . import (
    kept,
    guarded,
)
