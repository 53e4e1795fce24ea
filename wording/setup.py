"""The go-live list in words."""

from ..rules.site.readiness import SetupStep


def step_label(env, step):
    """A step of the go-live list by name."""
    match step:
        case SetupStep.PLATFORM:
            return env._("API client (Settings)")
        case SetupStep.ACCOUNT:
            return env._("Account")
        case SetupStep.SITE:
            return env._("Site")
        case SetupStep.ACCESS:
            return env._("Access")
        case SetupStep.IQ:
            return env._("IQs")
        case SetupStep.LOCKS:
            return env._("Locks")
        case SetupStep.DETAILS:
            return env._("Details")
        case SetupStep.MAPPING:
            return env._("Mapping")


def not_admin_sentence(env, account):
    """What a test of the access found."""
    return env._(
        "The login works and the site is there, but the account %s is not a site admin "
        "of this site. Check the username, or give the account that role in the Salto "
        "KS dashboard.",
        account,
    )


def missing_step_sentence(env, step, setup, account):
    """What to do about a step of the go-live list that is not done.

    :param setup: rules.readiness.Setup
    :param account: the username at Salto
    """
    match step:
        case SetupStep.PLATFORM:
            return env._(
                "Enter Salto's client id and client secret in Settings › Salto KS."
            )
        case SetupStep.ACCOUNT:
            return env._("Fill in the username and the password of the Salto account.")
        case SetupStep.SITE:
            return env._("Fill in the site UID and press Resolve site ID.")
        case SetupStep.ACCESS if setup.refused:
            return not_admin_sentence(env, account)
        case SetupStep.ACCESS:
            return env._("Press Test / request access.")
        case SetupStep.IQ if setup.iqs_to_restore:
            return env._(
                "Restore the IQ that was reset at the device, then activate its PIN."
            )
        case SetupStep.IQ if setup.iqs:
            return env._("Activate at least one IQ with its PIN.")
        case SetupStep.IQ:
            return env._("Get the IQs and activate at least one with its PIN.")
        case SetupStep.LOCKS:
            return env._("Press Get locks: no door that can be opened is known yet.")
        case SetupStep.DETAILS:
            return env._("Choose at least one stage under Lock may open from stage.")
        case SetupStep.MAPPING:
            return env._("Add at least one row with a lock on the Mapping tab.")


def doubtful_step_sentence(env, step, setup, offline):
    """Why a step that is done wants a look all the same.

    :param setup: rules.readiness.Setup
    :param offline: names of the activated IQs that are offline
    """
    match step:
        case SetupStep.ACCESS:
            return env._("The site does not answer at present: test the access.")
        case SetupStep.IQ if setup.iqs_to_restore:
            return env._(
                "IQs that were reset at the device and wait to be restored: %s. Their "
                "doors stay closed.",
                setup.iqs_to_restore,
            )
        case SetupStep.IQ if setup.iqs_offline:
            return env._("Offline: %s. Check power and network there.", offline)
        case SetupStep.IQ:
            return env._(
                "%(activated)s of %(all)s IQs are activated: doors of the others "
                "stay closed.",
                activated=setup.iqs_activated,
                all=setup.iqs,
            )
        case SetupStep.MAPPING:
            return env._(
                "Rows with nothing but locks that cannot be opened from here: %s.",
                setup.rows_stuck,
            )
