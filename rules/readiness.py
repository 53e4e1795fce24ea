"""What an integration still lacks before it can open doors."""

from dataclasses import dataclass
from enum import Enum


class Step(str, Enum):
    """The steps of going live, in the order in which people take them."""

    PLATFORM = "platform"
    ACCOUNT = "account"
    SITE = "site"
    IQ = "iq"
    LOCKS = "locks"
    STAGES = "stages"
    MAPPING = "mapping"


@dataclass(frozen=True)
class Setup:
    """What is there: one flag a step."""

    platform: bool
    account: bool
    site: bool
    iq: bool
    locks: bool
    stages: bool
    mapping: bool


def missing_steps(setup: Setup) -> list[Step]:
    """The steps that are not done, in order; empty means ready to activate."""
    return [step for step in Step if not getattr(setup, step.value)]
