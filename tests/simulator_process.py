"""A Salto KS simulator of one's own, as a real process on a free port."""

import os
import subprocess
import sys
from pathlib import Path

import requests

ROOT = Path(__file__).resolve().parent.parent
ANSWER_SECONDS = 60


class SimulatorProcess:
    """The process, and its control interface."""

    def __init__(self):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "simulator", "--port", "0"],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        )
        self.url = self._process.stdout.readline().split()[-1]

    def stop(self):
        self._process.terminate()
        self._process.wait()
        self._process.stdout.close()

    def control(self, path, body=None, method=None):
        """Call the control interface; returns the answer's JSON, if any."""
        method = method or ("GET" if body is None else "POST")
        answer = requests.request(
            method, f"{self.url}/_sim/{path}", json=body, timeout=ANSWER_SECONDS
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def reset(self):
        self.control("reset", {})

    def state(self):
        return self.control("state")

    def fault(self, method, path, fault, **options):
        self.control(
            "faults", {"method": method, "path": path, "fault": fault, **options}
        )

    def unlocks(self, lock_id=None):
        """How often doors (or one door) really opened."""
        locks = self.state()["locks"]
        chosen = [locks[lock_id]] if lock_id else locks.values()
        return sum(lock["unlocks"] for lock in chosen)

    def commands(self):
        """Open commands that arrived, as (path, status)."""
        return [
            (request["path"], request["status"])
            for request in self.state()["requests"]
            if request["method"] == "PATCH" and request["path"].endswith("/locking")
        ]

    def requests_to(self, part):
        """Requests that arrived with ``part`` in their path."""
        return [one for one in self.state()["requests"] if part in one["path"]]
