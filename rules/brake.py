"""The brake on mass removal: when a pass would take away an unusual share of access."""

ALWAYS_ALLOWED = 10


def allowed_removals(live: int, share: int) -> int:
    """How many live accesses one pass may remove.

    :param live: how many there are
    :param share: per cent of them; small sites may always remove a few
    """
    return max(ALWAYS_ALLOWED, live * share // 100)


def must_stop(removals: int, live: int, share: int) -> bool:
    """Would ``removals`` be too many? Parameters as in :func:`allowed_removals`."""
    return removals > allowed_removals(live, share)
