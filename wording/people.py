"""What keeps people of a booking from getting in, in words, with what to do."""

from enum import Enum

from .errors import error_sentence


class PersonProblem(str, Enum):
    """Why no door opens for somebody."""

    ARCHIVED = "archived"
    BEING_ADDED = "being_added"
    BLOCKED = "blocked"
    MISTAKE = "mistake"
    NEITHER_EMAIL_NOR_TAG = "neither_email_nor_tag"
    NO_SEAT = "no_seat"
    NO_TAG = "no_tag"
    OTHER_TAG = "other_tag"
    REFUSED = "refused"
    SUSPENDED = "suspended"
    TAG_OF_OTHER = "tag_of_other"
    UNKNOWN_TAG = "unknown_tag"


def person_sentence(env, problem, name, tag=""):
    """
    :param problem: of PersonProblem
    :param name: of the person
    :param tag: number of the tag that it is about
    """
    return {
        PersonProblem.ARCHIVED: env._(
            "%(name)s is archived and gets no access: restore the contact.",
            name=name,
        ),
        PersonProblem.BEING_ADDED: env._(
            "%(name)s is being added to Salto. No action needed.",
            name=name,
        ),
        PersonProblem.BLOCKED: env._(
            "%(name)s is blocked at Salto: no door opens for them. Lift the block in "
            "the Salto KS dashboard.",
            name=name,
        ),
        PersonProblem.MISTAKE: env._(
            "%(name)s could not be added to Salto because of an error in Odoo. See the "
            "server log.",
            name=name,
        ),
        PersonProblem.NEITHER_EMAIL_NOR_TAG: env._(
            "%(name)s has neither an e-mail address nor a tag number: fill one in on "
            "the contact.",
            name=name,
        ),
        PersonProblem.NO_SEAT: env._(
            "%(name)s has no seat at Salto: all of the site's seats are taken. Free one"
            " in the Salto KS dashboard, or buy more. Odoo then retries automatically.",
            name=name,
        ),
        PersonProblem.NO_TAG: env._(
            "%(name)s was at Salto before, where others look after them: give them tag "
            "%(tag)s in the Salto KS dashboard.",
            name=name,
            tag=tag,
        ),
        PersonProblem.OTHER_TAG: env._(
            "%(name)s has tag %(tag)s at Salto but a different tag on the contact. "
            "Correct one of the two.",
            name=name,
            tag=tag,
        ),
        PersonProblem.REFUSED: env._(
            "%(name)s was refused by Salto: look for the e-mail address or the tag in "
            "the Salto KS dashboard.",
            name=name,
        ),
        PersonProblem.SUSPENDED: env._(
            "%(name)s is suspended at Salto: give them a seat in the Salto KS "
            "dashboard.",
            name=name,
        ),
        PersonProblem.TAG_OF_OTHER: env._(
            "%(name)s has tag %(tag)s, which somebody else carries at Salto: correct "
            "the number on the contact.",
            name=name,
            tag=tag,
        ),
        PersonProblem.UNKNOWN_TAG: env._(
            "%(name)s has tag %(tag)s, which Salto does not know: register it in the "
            "Salto KS dashboard, then press Synchronise.",
            name=name,
            tag=tag,
        ),
    }[problem]


def person_error_sentence(env, error, name):
    """What Salto answered when it was asked about a person.

    :param error: connect.KsError
    """
    return env._("%(name)s: %(reason)s", name=name, reason=error_sentence(env, error))
