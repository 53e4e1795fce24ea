"""A running simulator, and somebody who speaks to it."""

import hashlib
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
import requests

from simulator.standing import ACTIVATIONS, stable_id

ROOT = Path(__file__).parents[3]
STUDIO = "NL6254340082"
HARBOUR = "NL6254340083"


class Salto:
    """Speaks HTTP to the simulator, as the service user unless said otherwise."""

    def __init__(self, url: str):
        self.url = url
        self.session = requests.Session()
        self.session.trust_env = False
        self.site = stable_id("site", STUDIO)
        self.harbour = stable_id("site", HARBOUR)
        self._tokens: dict[str, str] = {}

    # identity

    def login(self, client=("demo-client", "demo-secret"), **form):
        form = {
            "grant_type": "password",
            "username": "service@studio.example",
            "password": "demo-password",
            "scope": "user_api.full_access",
        } | form
        return self.session.post(f"{self.url}/connect/token", data=form, auth=client)

    def token(self, email="service@studio.example") -> str:
        if email not in self._tokens:
            answer = self.login(username=email)
            self._tokens[email] = answer.json()["access_token"]
        return self._tokens[email]

    # Connect API

    def call(self, method, path, json=None, by="service@studio.example", **options):
        headers = {"Authorization": f"Bearer {self.token(by)}"}
        headers |= options.pop("headers", {})
        return self.session.request(
            method, self.url + path, json=json, headers=headers, **options
        )

    def get(self, path, **options):
        return self.call("GET", path, **options)

    def on_site(self, method, path, json=None, version="v1.2", site=None, **options):
        site = site or self.site
        return self.call(method, f"/{version}/sites/{site}{path}", json, **options)

    @staticmethod
    def refusal(response) -> tuple:
        """What the Connect API said no with: status, code, message."""
        body = response.json()
        return response.status_code, body["ErrorCode"], body["Message"]

    # control

    def sim(self, path, json=None, method=None):
        method = method or ("GET" if json is None else "POST")
        answer = self.session.request(method, f"{self.url}/_sim{path}", json=json)
        assert answer.ok, answer.text
        return answer.json()

    def state(self):
        return self.sim("/state")

    def advance(self, seconds):
        self.sim("/clock", {"offset_s": seconds})

    # doors

    def lock(self, name, site=STUDIO) -> str:
        return stable_id("lock", site, name)

    def iq(self, name, site=STUDIO) -> str:
        return stable_id("iq", site, name)

    def otp(self, secret=None, pin=None, age_s=0) -> str:
        """Of the ground floor's IQ unless a secret and a PIN are given."""
        moment = datetime.now(timezone.utc) - timedelta(seconds=age_s)
        text = moment.strftime("%Y%m%d%H%M%S")
        text += (secret or ACTIVATIONS[0].secret) + (pin or ACTIVATIONS[0].pin)
        return hashlib.md5(text.encode()).hexdigest()[:5]

    def open(self, otp=None, lock="Studio 3", state="unlocked", **options):
        body = {"locked_state": state, "otp": otp or self.otp()}
        path = f"/locks/{self.lock(lock)}/locking"
        return self.on_site("PATCH", path, body, **options)

    def unlocks(self, name="Studio 3") -> int:
        return self.state()["locks"][self.lock(name)]["unlocks"]


def start(*options):
    """A simulator's process and its URL."""
    process = subprocess.Popen(
        [sys.executable, "-m", "simulator", "--port", "0", *options],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    return process, process.stdout.readline().split()[-1]


@pytest.fixture
def salto(simulator):
    """Somebody who speaks to a simulator in its standing state."""
    salto = Salto(simulator.url)
    yield salto
    salto.session.close()


@pytest.fixture
def start_simulator():
    """Starts more simulators; ends them after the test."""
    processes = []

    def start_one(*options):
        process, url = start(*options)
        processes.append(process)
        return process, url

    yield start_one
    for process in processes:
        process.kill()
        process.wait()
        process.stdout.close()
