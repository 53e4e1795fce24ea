"""Access in words: what Salto holds, what is wrong, and what to do about it."""

from datetime import timezone

from odoo import fields

from .times import local_time, user_zone


def person_sentence(env, what, tag=""):
    """What keeps a person from being known to Salto, with what to do."""
    match what:
        case "nameless":
            return env._(
                "has neither an e-mail address nor a tag number: fill one in on the "
                "contact."
            )
        case "unknown_tag":
            return env._(
                "has the tag %s, which Salto does not know: register it in the Salto "
                "KS dashboard, then press Synchronise.",
                tag,
            )
        case "other_tag":
            return env._(
                "holds the tag %s at Salto, which is another one than on the contact: "
                "correct one of both.",
                tag,
            )
        case "suspended":
            return env._(
                "has no seat at Salto: all of the site's seats are taken. Free one in "
                "the Salto KS dashboard, or buy more; we then try again by ourselves."
            )
        case "mistake":
            return env._(
                "could not be brought to Salto, by a mistake here and not there: the "
                "server's log says what."
            )
        case "archived":
            return env._("is archived and gets no access: restore the contact.")
        case "suspended_there":
            return env._(
                "is suspended at Salto: give them a seat in the Salto KS dashboard."
            )
        case "busy":
            return env._("is just being brought to Salto: we go on by ourselves.")
        case "other_holder":
            return env._(
                "has the tag %s, which somebody else carries at Salto: correct the "
                "number on the contact.",
                tag,
            )
        case "gone":
            return env._(
                "Somebody of this booking was removed at Salto: they are brought there "
                "again."
            )
        case "blocked":
            return env._(
                "is blocked at Salto: no door opens for them. Lift the block in the "
                "Salto KS dashboard."
            )
        case "waiting":
            return env._(
                "Somebody of this booking was only just made at Salto, which needs "
                "about a minute: we try again by ourselves."
            )
    return env._(
        "was refused by Salto: look for the e-mail address or the tag in the Salto KS "
        "dashboard."
    )


def mistake_sentence(env):
    return env._("Something went wrong here, not at Salto: the server's log says what.")


def access_sentence(env, access):
    """The state of one access in one sentence, without its problem.

    :param access: salto.ks.access, one
    """
    site = access.integration_id.name
    span = access_span(env, access)
    if access._waits_for_brake():
        return _brake_sentence(env, access)
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
                due=_with_zone(
                    env, access, local_time(env, due.replace(tzinfo=timezone.utc))
                ),
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


def _brake_sentence(env, access):
    """Why nothing happens while the brake holds, and who can change it."""
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
        span=access_span(env, access),
    )


def access_span(env, access):
    """From when to when, in the user's time."""
    if not access.starts_at or not access.ends_at:
        return ""
    starts_at, ends_at = (
        moment.replace(tzinfo=timezone.utc)
        for moment in (access.starts_at, access.ends_at)
    )
    span = env._(
        "from %(start)s to %(end)s",
        start=local_time(env, starts_at),
        end=local_time(env, ends_at, near=starts_at),
    )
    span = _with_zone(env, access, span)
    if access.cut_before_ref or access.cut_after_ref:
        return env._("%s (shortened: another booking is next to it)", span)
    return span


def _with_zone(env, access, times):
    """``times`` with the name of their zone, if that is not plainly the reader's: they
    have set none, or another one than the site's."""
    zone = user_zone(env)
    if zone and zone == access.integration_id.site_tz:
        return times
    return env._("%(times)s (%(zone)s)", times=times, zone=zone or "UTC")
