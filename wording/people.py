"""What keeps people of a booking from getting in, in words, with what to do."""

from enum import Enum, auto

from .errors import error_sentence


class PersonProblem(Enum):
    """Why no door opens for somebody."""

    ARCHIVED = auto()
    BEING_ADDED = auto()
    BLOCKED = auto()
    MISTAKE = auto()
    NEITHER_EMAIL_NOR_TAG = auto()
    NO_SEAT = auto()
    OTHER_TAG = auto()
    REFUSED = auto()
    SUSPENDED = auto()
    TAG_OF_OTHER = auto()
    UNKNOWN_TAG = auto()


def person_sentence(env, problem, name, tag=""):
    """A PersonProblem in words.

    :param name: of the person
    :param tag: number of the tag that it is about
    """
    match problem:
        case PersonProblem.ARCHIVED:
            return env._(
                "%(name)s is archived and gets no access: restore the contact.",
                name=name,
            )
        case PersonProblem.BEING_ADDED:
            return env._(
                "%(name)s is being added to Salto. No action needed.", name=name
            )
        case PersonProblem.BLOCKED:
            return env._(
                "%(name)s is blocked at Salto: no door opens for them. Lift the block "
                "in the Salto KS dashboard.",
                name=name,
            )
        case PersonProblem.MISTAKE:
            return env._(
                "%(name)s could not be added to Salto because of an error in Odoo. "
                "See the server log.",
                name=name,
            )
        case PersonProblem.NEITHER_EMAIL_NOR_TAG:
            return env._(
                "%(name)s has neither an e-mail address nor a tag number: fill one in "
                "on the contact.",
                name=name,
            )
        case PersonProblem.NO_SEAT:
            return env._(
                "%(name)s has no seat at Salto: all of the site's seats are taken. "
                "Free one in the Salto KS dashboard, or buy more. Odoo then retries "
                "automatically.",
                name=name,
            )
        case PersonProblem.OTHER_TAG:
            return env._(
                "%(name)s has tag %(tag)s at Salto but a different tag on the contact. "
                "Correct one of the two.",
                name=name,
                tag=tag,
            )
        case PersonProblem.REFUSED:
            return env._(
                "%(name)s was refused by Salto: look for the e-mail address or the tag "
                "in the Salto KS dashboard.",
                name=name,
            )
        case PersonProblem.SUSPENDED:
            return env._(
                "%(name)s is suspended at Salto: give them a seat in the Salto KS "
                "dashboard.",
                name=name,
            )
        case PersonProblem.TAG_OF_OTHER:
            return env._(
                "%(name)s has tag %(tag)s, which somebody else carries at Salto: "
                "correct the number on the contact.",
                name=name,
                tag=tag,
            )
        case PersonProblem.UNKNOWN_TAG:
            return env._(
                "%(name)s has tag %(tag)s, which Salto does not know: register it in "
                "the Salto KS dashboard, then press Synchronise.",
                name=name,
                tag=tag,
            )
    raise ValueError(problem)


def person_error_sentence(env, error, name):
    """What Salto answered when it was asked about a person.

    :param error: connect.KsError
    """
    return env._("%(name)s: %(reason)s", name=name, reason=error_sentence(env, error))


def attendee_gone_sentence(env):
    return env._("An attendee was removed from Salto and is being added again.")


def attendee_settling_sentence(env):
    return env._(
        "An attendee was just created at Salto, which takes about a minute. Odoo "
        "retries automatically."
    )
