"""Gives each request to identity server, Connect API, control or page."""

import re
import sys
import traceback
from pathlib import Path
from threading import RLock

from . import (
    api,
    api_entries,  # noqa: F401 -- these modules add their paths to ``api``
    api_groups,  # noqa: F401
    api_hardware,  # noqa: F401
    api_people,  # noqa: F401
    api_sites,  # noqa: F401
    control,
    identity,
)
from .call import Call
from .faults import Fault, Faults
from .routing import NoSuchMethod, NoSuchPath
from .things import Settings
from .web import Refused, Request, Response, empty_response
from .world import World

_PAGE = Path(__file__).with_name("page.html")
_CONTROL = "/_sim/"
_SECRETS_IN_QUERY = re.compile(
    r"(?i)\b(otp|pin|password|code|code_verifier|\w*secret|\w*token)=[^&]*"
)


class Simulator:
    """All of it, without sockets. Safe to call from many threads."""

    def __init__(self, settings: Settings):
        self.world = World(settings)
        self.faults = Faults()
        self._lock = RLock()

    def is_vendor(self, request: Request) -> bool:
        """Whether Salto would have this path: it is logged, delayed, and may fail."""
        return request.path != "/" and not request.path.startswith(_CONTROL)

    def note(self, request: Request) -> dict:
        """Write the request into the log; the caller fills in the status."""
        with self._lock:
            at = self.world.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
            path = request.path
            if request.query:
                path += "?" + _SECRETS_IN_QUERY.sub(r"\1=…", request.query)
            line = {"at": at, "method": request.method, "path": path, "status": None}
            self.world.requests.append(line)
            return line

    def take_fault(self, request: Request) -> Fault | None:
        with self._lock:
            return self.faults.take(request)

    def answer(self, request: Request) -> Response:
        with self._lock:
            try:
                return self._answer(request)
            except Refused as refused:
                return refused.response
            except Exception:
                # a mistake of the simulator's own must not look like Salto's answer
                traceback.print_exc(file=sys.stderr)
                return Response(500, b"The simulator is broken", "text/plain")

    def _answer(self, request: Request) -> Response:
        call = Call(request, self.world)
        if request.path == "/":
            return Response(200, _PAGE.read_bytes(), "text/html; charset=utf-8")
        if request.path.startswith(_CONTROL):
            return control.answer(call, self.faults)
        if request.path.startswith(("/connect/", "/.well-known/")):
            return _identity_answer(call)
        return api.answer(call)


def _identity_answer(call: Call) -> Response:
    try:
        handler, _ = identity.ROUTES.match(call.request.method, call.request.path)
    except NoSuchMethod:
        return empty_response(405)
    except NoSuchPath:
        return empty_response(404)
    return handler(call)
