"""What people read while they activate an IQ: what happened, and the way out."""

from ..rules.site.activation import ActivationOutcome, Problem


def problem_sentence(env, problem, *, iq, account, left=0, until=""):
    """A rules.activation.Problem in words.

    :param iq: the IQ's name
    :param account: the Salto account that activates it
    :param left: how many wrong PINs Salto may still bear
    :param until: when an account that is blocked is free again, as text
    """
    return {
        Problem.SECRET_TAKEN: env._(
            "Salto has already handed out the secret of %(iq)s to %(account)s, and "
            "does so only once. Ask the site owner to reset this account's PIN in "
            "the Salto KS app or dashboard, then press Get PIN.",
            iq=iq,
            account=account,
        ),
        Problem.ALREADY_ACTIVATED: env._(
            "%(iq)s is already activated for %(account)s, so Salto sends no "
            "further PIN. Enter the PIN you have; or, if nobody knows it, ask the "
            "site owner to reset this account's PIN, then press Get PIN.",
            iq=iq,
            account=account,
        ),
        Problem.PIN_RESET: env._(
            "The site owner has reset this account's PIN in the meantime, so the "
            "PIN you entered is no longer valid. Press Get PIN for a new one."
        ),
        Problem.PIN_WRONG: _wrong_pin_sentence(env, left, until),
        Problem.PIN_REFUSED: env._(
            "Salto refused the stored PIN of %(iq)s. Probably %(account)s was "
            "activated in Salto's phone app, which replaces Odoo's secret. Ask the "
            "site owner to reset this account's PIN, then press Get PIN. If doors "
            "open anyway, change nothing.",
            iq=iq,
            account=account,
        ),
        Problem.NO_PIN_HOLDS: env._(
            "Salto refused the old PIN and the new one. Probably %s was activated "
            "in Salto's phone app, which replaces Odoo's secret. Ask the site "
            "owner to reset this account's PIN, then press Get PIN.",
            account,
        ),
        Problem.BLOCKED: env._(
            "No PIN is tried before %s: Salto blocks an account for some 20 "
            "minutes after too many wrong ones. What you entered is stored. Tags "
            "and phones still open doors.",
            until,
        ),
        Problem.RESTORE_REQUIRED: env._(
            "%s was reset at the device and waits to be restored: press Restore. "
            "The reset ended its activations, so get and set a PIN afterwards.",
            iq,
        ),
        Problem.RESTORE_GOES_ON: env._(
            "Salto is still restoring %s. Press Restore again in a minute to check "
            "the result.",
            iq,
        ),
        Problem.OFFLINE: env._(
            "%s is offline. Check its power and its network connection, then try "
            "again: nothing is lost.",
            iq,
        ),
        Problem.UNKNOWN_IQ: env._(
            "Salto knows no IQ with the ID of %s on this site: compare the ID, or "
            "press Get IQs.",
            iq,
        ),
        Problem.NO_ANSWER: env._(
            "Salto did not answer. Nothing is lost, and trying again does no harm."
        ),
        Problem.OUTCOME_UNKNOWN: env._(
            "Salto stopped answering in the middle of the change: the old PIN or "
            "the new one is valid. Both are stored. Press Check which PIN works as "
            "soon as Salto can be reached."
        ),
    }[problem]


def _wrong_pin_sentence(env, left, until):
    if not left:
        return env._(
            "Salto refused the PIN again. To keep the account from being blocked, Odoo "
            "tries no other before %s. Meanwhile, check that you have the newest "
            "message.",
            until,
        )
    if left == 1:
        return env._(
            "Salto refused the PIN. One try is left before it may block the account "
            "for some 20 minutes. If you are sure of the four digits, the account was "
            "probably activated in Salto's phone app: then ask the site owner to reset "
            "this account's PIN, and press Get PIN."
        )
    return env._(
        "Salto refused the PIN. Compare the four digits with the newest message; %s "
        "tries are left before Salto may block the account for some 20 minutes.",
        left,
    )


def outcome_sentence(env, outcome, iq):
    """A rules.activation.ActivationOutcome in words."""
    return {
        ActivationOutcome.KEPT: env._("%s: IQ is activated.", iq),
        ActivationOutcome.CHANGED: env._(
            "%s: IQ is activated with the new PIN. Now open one of its doors: only "
            "that proves that the IQ uses it, too.",
            iq,
        ),
        ActivationOutcome.CHANGE_LOST: env._(
            "%s: IQ is activated. The PIN change did not reach Salto: a check "
            "showed that the old PIN is still valid.",
            iq,
        ),
        ActivationOutcome.CHANGED_BY_DIGITS: env._(
            "%s: IQ is activated. Salto set a different PIN than the one you "
            "chose; a check showed which one, and Odoo stored it. Now open one of "
            "its doors: only that proves that the IQ uses it, too.",
            iq,
        ),
    }[outcome]


def refused_after_change_sentence(env):
    """The first opening after a change of the PIN was refused."""
    return env._(
        "Salto's cloud accepted the changed PIN, but the IQ at the door does not. A "
        "manager can restore the previous PIN with Activate PIN on the IQ."
    )
