"""Access and the brake on mass removal in words: what Salto holds, what is wrong, and
what to do about it."""

from datetime import datetime
from enum import Enum

from odoo import fields

from ..rules.times.moments import aware
from .times import local_time, user_zone


class AccessProblem(str, Enum):
    """Why an access is not as it should be."""

    ATTENDEE_GONE = "attendee_gone"
    ATTENDEE_SETTLING = "attendee_settling"
    GROUP_GONE = "group_gone"
    MISTAKE = "mistake"
    NO_ZONE = "no_zone"


def problem_sentence(env, problem):
    """
    :param problem: of AccessProblem
    """
    return {
        AccessProblem.ATTENDEE_GONE: env._(
            "An attendee was removed from Salto and is being added again."
        ),
        AccessProblem.ATTENDEE_SETTLING: env._(
            "An attendee was just created at Salto, which takes about a minute. Odoo "
            "retries automatically."
        ),
        AccessProblem.GROUP_GONE: env._(
            "The group that Odoo created no longer exists at Salto. Odoo creates it "
            "again automatically."
        ),
        AccessProblem.MISTAKE: env._(
            "Something went wrong here, not at Salto: the server's log says what."
        ),
        AccessProblem.NO_ZONE: env._(
            "The site's time zone is not known: press Resolve site ID on the site."
        ),
    }[problem]


def access_sentence(env, access):
    """The state of one access in one sentence, without its problem.

    :param access: salto.ks.access, one
    """
    site = _place(env, access)
    span = access_span(env, access)
    if access.integration_id._is_stopped_by_brake(access):
        return stopped_access_sentence(env, access, span)
    due = access.next_try
    if access.why_not_updated and access.state in ("waiting", "granting", "failed"):
        if not access.group_uuid:
            return env._("%s: no access.", site)
        return env._(
            "%(site)s: access %(span)s, perhaps not for all people and doors.",
            site=site,
            span=span,
        )
    match access.state:
        case "waiting" if not due:
            return env._("%s: not given yet.", site)
        case "waiting" if due > fields.Datetime.now():
            return env._(
                "%(site)s: not given yet; it will be on %(due)s.",
                site=site,
                due=_with_zone(env, access, local_time(env, aware(due))),
            )
        case "granted":
            return env._("%(site)s: access %(span)s.", site=site, span=span)
        case "granting" | "waiting":
            return env._(
                "%(site)s: access %(span)s is being given.", site=site, span=span
            )
        case "revoking":
            return env._("%s: access is being taken away.", site)
        case "failed":
            return env._(
                "%(site)s: access %(span)s could not be given.", site=site, span=span
            )
    if access.withheld:
        return env._("%s: no access; it was revoked by hand.", site)
    return env._("%s: no access.", site)


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
    site = _place(env, access)
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


def _place(env, access):
    """Where an access lets people in."""
    site = access.integration_id.name
    return env._("%s, common doors", site) if access.is_common else site


def access_span(env, access):
    """From when to when, in the user's time."""
    if not access.starts_at or not access.ends_at:
        return ""
    span = _span(env, access, aware(access.starts_at), aware(access.ends_at))
    if access.cut_before_ref or access.cut_after_ref:
        return env._("%s (shortened: another booking is next to it)", span)
    return span


def held_times(env, access, schedule):
    """From when to when the group at Salto lets people in, in the user's time.

    :param schedule: start and end in the site's wall clock as ISO texts, or None
    """
    zone = access.integration_id._site_zone()
    if not schedule or not zone:
        return ""
    start, end = (datetime.fromisoformat(one).replace(tzinfo=zone) for one in schedule)
    return _span(env, access, start, end)


def _span(env, access, start, end):
    span = env._(
        "from %(start)s to %(end)s",
        start=local_time(env, start),
        end=local_time(env, end, near=start),
    )
    return _with_zone(env, access, span)


def why_not_updated_sentence(env, access):
    """Why what is shown may be other than what the booking says; "" if nothing is in
    the way. What is taken away is followed at switched-off sites, too.

    :param access: salto.ks.access, one
    """
    site = access.integration_id
    if access.state == "revoked":
        return ""
    if site.is_copy:
        return env._("This database is a copy: Odoo does not update this access.")
    if access.state == "revoking":
        return ""
    if site.state != "active" or not site.active:
        return env._("The site is inactive: Odoo does not update this access.")
    if not site.sync_access:
        return env._(
            "Keep access groups is switched off: Odoo does not update this access."
        )
    return ""


def _with_zone(env, access, times):
    """``times`` with the name of their zone, if that is not plainly the reader's: they
    have set none, or another one than the site's."""
    zone = user_zone(env)
    if zone and zone == access.integration_id.site_tz:
        return times
    return env._("%(times)s (%(zone)s)", times=times, zone=zone or "UTC")
