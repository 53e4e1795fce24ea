"""Why a door may not open, as staff reads it: what happened and what would mend it.

The codes are those of ``rules.opening``; this is where they become words, translated
and in local time.
"""

import math
from datetime import datetime, timezone

from ..rules.opening.advice import Advice
from ..rules.opening.opening import Code
from .times import local_time

# The codes that refuse, as people filter and group by them.
CODE_LABELS = [
    (Code.INTEGRATION_INACTIVE.value, "Site switched off"),
    (Code.DATABASE_COPIED.value, "Copy of the database"),
    (Code.BOOKING_CANCELED.value, "Booking canceled"),
    (Code.NOT_SCHEDULED.value, "Booking not scheduled"),
    (Code.STAGE_NOT_ALLOWED.value, "Wrong stage"),
    (Code.TOO_EARLY.value, "Too early"),
    (Code.TOO_LATE.value, "Too late"),
    (Code.LINK_ENDED.value, "Link of an earlier time"),
    (Code.NO_LOCK.value, "No door mapped"),
    (Code.LOCK_REMOVED.value, "Door gone from the site"),
    (Code.LOCK_WITHOUT_IQ.value, "Door without IQ"),
    (Code.IQ_NOT_ACTIVATED.value, "IQ not activated"),
    (Code.IQ_STOPPED.value, "IQ to be activated again"),
    (Code.IQ_BLOCKED.value, "IQ blocked by Salto"),
    (Code.IQ_OFFLINE.value, "IQ offline"),
    (Code.IQ_TO_RESTORE.value, "IQ to be restored"),
    (Code.SITE_PAUSED.value, "Salto asked to slow down"),
    (Code.CALLER_NOT_ALLOWED.value, "Person without the right"),
    (Code.GUESTS_NOT_ALLOWED.value, "Guests not allowed"),
    (Code.OTHER_COMPANY.value, "Booking of another company"),
    (Code.TOO_MANY.value, "Too many openings"),
    (Code.NO_PERSON.value, "By the clock, not by a person"),
]


def verdict_sentence(env, verdict, *, door="", stages="", advice=None):
    """A rules.opening.Verdict in words.

    :param advice: rules.opening.advice.Advice, what its reader can do about it
    :param door: the door's name; without it the sentence speaks of the booking
    :param stages: names of the stages from which a door may open
    """
    if not advice:
        return _sentence(env, verdict, door, stages)
    if verdict.code is Code.STAGE_NOT_ALLOWED:
        sentence = env._("Not confirmed yet.")
    else:
        sentence = _sentence(env, verdict, door, stages)
    return f"{sentence} {advice_sentence(env, advice)}"


def advice_sentence(env, advice):
    """A rules.opening.advice.Advice in words."""
    return {
        Advice.MOVE: env._("Move the booking to open it earlier."),
        Advice.EXTEND: env._("Extend the booking to open them again."),
        Advice.EXTEND_AT_DESK: env._("Extend it on the board to open them again."),
        Advice.WALK_IN: env._("Book a walk-in if the guest stays."),
        Advice.OPEN_ANYWAY: env._("Or press Open anyway, with a reason."),
        Advice.CONFIRM: env._("Press Confirm first."),
        Advice.CHECK_IN: env._("Press Check in when the guest is here."),
        Advice.ASK_MANAGER: env._("A booking manager can change it."),
    }[advice]


def _sentence(env, verdict, door, stages):
    at = verdict.at and local_time(env, verdict.at)
    seconds = verdict.at and seconds_until(verdict.at)
    return {
        Code.BOOKING_CANCELED: env._(
            "This booking is canceled: its doors stay closed. Make a new one."
        ),
        Code.NOT_SCHEDULED: env._("This booking has no time yet: schedule it first."),
        Code.STAGE_NOT_ALLOWED: env._(
            "Doors do not open from this stage: "
            "move the booking to one of these first: %s.",
            stages or env._("(none chosen in the site's settings)"),
        ),
        Code.TOO_EARLY: env._(
            "Too early: opens at %s, when the booking before ends.", at
        )
        if verdict.is_cut
        else env._("Too early: opens at %s.", at),
        Code.TOO_LATE: env._("Too late: closed at %s, when the next booking began.", at)
        if verdict.is_cut
        else env._(
            "Too late: the doors of this booking closed at %s.",
            at,
        ),
        Code.LINK_ENDED: env._(
            "The guest's link ended at %s, with the booking as it was when the "
            "link was sent: send the door link again.",
            at,
        ),
        Code.NO_LOCK: env._(
            "No door is linked to this booking. A manager can link one under "
            "Salto KS › Sites › Mapping."
        ),
        Code.OK: env._("Ready to open: %s.", door),
        Code.LOCK_REMOVED: env._(
            "%s is no longer a door of the Salto site: "
            "a manager can link another one to this booking.",
            door,
        ),
        Code.LOCK_WITHOUT_IQ: env._(
            "%s is not connected to an IQ and cannot be opened from here: "
            "use a tag or the key.",
            door,
        ),
        Code.IQ_NOT_ACTIVATED: env._(
            "The IQ of %s is not activated: a manager can do that with "
            "Activate PIN in the site's settings.",
            door,
        ),
        Code.IQ_STOPPED: env._(
            "Salto refused Odoo's codes for the IQ of %s, so Odoo stopped before "
            "Salto blocks the account: a manager has to activate the IQ again.",
            door,
        ),
        Code.IQ_BLOCKED: env._(
            "Salto blocked Odoo's account on the IQ of %(door)s after wrong codes, "
            "until about %(at)s. Use a tag or the key.",
            door=door,
            at=at,
        ),
        Code.IQ_TO_RESTORE: env._(
            "The IQ of %s was reset at the device: a manager has to restore it in "
            "the site's settings. Until then use a tag or the key.",
            door,
        ),
        Code.IQ_OFFLINE: env._(
            "The IQ of %s is offline: check its power and network. "
            "Until it is back, use a tag or the key.",
            door,
        ),
        Code.INTEGRATION_INACTIVE: env._(
            "Door opening is switched off for this site: ask a manager to activate it."
        ),
        Code.DATABASE_COPIED: env._(
            "This database is a copy, and copies open no doors: if it takes the "
            "place of the original, a manager can confirm that in the settings "
            "of the Salto KS site."
        ),
        Code.SITE_PAUSED: env._(
            "Salto asks Odoo to slow down: try again in %s seconds, or use a tag or "
            "the key.",
            seconds,
        ),
        Code.TOO_MANY: env._(
            "Too many openings in a short time: try again in %s seconds.",
            seconds,
        ),
        Code.NO_PERSON: env._(
            "Scheduled actions never open a door, because they may run twice: start "
            "the rule from what a person does."
        ),
        Code.CALLER_NOT_ALLOWED: env._(
            "You may not open doors: ask a manager for the right "
            "'Salto KS: open doors'."
        ),
        Code.GUESTS_NOT_ALLOWED: env._(
            "Guests do not open doors at this site: a manager can allow it on the "
            "Details tab of the Salto KS site."
        ),
        Code.OTHER_COMPANY: env._(
            "This booking belongs to another company: switch to that company, or "
            "ask somebody who works there."
        ),
    }[verdict.code]


def windows_sentence(env, windows):
    """When doors open: "Studio 1 16:00–18:00, Main entrance 15:45–18:15".

    :param windows: {salto.ks.lock: rules.times.moments.Window}
    """
    names = {}
    for lock, window in windows.items():
        names.setdefault((window.start, window.end), []).append(lock.name)
    return ", ".join(
        " ".join([", ".join(alike), _span(env, *span)]) for span, alike in names.items()
    )


def _span(env, start, end):
    return f"{local_time(env, start)}–{local_time(env, end, near=start)}"


def outcome_sentence(env, outcome, door):
    """A services.open_door.OpeningOutcome in words, with the reason for staff."""
    reason = outcome.reason
    if outcome.state == "opened" and not reason:
        return env._("%s opened.", door)
    return {
        "opened": env._("%(door)s opened. %(reason)s", door=door, reason=reason),
        "refused": env._(
            "%(door)s stayed closed. %(reason)s", door=door, reason=reason
        ),
        "not_sent": env._(
            "%(door)s stayed closed: no command was sent. %(reason)s",
            door=door,
            reason=reason,
        ),
    }.get(outcome.state) or env._(
        "%(door)s may or may not have opened: look at the door. %(reason)s",
        door=door,
        reason=reason,
    )


def chatter_sentence(env, outcome, door):
    """As ``outcome_sentence``, with why somebody opened anyway."""
    sentence = outcome_sentence(env, outcome, door)
    if not outcome.override_reason:
        return sentence
    why = env._("Opened anyway, because: %s", outcome.override_reason)
    return f"{sentence} {why}"


def seconds_until(moment):
    """Whole seconds from now to ``moment``, at least one.

    :param moment: aware datetime
    """
    return max(1, math.ceil((moment - datetime.now(timezone.utc)).total_seconds()))
