"""What guests read on the page of their booking.

A guest stands at a door with a phone. So each sentence says what to do: wait until
then, try again, look at the door, call. Nothing here speaks of sites, IQs, PINs or
settings: those are the staff's, in ``sentences``.
"""

from datetime import datetime

import pytz
from babel.dates import format_date

from odoo.tools import babel_locale_parse

from ..rules.guest.changes import Refusal
from ..rules.opening.opening import Code, Verdict

# Nothing is said about doors where guests open none.
UNMENTIONED = {Code.GUESTS_NOT_ALLOWED, Code.OTHER_COMPANY, Code.NO_LOCK}


def guest_time(env, moment):
    """``moment`` in the booking's zone and the guest's language: the time, and the day
    unless it is today. Who lives in another zone reads which zone it is.

    :param moment: aware datetime
    """
    local = _local(env, moment)
    today = datetime.now(local.tzinfo).date()
    text = _clock(env, local) if local.date() == today else _day_time(env, local)
    zone = local.tzinfo.zone
    return f"{text} ({zone})" if env.user.tz not in (False, zone) else text


def guest_day_time(env, moment):
    """``moment`` as a time with its day, in the booking's zone."""
    return _day_time(env, _local(env, moment))


def _day_time(env, local):
    locale = babel_locale_parse(env.lang or "en_US")
    day = format_date(local.date(), "full", locale=locale)
    return env._("%(time)s on %(day)s", time=_clock(env, local), day=day)


def _local(env, moment):
    return moment.astimezone(pytz.timezone(env.context.get("tz") or "UTC"))


def _clock(env, local):
    language = env["res.lang"]._get_data(code=env.lang or "en_US")
    return local.strftime(language.time_format.replace(":%S", ""))


def guest_verdict_sentence(env, verdict, *, to_confirm=False):
    """A rules.opening.Verdict in a guest's words.

    :param to_confirm: the booking waits for the guest to confirm it
    """
    match verdict.code:
        case Code.OK:
            return env._("Press when you stand at the door.")
        case Code.TOO_EARLY if verdict.is_cut:
            return env._(
                "Opens at %s: the room is taken until then.",
                guest_time(env, verdict.at),
            )
        case Code.TOO_EARLY:
            return env._("Opens at %s.", guest_time(env, verdict.at))
        case Code.TOO_LATE:
            return env._(
                "Your booking is over, so this page no longer opens doors. "
                "Have you left something behind? Call us."
            )
        case Code.LINK_ENDED:
            return env._(
                "This link was made for an earlier time of your booking. Please ask "
                "us for a new one."
            )
        case Code.BOOKING_CANCELED:
            return env._("This booking is canceled, so it opens no doors.")
        case Code.NOT_SCHEDULED:
            return env._("Choose a time for your booking first.")
        case Code.STAGE_NOT_ALLOWED if to_confirm:
            return env._(
                "Please confirm your booking first: accept the invitation that you "
                "got by e-mail, or call us."
            )
        case Code.TOO_MANY:
            return too_many_sentence(env)
    return env._("It cannot be opened from here at the moment. Please call us.")


def guest_outcome_sentences(env, opening, verdict):
    """What became of a press: (what happened, what to do).

    :param opening: salto.ks.opening, one
    :param verdict: the rules.opening.Verdict on its door as of now; None if the door
        is no longer the guest's
    """
    door = opening.lock_name
    match opening.state:
        case "claimed":
            return (
                env._("%s is being opened.", door),
                env._("Stay at the door. In a moment you read here what happened."),
            )
        case "opened":
            at = opening.answered_at.replace(tzinfo=pytz.utc)
            return (
                env._(
                    "%(door)s opened at %(time)s.", door=door, time=guest_time(env, at)
                ),
                env._("Go in now: it locks itself again after a few seconds."),
            )
        case "not_sent":
            return (
                env._("We could not reach %s, so it stayed closed.", door),
                env._("Wait a moment and try again. If that does not help, call us."),
            )
        case "unknown":
            return (
                env._("Look at the door: %s may be open.", door),
                env._(
                    "We asked it to open and got no answer. Is it still closed? Try "
                    "again, or call us."
                ),
            )
    return env._("%s stayed closed.", door), _after_refusal(env, opening, verdict)


def _after_refusal(env, opening, verdict):
    if verdict is None:
        return env._("It can no longer be opened from here. Please call us.")
    if not verdict.allowed:
        return guest_verdict_sentence(env, verdict)
    if opening.code == Code.TOO_MANY:
        return guest_verdict_sentence(env, Verdict(Code.TOO_MANY))
    return env._("Try once more. If it still stays closed, call us.")


def guest_refusal_sentence(env, refusal):
    """A rules.guest_changes.Refusal in a guest's words."""
    match refusal:
        case Refusal.CANCELED:
            return env._("This booking is canceled. Call us if you want another one.")
        case Refusal.OVER:
            return env._("This booking is over. Call us if you want another one.")
        case Refusal.BEGUN:
            return env._("This booking has begun. Call us if something has to change.")
        case Refusal.CONFIRMED:
            return env._(
                "This booking is confirmed. Call us if something has to change."
            )
        case Refusal.PAST_DEADLINE:
            return env._("It is too late to change this booking here. Please call us.")
    return env._(
        "It is too late to book that time here. Choose a later one, or call us."
    )


def guest_control_label(env, door):
    return env._("Open %s", door)


def guest_help_sentence(env, house):
    """What stands before the telephone number."""
    return env._("Need help? Call %s:", house)


def outdated_sentence(env):
    """Why a press did not even become an attempt."""
    return env._("This page was out of date, so no door was opened. Please try again.")


def too_many_sentence(env):
    return env._(
        "Those were many tries. Wait a few minutes, then try again, or call us."
    )


def taken_sentence(env):
    """Why a time that was chosen is not booked."""
    return env._("That time is no longer free. Please choose another one.")
