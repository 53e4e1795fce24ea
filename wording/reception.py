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
    match why:
        case Why.NOBODY:
            return env._("Nobody is booked: add an attendee.")
        case Why.NO_ADDRESS:
            return env._("No e-mail address and no tag: %s.", names)
        case Why.KNOWN:
            return names
        case Why.NOT_KEPT:
            return env._("No own key: the site grants no access.")
        case Why.NO_KEY_YET:
            return env._("Not at Salto yet: %s.", names)
        case Why.KEY_PROBLEM:
            return env._("Salto cannot let them in yet: %s.", names)
        case Why.HAS_KEY:
            return env._("Known at Salto.")
        case Why.NO_ACCESS:
            return env._("The site grants no access.")
        case Why.ACCESS_WAITS:
            return text or env._("Access is on its way.")
        case Why.ACCESS_GRANTED:
            return env._("Salto confirmed the access.")
        case Why.ACCESS_REVOKED:
            return env._("Access has ended.")
        case Why.EXPECTED:
            return time and env._("Expected %s.", time) or env._("Expected.")
        case Why.LATE:
            return env._("Expected since %s.", time)
        case Why.ARRIVED:
            return env._("Arrived %s.", time)
        case Why.LEFT:
            return env._("Left %s.", time)
        case Why.NOT_COME:
            return env._("Did not come.")
    return text


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
