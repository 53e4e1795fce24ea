"""Sockets: reads requests, plays faults, writes answers.

One thread for each connection, HTTP/1.1 with keep-alive.
"""

import select
import socket
import struct
import sys
import time
import traceback
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler
from socketserver import ThreadingTCPServer
from urllib.parse import urlsplit

from .app import Simulator
from .faults import Fault
from .web import Request, Response

_LOOK_EVERY_S = 0.1
_RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Server(ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, address: tuple[str, int], simulator: Simulator):
        self.simulator = simulator
        super().__init__(address, _Handler)

    @property
    def url(self) -> str:
        host, port = self.server_address[:2]
        return f"http://{host}:{port}"

    def shutdown_request(self, request) -> None:
        # no shutdown() first: it would send FIN where a fault wants RST
        self.close_request(request)

    def handle_error(self, request, client_address) -> None:
        if not isinstance(sys.exc_info()[1], OSError):  # clients leave when they like
            traceback.print_exc()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1  # buffered: headers and body leave in one packet
    server: Server

    def handle_one_request(self) -> None:
        # an idle connection times out in here, and is closed quietly
        settings = self.server.simulator.world.settings
        self.connection.settimeout(settings.keep_alive_s)
        return super().handle_one_request()

    def _serve(self) -> None:
        request = self._read_request()
        if request is None:
            return
        simulator = self.server.simulator
        if simulator.is_vendor(request):
            self._serve_vendor(simulator, request)
        else:
            self._write(simulator.answer(request))

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _serve

    def _read_request(self) -> Request | None:
        if "transfer-encoding" in self.headers:
            self.close_connection = True
            self._write(Response(411))
            return None
        url = urlsplit(self.path)
        return Request(
            method=self.command,
            path=url.path,
            query=url.query,
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self.rfile.read(int(self.headers.get("content-length", 0))),
            peer=self.client_address[0],
        )

    def _serve_vendor(self, simulator: Simulator, request: Request) -> None:
        line = simulator.note(request)
        time.sleep(simulator.world.settings.latency_ms / 1000)
        fault = simulator.take_fault(request)
        if fault is None:
            response = simulator.answer(request)
        else:
            if fault.fault == "delay":
                fault.ended.wait(fault.waits_s)
            executes = fault.executes
            response = simulator.answer(request) if executes else fault.answer()
            if fault.loses_answer:
                self._lose_answer(fault)
                return
        line["status"] = response.status
        self._write(response)

    def _lose_answer(self, fault: Fault) -> None:
        self.close_connection = True
        if fault.resets:
            linger = socket.SO_LINGER
            self.connection.setsockopt(socket.SOL_SOCKET, linger, _RESET_ON_CLOSE)
        else:
            self._wait_for_nothing(fault)

    def _wait_for_nothing(self, fault: Fault) -> None:
        """Hold the connection until the time is up, the fault is taken away, or the
        client has left."""
        end = time.monotonic() + fault.waits_s
        while time.monotonic() < end and not fault.ended.is_set():
            readable, _, _ = select.select([self.connection], [], [], _LOOK_EVERY_S)
            if readable and not self.connection.recv(1, socket.MSG_PEEK):
                return

    def _write(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.body:
            self.send_header("Content-Type", response.content_type)
        if response.status != 204:
            self.send_header("Content-Length", str(len(response.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if response.status != 204:
            self.wfile.write(response.body)

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The ``Date`` header, by the simulator's clock."""
        now = self.server.simulator.world.now().timestamp()
        return formatdate(now, usegmt=True)

    def version_string(self) -> str:
        return "simulator"

    def log_message(self, *_args) -> None:
        """The log is in ``/_sim/state``."""
