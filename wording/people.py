"""What keeps people of a booking from getting in, in words, with what to do."""

from odoo.tools.translate import LazyTranslate

from .errors import error_sentence

_lt = LazyTranslate(__name__)


class PersonProblem:
    """Why no door opens for somebody."""

    ARCHIVED = _lt("%(name)s is archived and gets no access: restore the contact.")
    BEING_ADDED = _lt("%(name)s is being added to Salto. No action needed.")
    BLOCKED = _lt(
        "%(name)s is blocked at Salto: no door opens for them. Lift the block in "
        "the Salto KS dashboard."
    )
    MISTAKE = _lt(
        "%(name)s could not be added to Salto because of an error in Odoo. See the "
        "server log."
    )
    NEITHER_EMAIL_NOR_TAG = _lt(
        "%(name)s has neither an e-mail address nor a tag number: fill one in on "
        "the contact."
    )
    NO_SEAT = _lt(
        "%(name)s has no seat at Salto: all of the site's seats are taken. Free one"
        " in the Salto KS dashboard, or buy more. Odoo then retries automatically."
    )
    NO_TAG = _lt(
        "%(name)s was at Salto before, where others look after them: give them tag "
        "%(tag)s in the Salto KS dashboard."
    )
    OTHER_TAG = _lt(
        "%(name)s has tag %(tag)s at Salto but a different tag on the contact. "
        "Correct one of the two."
    )
    REFUSED = _lt(
        "%(name)s was refused by Salto: look for the e-mail address or the tag in "
        "the Salto KS dashboard."
    )
    SUSPENDED = _lt(
        "%(name)s is suspended at Salto: give them a seat in the Salto KS dashboard."
    )
    TAG_OF_OTHER = _lt(
        "%(name)s has tag %(tag)s, which somebody else carries at Salto: correct "
        "the number on the contact."
    )
    UNKNOWN_TAG = _lt(
        "%(name)s has tag %(tag)s, which Salto does not know: register it in the "
        "Salto KS dashboard, then press Synchronise."
    )


def person_sentence(env, problem, name, tag=""):
    """
    :param problem: of PersonProblem
    :param name: of the person
    :param tag: number of the tag that it is about
    """
    return env._(problem) % {"name": name, "tag": tag}


def person_error_sentence(env, error, name):
    """What Salto answered when it was asked about a person.

    :param error: connect.KsError
    """
    return env._("%(name)s: %(reason)s", name=name, reason=error_sentence(env, error))
