"""A client on the simulator; and a server that answers whatever a test wants."""

import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from connect import KsClient
from connect.credentials import Account, Platform
from connect.otp import compute_otp
from connect.tokens import MemoryTokenStore

ANSWER_TO_LOGIN = (200, {"access_token": "stub-access-token", "expires_in": 3600})


class Door:
    """A door of the simulator's standing set, and what its IQ wants to hear."""

    site_id = "64e9b1f1-b08f-5a44-9d02-d58030640090"
    iq_id = "7f11a2e1-ae06-58bd-aec5-541d0759633f"
    lock_id = "46d34efd-b0eb-5a2d-bb59-23e460c44d01"
    secret = "q7Kd02LmXz5RtB9w"
    pin = "4711"
    locking = f"/v1.2/sites/{site_id}/locks/{lock_id}/locking"

    def sign(self, at: datetime) -> str:
        return compute_otp(self.secret, self.pin, at)


@pytest.fixture
def door() -> Door:
    return Door()


@pytest.fixture
def account() -> Account:
    return Account("service@studio.example", "demo-password")


@pytest.fixture
def platform(simulator: Any) -> Platform:
    return Platform("demo-client", "demo-secret", simulator.url, simulator.url)


@pytest.fixture
def store() -> MemoryTokenStore:
    return MemoryTokenStore()


@pytest.fixture
def client(platform: Platform, account: Account, store: MemoryTokenStore) -> KsClient:
    return KsClient(platform, account, store, timeout=5)


@dataclass
class Request:
    """What reached the stub: ``nth`` counts the requests of one connection."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    nth: int


@dataclass
class Stub:
    """A real HTTP server for the corners that the simulator cannot play.

    ``answer`` returns (status, body) or (status, body, headers), or None to close the
    connection without a word. Bodies other than str are sent as JSON. Logins are
    answered by the stub itself, unless ``answer_login`` is set.
    """

    url: str
    answer: Callable[[Request], Any] = lambda request: (200, {})
    answer_login: Callable[[Request], Any] = lambda request: ANSWER_TO_LOGIN
    requests: list[Request] = field(default_factory=list)

    def reply(self, request: Request) -> Any:
        self.requests.append(request)
        if request.path == "/connect/token":
            return self.answer_login(request)
        return self.answer(request)

    def seen(self, method: str) -> list[Request]:
        return [request for request in self.requests if request.method == method]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    stub: Stub
    nth = 0

    def do_any(self) -> None:
        self.nth += 1
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        headers = dict(self.headers.items())
        request = Request(self.command, self.path, headers, body, self.nth)
        answer = self.stub.reply(request)
        if answer is None:
            self.close_connection = True
            return
        status, content, *more = answer
        text = content if isinstance(content, str) else json.dumps(content)
        self.send_response_only(status)
        headers = {"Date": self.date_time_string(), **(more[0] if more else {})}
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    do_GET = do_POST = do_PUT = do_PATCH = do_any

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def new_stub() -> Iterator[Callable[[], Stub]]:
    servers = []

    def start() -> Stub:
        handler = type("Handler", (_Handler,), {})
        server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        handler.stub = Stub(f"http://127.0.0.1:{server.server_port}")
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        servers.append(server)
        return handler.stub

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


@pytest.fixture
def stub(new_stub: Callable[[], Stub]) -> Stub:
    return new_stub()


@pytest.fixture
def stub_client(stub: Stub, account: Account) -> KsClient:
    """A client on the stub."""
    return KsClient(Platform("id", "secret", stub.url, stub.url), account, timeout=2)
