from . import (
    test_claim,
    test_configuration,
    test_opening,
    test_rights,
    test_secrets,
    test_stages,
    test_tours,
)
