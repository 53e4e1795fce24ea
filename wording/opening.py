"""Why a door may not open, as staff reads it: what happened and what would mend it.

The codes are those of ``rules.opening``; this is where they become words, translated
and in local time.
"""

import math
from datetime import datetime, timezone

from ..rules.opening.opening import Code
from .times import local_time


def verdict_sentence(env, verdict, *, door="", stages=""):
    """A rules.opening.Verdict in words.

    :param door: the door's name; without it the sentence speaks of the booking
    :param stages: names of the stages from which a door may open
    """
    at = verdict.at and local_time(env, verdict.at)
    return (
        _booking_sentence(env, verdict, at, stages)
        or _door_sentence(env, verdict, at, door)
        or _site_sentence(env, verdict)
        or _caller_sentence(env, verdict)
    )


def _booking_sentence(env, verdict, at, stages):
    match verdict.code:
        case Code.BOOKING_CANCELED:
            return env._(
                "This booking is canceled: its doors stay closed. "
                "Make a new one, or set this one to pending and schedule it again."
            )
        case Code.NOT_SCHEDULED:
            return env._("This booking has no time yet: schedule it first.")
        case Code.STAGE_NOT_ALLOWED:
            return env._(
                "Doors do not open from this stage: "
                "move the booking to one of these first: %s.",
                stages or env._("(none chosen in the site's settings)"),
            )
        case Code.TOO_EARLY:
            return env._(
                "Too early: opens at %s. "
                "Let the booking start earlier to open it before.",
                at,
            )
        case Code.TOO_LATE:
            return env._(
                "Too late: the doors of this booking closed at %s. "
                "Extend the booking to open them again.",
                at,
            )
        case Code.LINK_ENDED:
            return env._(
                "The guest's link ended at %s, with the booking as it was when the "
                "link was sent: send the door link again.",
                at,
            )
        case Code.NO_LOCK:
            return env._(
                "No door belongs to this booking: a manager can add one "
                "on the Mapping tab of the Salto KS site."
            )
    return ""


def _door_sentence(env, verdict, at, door):
    match verdict.code:
        case Code.OK:
            return env._("Ready to open: %s.", door)
        case Code.LOCK_REMOVED:
            return env._(
                "%s is no longer a door of the Salto site: "
                "map another door to this booking.",
                door,
            )
        case Code.LOCK_WITHOUT_IQ:
            return env._(
                "%s is not connected to an IQ and cannot be opened from here: "
                "use a tag or the key.",
                door,
            )
        case Code.IQ_NOT_ACTIVATED:
            return env._(
                "The IQ of %s is not activated: a manager can do that with "
                "Activate PIN in the site's settings.",
                door,
            )
        case Code.IQ_STOPPED:
            return env._(
                "Salto refused our codes for the IQ of %s, so we stopped before it "
                "blocks the account: a manager has to activate the IQ again.",
                door,
            )
        case Code.IQ_BLOCKED:
            return env._(
                "Salto blocked our account on the IQ of %(door)s after wrong codes, "
                "until about %(at)s. Use a tag or the key.",
                door=door,
                at=at,
            )
        case Code.IQ_TO_RESTORE:
            return env._(
                "The IQ of %s was reset at the device: a manager has to restore it in "
                "the site's settings. Until then use a tag or the key.",
                door,
            )
        case Code.IQ_OFFLINE:
            return env._(
                "The IQ of %s is offline: check its power and network. "
                "Until it is back, use a tag or the key.",
                door,
            )
    return ""


def _site_sentence(env, verdict):
    match verdict.code:
        case Code.INTEGRATION_INACTIVE:
            return env._(
                "Door opening is switched off for this site: "
                "ask a manager to activate it."
            )
        case Code.DATABASE_COPIED:
            return env._(
                "This database is a copy, and copies open no doors: if it takes the "
                "place of the original, a manager can confirm that in the settings "
                "of the Salto KS site."
            )
        case Code.SITE_PAUSED:
            return env._(
                "Salto asks us to slow down: try again in %s seconds, "
                "or use a tag or the key.",
                seconds_until(verdict.at),
            )
        case Code.TOO_MANY:
            return env._(
                "Too many openings in a short time: try again in %s seconds.",
                seconds_until(verdict.at),
            )
        case Code.NO_PERSON:
            return env._(
                "Scheduled actions never open a door, because they may run twice: "
                "let the rule start from what a person does."
            )
    return ""


def _caller_sentence(env, verdict):
    match verdict.code:
        case Code.CALLER_NOT_ALLOWED:
            return env._(
                "You may not open doors: ask a manager for the right "
                "'Salto KS: open doors'."
            )
        case Code.GUESTS_NOT_ALLOWED:
            return env._(
                "Guests do not open doors at this site: a manager can allow it on the "
                "Details tab of the Salto KS site."
            )
        case Code.OTHER_COMPANY:
            return env._(
                "This booking belongs to another company: switch to that company, or "
                "ask somebody who works there."
            )
    return ""


def seconds_until(moment):
    """Whole seconds from now to ``moment``, at least one.

    :param moment: aware datetime
    """
    return max(1, math.ceil((moment - datetime.now(timezone.utc)).total_seconds()))
