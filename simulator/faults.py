"""What shall go wrong.

================== ==================================================================
``status``         answers ``status`` (503) with ``headers`` and ``body``; not executed
``html``           answers ``status`` (200) with a web page; not executed
``delay``          waits ``seconds``, then executes and answers as usual
``reset_before``   breaks the connection (TCP RST); not executed
``reset_after``    executes, then breaks the connection
``timeout_before`` says nothing for ``seconds`` (an hour), then hangs up; not executed
``timeout_after``  executes, then says nothing
================== ==================================================================

Only requests to the identity server and the Connect API are hit. ``path`` is a glob on
the path without query. The first matching fault plays; after ``times`` requests it is
spent, without ``times`` it stays. A client that leaves ends the wait.
"""

from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from threading import Event

from .web import Request, Response, json_response

KINDS = (
    "status",
    "html",
    "delay",
    "reset_before",
    "reset_after",
    "timeout_before",
    "timeout_after",
)
_AN_HOUR = 3600.0
_HTML = b"<!doctype html><title>Maintenance</title><h1>We will be back soon</h1>"


@dataclass
class Fault:
    fault: str
    method: str = "*"
    path: str = "*"
    status: int | None = None
    seconds: float | None = None
    headers: dict = field(default_factory=dict)
    body: object = None
    times: int | None = None

    def __post_init__(self):
        self.ended = Event()  # set when the fault is taken away: nobody waits longer

    def hits(self, request: Request) -> bool:
        if self.times is not None and self.times <= 0:
            return False
        return self.method in ("*", request.method) and fnmatchcase(
            request.path, self.path
        )

    @property
    def executes(self) -> bool:
        return self.fault in ("delay", "reset_after", "timeout_after")

    @property
    def loses_answer(self) -> bool:
        return self.resets or self.fault.startswith("timeout_")

    @property
    def resets(self) -> bool:
        return self.fault.startswith("reset_")

    @property
    def waits_s(self) -> float:
        return _AN_HOUR if self.seconds is None else self.seconds

    def answer(self) -> Response:
        """What is said instead, for faults that say something."""
        if self.fault == "html":
            status = self.status or 200
            return Response(status, _HTML, "text/html", dict(self.headers))
        status = self.status or 503
        if self.body is None:
            return Response(status, headers=dict(self.headers))
        return json_response(self.body, status, dict(self.headers))


class Faults:
    """The faults that are set. Whoever calls holds the simulator's lock."""

    def __init__(self):
        self._faults: list[Fault] = []

    def add(self, fault: Fault) -> None:
        self._faults.append(fault)

    def take(self, request: Request) -> Fault | None:
        """The fault that this request meets, if any; counts it."""
        for fault in self._faults:
            if fault.hits(request):
                if fault.times is not None:
                    fault.times -= 1
                return fault
        return None

    def clear(self) -> None:
        for fault in self._faults:
            fault.ended.set()
        self._faults.clear()

    def as_list(self) -> list[dict]:
        return [asdict(fault) for fault in self._faults]
