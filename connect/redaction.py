"""Keeps secrets out of everything that people or log files get to see.

The first line of defence is not to log secrets at all. This is the second: whatever
text leaves the package (log lines, error messages) passes through :func:`redact`.
"""

import logging
import re
from collections.abc import Callable

# One logger for the whole package: a filter works on the logger it is attached to, not
# on the children of that logger.
logger = logging.getLogger(__package__)

# Libraries below us that write addresses, and on rare paths more, to their own loggers.
_LIBRARY_LOGGERS = (
    "urllib3.connection",
    "urllib3.connectionpool",
    "urllib3.util.retry",
)

_HIDDEN = "***"

# What makes a name tell of a secret, with all that follows it: new_pin_repeated,
# accessToken. Short words count as a part of their own only: "mapping" holds no PIN.
_NAME = r"""(?:
    (?i:password|passwd|secret|token|verifier)
    | (?<![a-zA-Z])(?i:pin|otp)(?![a-rt-z])
    | (?<=[a-z])(?:Pin|PIN|Otp|OTP)(?![a-rt-z])
)[\w-]*"""

# What may stand behind it, also in Python's and JSON's writing, or escaped in a string.
_VALUE = r"""(?:
    b?"(?:[^"\\]|\\.)*" | \\"(?:[^\\]|\\[^"])*\\" | b?'(?:[^'\\]|\\.)*'
    | \[[^\]]*\] | \([^)]*\) | \{[^{}]*\}
    | [^\s&,;})\]]+
)"""

_SECRETS = (
    # "otp": "f4d6f", client_secret=…, {'pin': '1234'}, ?access_token%3D…
    (
        re.compile(
            rf"""({_NAME}\\?["']?\s*(?:[:=]|%3D)\s*){_VALUE}""",
            re.VERBOSE,
        ),
        rf"\1{_HIDDEN}",
    ),
    # a guest's key in an address, which may itself be part of another address
    (
        re.compile(r"((?:[?&]|%3F|%26)door(?:=|%3D))(?:(?!%26)[^\s&#;\"'])+", re.I),
        rf"\1{_HIDDEN}",
    ),
    # the value of an Authorization header
    (re.compile(r"\b(bearer|basic)\s+[^\s'\",]{6,}", re.I), rf"\1 {_HIDDEN}"),
    # a JWT, wherever it stands
    (re.compile(r"\beyJ[\w-]+\.[\w-]+\.[\w-]*"), _HIDDEN),
    # prose: "your PIN is 1234", but not "Otp is invalid"
    (
        re.compile(r"\b((?:pin|otp)\b\W+(?:(?:is|was|code)\W+)*)[0-9a-f]{4,6}\b", re.I),
        rf"\1{_HIDDEN}",
    ),
)

# Enough is left to recognise an id, too little to use it.
_ID = re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def hide_secrets(text: str) -> str:
    """Return ``text`` without passwords, tokens, client secrets, PINs and OTPs."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def redact(text: str) -> str:
    """As :func:`hide_secrets`; UUIDs are shortened to their first block, too."""
    return _ID.sub(r"\1…", hide_secrets(text))


class RedactingFilter(logging.Filter):
    """Redacts a log record, its arguments and its traceback; lets every record pass.

    :param clean: takes a text and returns it without what nobody may read
    """

    def __init__(self, clean: Callable[[str], str] = redact) -> None:
        super().__init__()
        self._clean = clean

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = self._clean(record.getMessage())
        record.args = None
        if record.exc_info:
            traceback = logging.Formatter().formatException(record.exc_info)
            record.exc_text = self._clean(traceback)
        return True


_FILTER = RedactingFilter()


def install() -> None:
    """Attach the filter to the package's logger and to those of the HTTP library."""
    for name in (logger.name, *_LIBRARY_LOGGERS):
        logging.getLogger(name).addFilter(_FILTER)
