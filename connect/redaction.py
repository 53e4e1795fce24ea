"""Keeps secrets out of everything that people or log files get to see.

The first line of defence is not to log secrets at all. This is the second: whatever
text leaves the package (log lines, error messages) passes through :func:`redact`.
"""

import logging
import re

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

_RULES = (
    # "otp": "f4d6f", client_secret=…, {'pin': '1234'}, also inside an escaped string
    (
        re.compile(
            r"""([\w-]*(?:password|secret|token|otp|pin|code_verifier)\\?["']?\s*[:=]\s*)
            (?:"(?:[^"\\]|\\.)*"|\\"(?:[^\\]|\\[^"])*\\"|'[^']*'|[^\s&,;}]+)""",
            re.IGNORECASE | re.VERBOSE,
        ),
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
    # ids: enough is left to recognise one, too little to use it
    (
        re.compile(r"\b([0-9a-f]{8})-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"),
        r"\1…",
    ),
)


def redact(text: str) -> str:
    """Return ``text`` without passwords, tokens, client secrets, PINs and OTPs.

    UUIDs are shortened to their first block.
    """
    for pattern, replacement in _RULES:
        text = pattern.sub(replacement, text)
    return text


class RedactingFilter(logging.Filter):
    """Redacts a log record, its arguments and its traceback; lets every record pass."""

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg = redact(record.getMessage())
        record.args = None
        if record.exc_info:
            traceback = logging.Formatter().formatException(record.exc_info)
            record.exc_text = redact(traceback)
        return True


_FILTER = RedactingFilter()


def install() -> None:
    """Attach the filter to the package's logger and to those of the HTTP library."""
    for name in (logger.name, *_LIBRARY_LOGGERS):
        logging.getLogger(name).addFilter(_FILTER)
