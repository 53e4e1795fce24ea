"""An Odoo of one's own, with several workers, as real processes on a free port."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time

import psutil
import requests

from odoo.tests.common import get_db_name

from .real_transactions import RealBookingCase

START_SECONDS = 300
POLL_SECONDS = 0.1


class OdooProcess:
    """A server on the database of the tests; its workers can be killed.

    :param workers: how many processes answer requests
    :param crons: how many run scheduled actions
    :param log_level: as Odoo's option
    """

    def __init__(self, database, workers, crons=0, log_level="warn"):
        self.log = tempfile.TemporaryFile()
        port, gevent_port = _free_ports(2)
        self.url = f"http://127.0.0.1:{port}"
        self._process = subprocess.Popen(
            [
                *(sys.executable, "-m", "odoo", "-d", database),
                *("--db-filter", f"^{database}$", "--log-level", log_level),
                *("--workers", str(workers), "--max-cron-threads", str(crons)),
                *("--http-interface", "127.0.0.1", "--http-port", str(port)),
                *("--gevent-port", str(gevent_port)),
            ],
            env=os.environ,
            stdout=self.log,
            stderr=self.log,
        )
        self._wait_until_ready()

    def _wait_until_ready(self):
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                requests.get(f"{self.url}/web/health", timeout=5).raise_for_status()
                return
            except requests.RequestException:
                time.sleep(POLL_SECONDS)
        raise AssertionError(f"No Odoo came up: {self.tail()}")

    def read_log(self):
        # The server writes where this file's position is: that must not move.
        file = self.log.fileno()
        return os.pread(file, os.fstat(file).st_size, 0).decode()

    def tail(self):
        """The end of the server's log."""
        return self.read_log()[-3000:]

    def stop(self):
        self.kill_workers()
        self._process.kill()
        self._process.wait()
        self.log.close()

    def kill_workers(self):
        """SIGKILL all workers; the server replaces them."""
        for worker in self._children():
            with contextlib.suppress(psutil.NoSuchProcess):
                worker.kill()

    def _children(self):
        return psutil.Process(self._process.pid).children()

    def session(self, database, login):
        """Log in, with the login as the password."""
        session = Session(self.url)
        session.call(
            "/web/session/authenticate", db=database, login=login, password=login
        )
        return session


class Session:
    """A browser's side of the conversation."""

    def __init__(self, url, cookies=None):
        self.url = url
        self._requests = requests.Session()
        self._requests.cookies.update(cookies or {})

    def another_tab(self):
        return Session(self.url, self._requests.cookies)

    def cookie(self, name):
        return self._requests.cookies.get(name)

    def call(self, path, **params):
        """A JSON-RPC call; returns the result, which an answer of nothing lacks.

        :raises requests.RequestException: the worker died before it answered
        """
        answer = self._requests.post(
            self.url + path, json={"params": params}, timeout=60
        ).json()
        if "error" in answer:
            raise AssertionError(answer["error"]["data"]["message"])
        return answer.get("result")

    def method(self, model, name, ids, **context):
        return self.call(
            f"/web/dataset/call_kw/{model}/{name}",
            model=model,
            method=name,
            args=[ids],
            kwargs={"context": context},
        )


def _free_ports(count):
    sockets = [socket.socket() for _each in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


class RealWorkersCase(RealBookingCase):
    """A real Odoo with several workers, besides the site and its booking."""

    WORKERS = 4

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.odoo = OdooProcess(get_db_name(), cls.WORKERS)
        cls.addClassCleanup(cls.odoo.stop)
