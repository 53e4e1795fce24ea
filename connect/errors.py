"""One tree of errors, which answers the question that counts: may it have happened?

``left`` and ``answered`` are to be read in this order:

====== ========== ==================================================================
left   answered   meaning
====== ========== ==================================================================
False  any        what was asked for was never sent: nothing happened
True   True       the platform said no: nothing happened
True   False      sent, but no readable answer: nobody knows, ask later
====== ========== ==================================================================

The kinds of refusal follow the error table of the Connect API sheet, section 3.
"""

import re
from typing import Any

from .redaction import redact


class KsError(Exception):
    """Base of all errors of this package. ``str(error)`` is safe to show and to log.

    :ivar left: whether a byte of the request may have left
    :ivar answered: whether a definite answer came
    :ivar status: HTTP status, None without an answer
    :ivar code: ErrorCode of the Connect API or ``error`` of the identity server
    :ivar vendor_text: what the vendor said about it, redacted
    :ivar retry_after: seconds that the server asked to wait
    """

    left = False
    answered = False

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        vendor_text: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(redact(message))
        self.status = status
        self.code = code
        self.vendor_text = redact(vendor_text)
        self.retry_after = retry_after


class ConfigurationError(KsError):
    """An address or a credential is missing or unsafe; nothing is sent to it."""


class NotSent(KsError):
    """No connection: unknown host, refused, unreachable, TLS failure."""


class LostAnswer(KsError):
    """Sent, but the answer is missing, broken or not the vendor's."""

    left = True


class Refused(KsError):
    """The platform answered no."""

    left = True
    answered = True


class LoginRefused(Refused):
    """The identity server gives no token: client, account or scope is not accepted."""


class TokenRefused(Refused):
    """The Connect API refuses even a fresh token."""


class RateLimited(Refused):
    """Too many requests; see ``retry_after``."""


class NotFound(Refused):
    """No such thing, or not for this account."""


class Forbidden(Refused):
    """The account lacks a right (for opening: remote access, or the role's right)."""


class InvalidRequest(Refused):
    """The platform does not accept what the request says."""


class WrongVersion(Refused):
    """This resource does not exist in that version of the Connect API."""


class Unavailable(Refused):
    """The platform answered that it has a failure of its own."""


class HardwareRefused(Refused):
    """The IQ was asked and refused."""


class OtpInvalid(HardwareRefused):
    """Wrong OTP: wrong PIN, rotated secret, or a clock that is minutes off."""


class OtpBlocked(HardwareRefused):
    """Too many wrong OTPs: this account is blocked for some 20 minutes."""


class PinNotChanged(HardwareRefused):
    """The IQ's first PIN was sent, but never put: activation is not finished."""


class CommandForbidden(HardwareRefused):
    """Not possible in this state of the IQ, e.g. asking for the PIN once activated."""


_BY_STATUS: dict[int, type[KsError]] = {
    400: InvalidRequest,
    401: TokenRefused,
    403: Forbidden,
    404: NotFound,
    405: WrongVersion,
    429: RateLimited,
    # a gateway's words, not Salto's: the request may well have gone through
    502: LostAnswer,
    504: LostAnswer,
}
_HARDWARE_CODE = "3102"
_BY_HARDWARE_REASON = {
    "otp_invalid": OtpInvalid,
    "otp_blocked": OtpBlocked,
    "pin_not_changed": PinNotChanged,
    "command_forbidden": CommandForbidden,
}


def refusal(
    action: str, status: int, body: Any, retry_after: float | None = None
) -> KsError:
    """Return the error that an answer other than 2xx of the Connect API stands for.

    :param action: what was asked for, for the message, e.g. ``PATCH /v1.2/…``
    :param body: the decoded JSON body, anything else when it is not JSON
    """
    code, text = _vendor_words(body)
    said = f"{status}/{code}: {text}" if code else str(status)
    return _kind(status, code, text)(
        f"{action} was answered with {said}",
        status=status,
        code=code,
        vendor_text=text,
        retry_after=retry_after,
    )


def _vendor_words(body: Any) -> tuple[str | None, str]:
    if not isinstance(body, dict) or not body.get("ErrorCode"):
        return None, ""
    return str(body["ErrorCode"]), str(body.get("Message") or "")


def _kind(status: int, code: str | None, text: str) -> type[KsError]:
    if code == _HARDWARE_CODE:
        reason = re.search(r"failed with code: (\w+)", text)
        return _BY_HARDWARE_REASON.get(reason[1] if reason else "", HardwareRefused)
    if status == 404 and "otp is invalid" in text.lower():
        return OtpInvalid
    if status >= 500 and code:
        return Unavailable
    return _BY_STATUS.get(status, Unavailable if status >= 500 else Refused)
