"""Can a site be worked with? Silence, trouble, and pauses that Salto asked for."""

from datetime import timedelta

from odoo import fields

from ...connect import errors
from ...rules.access.patience import OUTAGE_AFTER

# These mean that the site cannot be worked with, not that one wish was refused.
SILENCE = (
    errors.NotSent,
    errors.LostAnswer,
    errors.LoginRefused,
    errors.TokenRefused,
    errors.Unavailable,
    errors.ConfigurationError,
)
# These say nothing about what was asked for: the site is in trouble, or the way to it.
TROUBLE = (*SILENCE, errors.RateLimited)
# How long to leave a site alone that asks us to slow down: unless it says how long
# itself, and never for longer than a person would believe.
PAUSE_SECONDS = 60
LONGEST_PAUSE_SECONDS = 900


def pause_end(seconds=None):
    """Until when to leave a site alone that asks us to slow down; naive UTC.

    :param seconds: how long it asked for, if it said so
    """
    wait = min(seconds or PAUSE_SECONDS, LONGEST_PAUSE_SECONDS)
    return fields.Datetime.now() + timedelta(seconds=wait)


class SiteHealth:
    """What the answers of one pass tell about the site.

    :ivar answered: whether Salto has answered as it should
    :ivar last_trouble: the last KsError that was the site's fault, or None
    :ivar paused_until: until when Salto asked us to wait, naive UTC, or None
    """

    def __init__(self):
        self.answered = False
        self.last_trouble = None
        self.paused_until = None
        self._in_a_row = 0

    def hear(self, error):
        """Take note of the answer to one call.

        :param error: the exception that it ended with, or None
        """
        if not isinstance(error, TROUBLE):
            self.answered = True
            self._in_a_row = 0
            return
        self.last_trouble = error
        self._in_a_row += 1
        if isinstance(error, errors.RateLimited) and error.retry_after:
            self.paused_until = pause_end(error.retry_after)

    @property
    def is_silent(self):
        """Whether it is no use to go on asking."""
        return self._in_a_row >= OUTAGE_AFTER

    @property
    def out_of_order(self):
        """Whether nothing new is to be asked: no use, or not wanted."""
        return self.is_silent or self.paused_until is not None
