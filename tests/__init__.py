from .access import (
    test_access,
    test_access_brake,
    test_access_care,
    test_access_chaos,
    test_access_common_doors,
    test_access_desired,
    test_access_faults,
    test_access_followers,
    test_access_oddities,
    test_access_people,
    test_access_sentences,
    test_access_speed,
    test_access_switched_off,
    test_access_tours,
    test_access_workers,
)
from .guard import (
    test_borders,
    test_companies,
    test_guarded,
    test_markup,
    test_matrix_defaults,
    test_matrix_doors,
    test_matrix_http,
    test_matrix_orm,
    test_matrix_pages,
    test_matrix_sees,
    test_rights,
)
from .guest import (
    test_guest_link,
    test_portal,
    test_portal_mail,
    test_portal_refusals,
    test_portal_tours,
    test_portal_workers,
)
from .mapping import (
    test_mapping,
    test_mapping_tours,
    test_scale,
)
from .opening import (
    test_claim,
    test_evidence,
    test_opening,
    test_opening_tours,
    test_opening_windows,
    test_override,
    test_settlement,
    test_workers,
)
from .reception import (
    test_board,
    test_board_tours,
    test_stay,
    test_two_desks,
    test_walk_in,
)
from .site import (
    test_activation,
    test_activation_tours,
    test_addresses,
    test_configuration,
    test_copies,
    test_keys,
    test_log,
    test_restore,
    test_secrets,
    test_site_health,
)
from .stage import (
    test_automation,
    test_stages,
)
