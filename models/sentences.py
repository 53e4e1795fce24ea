"""What people read: decisions and errors as sentences, translated, in local time.

Each says what happened and what to do. The codes are those of ``rules`` and the
errors those of ``connect``; this is the only place where they become words.
"""

from datetime import datetime

import pytz

from ..connect import errors
from ..rules.readiness import Step


def user_zone(env):
    """The name of the time zone that the user has set, or None."""
    return env.context.get("tz") or env.user.tz or None


def local_time(env, moment, near=None):
    """``moment`` in the user's zone and language: the time, and the date if needed.

    :param moment: aware datetime
    :param near: aware datetime that was named just before, whose date is not repeated;
        None: now
    """
    zone = pytz.timezone(user_zone(env) or "UTC")
    local = moment.astimezone(zone)
    language = env["res.lang"]._get_data(code=env.lang or "en_US")
    clock = local.strftime(language.time_format.replace(":%S", ""))
    if local.date() == (near or datetime.now(zone)).astimezone(zone).date():
        return clock
    return f"{local.strftime(language.date_format)} {clock}"


def step_label(env, step):
    """A step of the go-live list by name."""
    match step:
        case Step.PLATFORM:
            return env._("Client of the platform")
        case Step.ACCOUNT:
            return env._("Account")
        case Step.SITE:
            return env._("Site")
        case Step.ACCESS:
            return env._("Access")
        case Step.IQ:
            return env._("IQs")
        case Step.LOCKS:
            return env._("Locks")
        case Step.DETAILS:
            return env._("Details")
        case Step.MAPPING:
            return env._("Mapping")


def missing_step_sentence(env, step, setup):
    """What to do about a step of the go-live list that is not done.

    :param setup: rules.readiness.Setup
    """
    match step:
        case Step.PLATFORM:
            return env._(
                "Enter Salto's client id and client secret in Settings › Salto KS."
            )
        case Step.ACCOUNT:
            return env._("Fill in the username and the password of the Salto account.")
        case Step.SITE:
            return env._("Fill in the site UID and press Resolve site ID.")
        case Step.ACCESS:
            return env._("Press Test / request access.")
        case Step.IQ if setup.iqs_to_restore:
            return env._(
                "Restore the IQ that was reset at the device, then activate its PIN."
            )
        case Step.IQ if setup.iqs:
            return env._("Activate at least one IQ with its PIN.")
        case Step.IQ:
            return env._("Get the IQs and activate at least one with its PIN.")
        case Step.LOCKS:
            return env._("Press Get locks: no door that can be opened is known yet.")
        case Step.DETAILS:
            return env._("Choose at least one stage under Lock may open from stage.")
        case Step.MAPPING:
            return env._("Add at least one row with a lock on the Mapping tab.")


def doubtful_step_sentence(env, step, setup):
    """Why a step that is done wants a look all the same.

    :param setup: rules.readiness.Setup
    """
    match step:
        case Step.ACCESS:
            return env._("The site does not answer at present: test the access.")
        case Step.IQ if setup.iqs_to_restore:
            return env._(
                "IQs that were reset at the device and wait to be restored: %s. Their "
                "doors stay closed.",
                setup.iqs_to_restore,
            )
        case Step.IQ if setup.iqs_activated < setup.iqs:
            return env._(
                "%(activated)s of %(all)s IQs are activated: doors of the others "
                "stay closed.",
                activated=setup.iqs_activated,
                all=setup.iqs,
            )
        case Step.IQ:
            return env._("Activated IQs that are offline: %s.", setup.iqs_offline)
        case Step.MAPPING:
            return env._(
                "Rows with nothing but locks that cannot be opened from here: %s.",
                setup.rows_stuck,
            )


def error_sentence(env, error):
    """A connect.errors.KsError in words, with what to do."""
    match error:
        case errors.LoginRefused():
            return _login_sentence(env, error)
        case errors.HardwareRefused():
            return _hardware_sentence(env, error)
        case errors.ConfigurationError():
            return env._(
                "The connection to Salto is not set up: %s Check Settings › Salto KS.",
                error,
            )
        case errors.NotSent():
            return env._(
                "Salto cannot be reached: nothing was sent. Check the server's "
                "network connection and the addresses in Settings › Salto KS, "
                "then try again."
            )
        case errors.LostAnswer():
            return env._(
                "Salto did not answer: it is not known whether it did what was asked."
            )
        case errors.TokenRefused():
            return env._(
                "Salto does not accept the token that it just gave us: check that "
                "the environment and the addresses in Settings › Salto KS belong "
                "together."
            )
        case errors.RateLimited():
            return env._(
                "Salto asks us to slow down: try again in %s seconds.",
                int(error.retry_after or 60),
            )
        case errors.Forbidden():
            return env._(
                "The Salto account may not do this: it needs the role site admin "
                "and remote access on the site, and Salto must have allowed opening "
                "through the API."
            )
        case errors.NotFound():
            return env._(
                "Salto does not know this door or site: press Get locks in the "
                "site's settings to see what is there now."
            )
        case errors.Unavailable():
            return env._("Salto is out of order at the moment (%s).", error.status)
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


def _hardware_sentence(env, error):
    match error:
        case errors.OtpInvalid():
            return env._(
                "Salto refused the code of the IQ: the PIN or the secret we hold is "
                "no longer valid, or the server's clock is wrong. Ask a manager to "
                "activate the IQ again."
            )
        case errors.OtpBlocked():
            return env._(
                "Salto blocked our account on this IQ after too many wrong codes. "
                "It is free again after about 20 minutes; use a tag or the key."
            )
        case errors.PinNotChanged():
            return env._(
                "The IQ's first PIN was sent but never set: a manager has to finish "
                "Activate PIN in the site's settings."
            )
        case errors.CommandForbidden():
            return env._(
                "The IQ is already activated for this account, so Salto sends no "
                "further PIN: enter the PIN you have, or let the site's owner "
                "reset it."
            )
    return env._(
        "The IQ or the lock refused: %s. Check that both are online.",
        error.vendor_text or error.code,
    )
