"""A client of Salto KS: logs in, reads a site's doors, opens one. It knows no Odoo.

Start at :class:`KsClient`: each method is one thing the vendor's Connect API can do.
Below it, one idea per file:

- ``api``: a request with a token; readings repeated, lists paged, commands sent once;
- ``people``, ``access_groups``: who may open which doors by themselves, and when;
- ``credentials``: where Salto KS is, and who we are there;
- ``tokens``, ``identity``, ``auth``: the token, the server that gives it, and how all
  threads and workers share one;
- ``transport``: sends a request exactly once, and says what became of it;
- ``errors``: one tree, which tells *refused* from *never sent* from *nobody knows*;
- ``otp``, ``clock``: the code that signs a command, and the vendor's time in it;
- ``redaction``: no secret in any log line or message.

A door has no undo, so one rule holds everywhere: readings may be repeated, a command is
sent once. The one exception is 401, with which the platform refuses before it acts.
"""

from . import redaction
from .auth import Account, MemoryTokenStore, Platform, Token, TokenSource, TokenStore
from .client import KsClient, Signer, entry_time
from .errors import (
    CommandForbidden,
    ConfigurationError,
    Forbidden,
    HardwareRefused,
    InvalidRequest,
    KsError,
    LoginRefused,
    LostAnswer,
    NotFound,
    NotSent,
    OtpBlocked,
    OtpInvalid,
    PinNotChanged,
    RateLimited,
    Refused,
    TokenRefused,
    Unavailable,
    WrongVersion,
)
from .otp import OTP_VALID_SECONDS, compute_delta, compute_otp
from .redaction import redact

__all__ = [
    "OTP_VALID_SECONDS",
    "Account",
    "CommandForbidden",
    "ConfigurationError",
    "Forbidden",
    "HardwareRefused",
    "InvalidRequest",
    "KsClient",
    "KsError",
    "LoginRefused",
    "LostAnswer",
    "MemoryTokenStore",
    "NotFound",
    "NotSent",
    "OtpBlocked",
    "OtpInvalid",
    "PinNotChanged",
    "Platform",
    "RateLimited",
    "Refused",
    "Signer",
    "Token",
    "TokenRefused",
    "TokenSource",
    "TokenStore",
    "Unavailable",
    "WrongVersion",
    "compute_delta",
    "compute_otp",
    "entry_time",
    "redact",
]

redaction.install()
