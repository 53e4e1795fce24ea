"""What Salto's errors mean to a person, and what to do about each."""

from ..connect import errors


def error_sentence(env, error):
    """A connect.errors.KsError in words, with what to do."""
    if isinstance(error, errors.LoginRefused):
        return _login_sentence(env, error)
    sentences = {
        errors.ConfigurationError: env._(
            "The connection to Salto is not set up: %s Check Settings › Salto KS.",
            error,
        ),
        errors.NotSent: env._(
            "Salto cannot be reached: nothing was sent. Check the server's "
            "network connection and the addresses in Settings › Salto KS, "
            "then try again."
        ),
        errors.LostAnswer: env._(
            "Salto did not answer: it is not known whether it did what was asked."
        ),
        errors.TokenRefused: env._(
            "Salto does not accept the token that it just issued: check that the "
            "environment and the addresses in Settings › Salto KS belong together."
        ),
        errors.RateLimited: env._(
            "Salto asks Odoo to slow down: try again in %s seconds.",
            int(error.retry_after or 60),
        ),
        errors.Forbidden: env._(
            "The Salto account may not do this: it needs the role site admin "
            "and remote access on the site, and Salto must have allowed opening "
            "through the API."
        ),
        errors.NotFound: env._(
            "Salto does not know this door or site: press Get locks in the "
            "site's settings to see what is there now."
        ),
        errors.Unavailable: env._(
            "Salto is out of order at the moment (%s).", error.status
        ),
        errors.OtpInvalid: env._(
            "Salto refused the code of the IQ: the stored PIN or secret is no longer "
            "valid, or the server's clock is wrong. Ask a manager to activate the IQ "
            "again."
        ),
        errors.OtpBlocked: env._(
            "Salto blocked Odoo's account on this IQ after too many wrong codes. It "
            "is free again after about 20 minutes; use a tag or the key."
        ),
        errors.PinNotChanged: env._(
            "The IQ's first PIN was sent but never set: a manager has to finish "
            "Activate PIN in the site's settings."
        ),
        errors.CommandForbidden: env._(
            "The IQ is already activated for this account, so Salto sends no further "
            "PIN: enter the PIN you have, or ask the site owner to reset it."
        ),
        errors.HardwareRefused: env._(
            "The IQ or the lock refused: %s. Check that both are online.",
            error.vendor_text or error.code,
        ),
    }
    for kind in type(error).__mro__:
        if kind in sentences:
            return sentences[kind]
    if error.vendor_text:
        return env._("Salto refused: %s", error.vendor_text)
    return env._(
        "Salto refused it and did not say why (status %s). If it stays so, show "
        "Salto's support what the server's log says about it.",
        error.status,
    )


def _login_sentence(env, error):
    match error.code:
        case "invalid_client" | "unauthorized_client":
            return env._(
                "Salto does not accept this Odoo's client id or client secret: "
                "check Settings › Salto KS."
            )
        case "invalid_grant":
            return env._(
                "Salto does not accept the username or the password: "
                "check them on the Authentication tab."
            )
    return env._(
        "Salto's identity server refused the login (%s): ask Salto to allow "
        "this client the password login.",
        error.code or error.status,
    )


def iq_offline_sentence(env, name):
    """
    :param name: of the IQ
    """
    return env._(
        "%s is offline: check its power and network. Until it is back, use a tag or "
        "the key.",
        name,
    )
