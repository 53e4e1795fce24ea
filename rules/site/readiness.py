"""How far the set-up of a site has come: the go-live list, and what it still lacks."""

from dataclasses import dataclass
from enum import Enum


class SetupStep(str, Enum):
    """The steps of going live, in the order in which people take them."""

    PLATFORM = "platform"
    ACCOUNT = "account"
    SITE = "site"
    ACCESS = "access"
    IQ = "iq"
    LOCKS = "locks"
    DETAILS = "details"
    MAPPING = "mapping"


class Level(str, Enum):
    """``WARN``: doors open, but something wants a look. ``MISSING``: not done."""

    OK = "ok"
    WARN = "warn"
    MISSING = "missing"


@dataclass(frozen=True)
class Setup:
    """What is there.

    :param platform: the platform's credentials and addresses are complete
    :param account: username and password are set
    :param site: the site's UUID is known
    :param contacted: the site has answered with these settings
    :param refused: at the last test, the account was no site admin
    :param failing: the site does not answer at present
    :param iqs: number of IQs
    :param iqs_activated: how many of them are activated
    :param iqs_offline: how many of the activated ones are offline
    :param iqs_to_restore: how many were reset at the device and wait to be restored
    :param locks: number of locks behind an IQ
    :param stages: number of stages from which doors may open
    :param rows: number of mapping rows with a lock
    :param rows_stuck: how many of them have only locks that cannot be opened
    """

    platform: bool
    account: bool
    site: bool
    contacted: bool
    refused: bool
    failing: bool
    iqs: int
    iqs_activated: int
    iqs_offline: int
    iqs_to_restore: int
    locks: int
    stages: int
    rows: int
    rows_stuck: int


def review(setup: Setup) -> dict[SetupStep, Level]:
    """The level of each step."""
    return {
        SetupStep.PLATFORM: _level(setup.platform),
        SetupStep.ACCOUNT: _level(setup.account),
        SetupStep.SITE: _level(setup.site),
        SetupStep.ACCESS: _level(
            setup.contacted and not setup.refused, doubt=setup.failing
        ),
        SetupStep.IQ: _level(
            setup.iqs_activated,
            doubt=setup.iqs_activated < setup.iqs
            or setup.iqs_offline
            or setup.iqs_to_restore,
        ),
        SetupStep.LOCKS: _level(setup.locks),
        SetupStep.DETAILS: _level(setup.stages),
        SetupStep.MAPPING: _level(setup.rows, doubt=setup.rows_stuck),
    }


def missing_steps(setup: Setup) -> list[SetupStep]:
    """The steps that are not done, in order; empty means ready to activate.

    The access step is left out: it needs the network, and the site's UUID, which
    cannot be had without access, stands for it.
    """
    return [
        step
        for step, level in review(setup).items()
        if level is Level.MISSING and step is not SetupStep.ACCESS
    ]


def _level(done, doubt=False):
    if not done:
        return Level.MISSING
    return Level.WARN if doubt else Level.OK
