"""A client of Salto KS: logs in, reads a site's doors, opens one. It knows no Odoo.

Start at :class:`KsClient`: each method is one thing the vendor's Connect API can do.
Below it, one idea per file:

- ``api``: a request with a token; readings repeated, lists paged, commands sent once,
  and so the one that opens a door;
- ``people``, ``access_groups``: who may open which doors by themselves, and when;
- ``credentials``: where Salto KS is, and who we are there;
- ``identity``, ``tokens``: the server that gives a token, and how all threads and
  workers share one;
- ``transport``: sends a request exactly once, says what became of it, and learns the
  vendor's time from the answer;
- ``errors``: one tree, which tells *refused* from *never sent* from *nobody knows*;
- ``otp``: the code that signs a command;
- ``redaction``: no secret in any log line or message.

A door has no undo, so one rule holds everywhere: readings may be repeated, a command is
sent once. The one exception is 401, with which the platform refuses before it acts.
"""

from . import redaction
from .client import KsClient
from .errors import KsError

__all__ = ["KsClient", "KsError"]

redaction.install()
