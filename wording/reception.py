"""The lights of a booking, as the desk reads them."""

from ..rules.reception.lights import Why
from .times import local_time


def light_sentence(env, why, *, names="", at=None, text=""):
    """A rules.reception.lights.Why in words.

    :param names: of the guests it is about
    :param at: aware datetime that it speaks of
    :param text: what is known already, as a sentence
    """
    time = at and local_time(env, at)
    return {
        Why.NOBODY: env._("Nobody is booked: add an attendee."),
        Why.NO_ADDRESS: env._("No e-mail address and no tag: %s.", names),
        Why.KNOWN: names,
        Why.NOT_KEPT: env._("No own key: the site grants no access."),
        Why.NO_KEY_YET: env._("Not at Salto yet: %s.", names),
        Why.KEY_PROBLEM: env._("Salto cannot let them in yet: %s.", names),
        Why.HAS_KEY: env._("Known at Salto."),
        Why.NO_ACCESS: env._("The site grants no access."),
        Why.ACCESS_WAITS: text or env._("Access is on its way."),
        Why.ACCESS_GRANTED: env._("Salto confirmed the access."),
        Why.ACCESS_REVOKED: env._("Access has ended."),
        Why.EXPECTED: env._("Expected %s.", time) if time else env._("Expected."),
        Why.LATE: env._("Expected since %s.", time),
        Why.ARRIVED: env._("Arrived %s.", time),
        Why.LEFT: env._("Left %s.", time),
        Why.NOT_COME: env._("Did not come."),
    }.get(why, text)


def short_verdict(env, verdict):
    """A rules.opening.Verdict in a few words, for a narrow card."""
    code, at = verdict.code.value, verdict.at and local_time(env, verdict.at)
    match code:
        case "ok":
            return env._("Ready to open")
        case "too_early":
            return env._("Opens %s", at)
        case "too_late":
            return env._("Over since %s", at)
        case "stage_not_allowed":
            return env._("Not in a stage that opens")
        case "no_lock":
            return env._("No door linked")
        case "lock_removed" | "lock_without_iq":
            return env._("Linked to a door that cannot be opened")
        case "iq_offline":
            return env._("IQ offline")
        case "booking_canceled":
            return env._("Canceled")
        case "not_scheduled":
            return env._("No time yet")
    return env._("Stays closed")
