from . import (
    test_activation,
    test_activation_tours,
    test_claim,
    test_configuration,
    test_mapping,
    test_mapping_tours,
    test_opening,
    test_rights,
    test_secrets,
    test_site_health,
    test_stages,
    test_tours,
)
