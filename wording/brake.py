"""The brake on mass removal in words."""


def brake_sentence(env, spares_bookings):
    """Why a site removes no access at present, and what a manager can do.

    :param spares_bookings: only access of bookings that still stand waits
    """
    if spares_bookings:
        return env._(
            "Stopped: all access, or nearly all, would be removed from bookings "
            "that still stand. Open the list. If it is right, press Remove this "
            "access; if not, fix the cause: the mapping, the stages, the locks."
        )
    return env._(
        "Stopped: much more access than usual would be removed at once. Nothing "
        "was changed. Open the list. If it is right, press Remove this access; if "
        "not, fix the cause."
    )


def stopped_access_sentence(env, access, span):
    """Why nothing happens to one access while the brake is on.

    :param access: salto.ks.access, one
    :param span: from when to when, in words
    """
    site = access.integration_id.name
    if access.is_removal:
        return env._(
            "%s: access is not taken away yet. So much would be taken away at once "
            "that a manager has to decide first, on the site.",
            site,
        )
    return env._(
        "%(site)s: access %(span)s is not given yet. It waits because much other "
        "access would be taken away at once: a manager has to decide on that first, on "
        "the site.",
        site=site,
        span=span,
    )
