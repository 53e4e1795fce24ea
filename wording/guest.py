"""What guests read on the page of their booking.

A guest stands at a door with a phone. So each sentence says what to do: wait until
then, try again, look at the door, call. Nothing here speaks of sites, IQs, PINs or
settings: those are the staff's, in ``sentences``.
"""

from datetime import datetime

import pytz

from ..rules.guest.changes import Refusal
from ..rules.opening.opening import Code, Verdict
from .times import clock, weekday

# Nothing is said about doors where guests open none.
UNMENTIONED = {Code.GUESTS_NOT_ALLOWED, Code.OTHER_COMPANY, Code.NO_LOCK}


def guest_time(env, moment):
    """``moment`` in the booking's zone and the guest's language: the time, and the day
    unless it is today. Who lives in another zone reads which zone it is.

    :param moment: aware datetime
    """
    local = _local(env, moment)
    today = datetime.now(local.tzinfo).date()
    text = clock(env, local) if local.date() == today else _day_time(env, local)
    return _with_zone(env, text, local)


def _with_zone(env, text, local):
    zone = local.tzinfo.zone
    return f"{text} ({zone})" if env.user.tz not in (False, zone) else text


def guest_dates(env, start, end):
    """As ``guest_period``; who lives in another zone reads which zone it is."""
    return _with_zone(env, guest_period(env, start, end), _local(env, start))


def guest_day(env, moment):
    """The day of ``moment``, in the booking's zone."""
    return weekday(env, _local(env, moment))


def guest_day_time(env, moment):
    """``moment`` as a time with its day, in the booking's zone."""
    return _day_time(env, _local(env, moment))


def guest_period(env, start, end):
    """From when to when, in the booking's zone; the day is named once if it is one.

    :param start: aware datetime
    :param end: aware datetime
    """
    first, last = _local(env, start), _local(env, end)
    is_one_day = first.date() == last.date()
    return env._(
        "%(day)s, %(start)s – %(end)s",
        day=weekday(env, first),
        start=clock(env, first),
        end=clock(env, last) if is_one_day else _day_time(env, last),
    )


def _day_time(env, local):
    return env._("%(time)s on %(day)s", time=clock(env, local), day=weekday(env, local))


def _local(env, moment):
    return moment.astimezone(pytz.timezone(env.context.get("tz") or "UTC"))


def guest_subject(env, title, day):
    """The subject of the e-mail with the door's link.

    :param title: what is booked
    :param day: in words, or empty while there is no time
    """
    if not day:
        return env._("%s: how to open the door", title)
    return env._("%(what)s on %(day)s: how to open the door", what=title, day=day)


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


def guest_outcome_sentences(env, opening, verdict, *, is_fresh):
    """What became of a press: (what happened, what to do); the second may be empty.

    :param opening: salto.ks.opening, one
    :param is_fresh: may a door that was opened still be open?
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
            time = guest_time(env, opening.answered_at.replace(tzinfo=pytz.utc))
            if not is_fresh:
                return (
                    env._("%(door)s was opened at %(time)s.", door=door, time=time),
                    "",
                )
            return (
                env._("%(door)s opened at %(time)s.", door=door, time=time),
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


def guest_state_label(env, meaning):
    """Where a booking stands, as its stage means it.

    :param meaning: "checked_in", "checked_out" or "no_show"
    """
    return {
        "checked_in": env._("Checked in"),
        "checked_out": env._("Checked out"),
        "no_show": env._("No-show"),
    }[meaning]


def kept_copy_sentence(env):
    """For who follows the link in a message that Odoo keeps: it has no key."""
    return env._(
        "You come from the copy of the message that stays in Odoo: its link opens no "
        "door. The one in the guest's own e-mail does."
    )


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
