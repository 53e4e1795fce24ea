"""The command: starting, stopping, options, and many callers at once."""

import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signals_end_it_at_once_even_with_held_connections(start_simulator, number):
    process, url = start_simulator()
    hold = {"method": "*", "path": "*", "fault": "timeout_before"}
    requests.post(f"{url}/_sim/faults", json=hold)
    caller = threading.Thread(target=swallow, args=(url,))
    caller.start()
    end = time.monotonic() + 60
    while not requests.get(f"{url}/_sim/state").json()["requests"]:
        assert time.monotonic() < end, "the request never came"
    process.send_signal(number)
    # The connection would be held for an hour.
    assert process.wait(timeout=60) == 0
    caller.join(timeout=60)


def swallow(url):
    try:
        requests.get(f"{url}/v1.2/sites")
    except requests.ConnectionError:
        pass


def test_taken_port_is_one_sentence(salto):
    port = str(urlsplit(salto.url).port)
    answer = subprocess.run(
        [sys.executable, "-m", "simulator", "--port", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=10,
    )
    assert (answer.returncode, answer.stdout) == (2, "")
    sentence = f"Port {port} on 127.0.0.1 is taken: choose another with --port.\n"
    assert answer.stderr == sentence


def test_options_set_the_behaviour(start_simulator):
    _, url = start_simulator(
        *("--latency-ms", "40", "--otp-window", "60"),
        *("--delta-rule", "digits", "--pin-delivery", "response"),
    )
    settings = requests.get(f"{url}/_sim/settings").json()
    assert settings["otp_window_s"] == 60
    assert settings["delta_rule"] == "digits"
    assert settings["pin_delivery"] == "response"
    answer = requests.get(f"{url}/v1.2/sites")
    assert answer.elapsed.total_seconds() >= 0.04


def test_page_is_one_self_contained_file(salto):
    answer = salto.session.get(salto.url + "/")
    assert answer.headers["Content-Type"].startswith("text/html")
    for outside in ("http://", "https://", '<link rel="stylesheet"', " src="):
        assert outside not in answer.text
    building = salto.sim("/building")
    assert [len(site["locks"]) for site in building["sites"]] == [46, 10]
    assert salto.state()["requests"] == [], "looking leaves no trace"


def test_idle_connections_are_closed(salto):
    salto.sim("/settings", {"keep_alive_s": 0.1})
    with requests.Session() as session:
        session.get(f"{salto.url}/_sim/faults")
        (pool,) = session.adapters["http://"].poolmanager.pools._container.values()
        connection = pool._get_conn()
        connection.sock.settimeout(5)
        assert connection.sock.recv(1) == b"", "hung up"


def test_many_callers_at_once_lose_nothing(salto):
    salto.token()
    otp = salto.otp()

    def open_often():
        with requests.Session() as session:
            for _ in range(25):
                answer = session.patch(
                    f"{salto.url}/v1.2/sites/{salto.site}/locks/"
                    f"{salto.lock('Studio 3')}/locking",
                    json={"locked_state": "unlocked", "otp": otp},
                    headers={"Authorization": f"Bearer {salto.token()}"},
                )
                assert answer.status_code == 200

    callers = [threading.Thread(target=open_often) for _ in range(4)]
    for caller in callers:
        caller.start()
    for caller in callers:
        caller.join()
    assert salto.unlocks() == 100
