from ..connect import errors
from ..rules.patience import OUTAGE_AFTER
from .contact import pause_end

# These say nothing about what was asked for: the site is in trouble, or the way to it.
TROUBLE = (
    errors.NotSent,
    errors.LostAnswer,
    errors.LoginRefused,
    errors.TokenRefused,
    errors.Unavailable,
    errors.RateLimited,
    errors.ConfigurationError,
)


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
