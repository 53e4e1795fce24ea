"""The simulator, as a real process, for all plain tests that need one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import requests

ROOT = Path(__file__).parents[2]
GREETING = "Salto KS simulator on "


class Simulator:
    """A running simulator and its control endpoints (``/_sim/…``)."""

    def __init__(self, url: str) -> None:
        self.url = url

    def reset(self) -> None:
        """Back to the standing set: clock, faults, tokens and doors included."""
        self._control("POST", "reset")

    def state(self) -> dict[str, Any]:
        return self._control("GET", "state")

    def outbox(self) -> Any:
        return self._control("GET", "outbox")

    def fault(self, method: str, path: str, fault: str, **settings: Any) -> None:
        """Break the next answers to ``method`` on ``path`` (a glob)."""
        body = {"method": method, "path": path, "fault": fault, **settings}
        self._control("POST", "faults", body)

    def clear_faults(self) -> None:
        self._control("DELETE", "faults")

    def clock(self, offset_s: float) -> None:
        """Let the simulator's clock differ from the machine's."""
        self._control("POST", "clock", {"offset_s": offset_s})

    def settings(self, **settings: Any) -> None:
        """Let Salto behave differently where its behaviour was only guessed at."""
        self._control("POST", "settings", settings)

    def iq(self, iq_id: str, **changes: Any) -> None:
        self._control("POST", f"iqs/{iq_id}", changes)

    def lock(self, lock_id: str, **changes: Any) -> None:
        self._control("POST", f"locks/{lock_id}", changes)

    def entry(self, lock_id: str, **details: Any) -> None:
        """Let a tag or a PIN be used at a door."""
        self._control("POST", "entries", {"lock_id": lock_id, **details})

    def unlocks(self, lock_id: str) -> int:
        """How often a lock was opened."""
        return self.state()["locks"][lock_id]["unlocks"]

    def requests(self, method: str, path: str) -> list[dict[str, Any]]:
        """The requests that reached the simulator; ``path`` is a glob."""
        return [
            request
            for request in self.state()["requests"]
            if request["method"] == method
            and fnmatch(request["path"].partition("?")[0], path)
        ]

    def _control(self, method: str, path: str, body: Any = None) -> Any:
        answer = requests.request(
            method, f"{self.url}/_sim/{path}", json=body, timeout=10
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None


@pytest.fixture(scope="session")
def simulator_process() -> Iterator[Simulator]:
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "--port", "0"],
        cwd=ROOT,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        line = process.stdout.readline() if process.stdout else ""
        assert line.startswith(GREETING), f"the simulator did not start: {line!r}"
        yield Simulator(line.removeprefix(GREETING).strip())
    finally:
        process.terminate()
        process.wait(timeout=10)
        if process.stdout:
            process.stdout.close()


@pytest.fixture
def simulator(simulator_process: Simulator) -> Simulator:
    """The simulator in its standing state."""
    simulator_process.reset()
    return simulator_process
