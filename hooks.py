from .tools import evidence


def post_init_hook(env):
    """Give the bookings that were there before us their stage.

    Their stage was computed when the column was made, before any stage existed.
    """
    bookings = env["resource.booking"].with_context(
        active_test=False, tracking_disable=True
    )
    bookings.search([])._compute_stage_id()


def uninstall_hook(env):
    """Let go of what is not Odoo's to remove."""
    evidence.forget_triggers(env.cr)
