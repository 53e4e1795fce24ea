"""What can be made to go wrong, and whether the effect happened."""

import threading
import time
from email.utils import parsedate_to_datetime

import pytest
import requests

LOCKING = "*/locking"


def fault(salto, kind, path=LOCKING, **settings):
    salto.sim("/faults", {"method": "*", "path": path, "fault": kind} | settings)


def log(salto, path=LOCKING):
    ending = path.removeprefix("*")
    lines = salto.state()["requests"]
    return [(r["method"], r["status"]) for r in lines if r["path"].endswith(ending)]


def until_logged(control, url, count):
    """Wait until so many requests have reached the simulator."""
    end = time.monotonic() + 60
    while len(control.get(f"{url}/_sim/state").json()["requests"]) < count:
        assert time.monotonic() < end, "the request never came"
        time.sleep(0.01)


@pytest.mark.parametrize("kind, unlocks", [("reset_before", 0), ("reset_after", 1)])
def test_reset(salto, kind, unlocks):
    fault(salto, kind, times=1)
    with pytest.raises(requests.ConnectionError) as caught:
        salto.open()
    assert "Connection reset by peer" in str(caught.value)
    assert salto.unlocks() == unlocks
    assert log(salto) == [("PATCH", None)], "no answer was given"
    assert salto.open().status_code == 200, "once only"


@pytest.mark.parametrize("kind, unlocks", [("timeout_before", 0), ("timeout_after", 1)])
def test_timeout(salto, kind, unlocks):
    fault(salto, kind)
    with pytest.raises(requests.ReadTimeout):
        salto.open(timeout=0.2)
    assert salto.unlocks() == unlocks
    assert log(salto) == [("PATCH", None)]


def test_timeout_ends_with_its_time(salto):
    fault(salto, "timeout_before", seconds=0.2)
    with pytest.raises(requests.ConnectionError):
        salto.open(timeout=5)
    assert salto.unlocks() == 0


def test_held_connections_end_with_the_fault(salto):
    salto.token()
    fault(salto, "timeout_before")
    ended = threading.Event()

    def wait():
        try:
            salto.open(timeout=90)
        except requests.ConnectionError:
            ended.set()

    threading.Thread(target=wait).start()
    with requests.Session() as control:
        until_logged(control, salto.url, 2)
        control.delete(f"{salto.url}/_sim/faults")
    assert ended.wait(60)


def test_delay_still_executes(salto):
    salto.token()
    fault(salto, "delay", seconds=0.3)
    started = time.monotonic()
    assert salto.open().status_code == 200
    assert time.monotonic() - started >= 0.3


def test_status_is_not_executed(salto):
    headers = {"Retry-After": "7"}
    fault(salto, "status", status=429, headers=headers, times=2)
    for _ in range(2):
        answer = salto.open()
        assert (answer.status_code, answer.content) == (429, b"")
        assert answer.headers["Retry-After"] == "7"
    assert salto.unlocks() == 0
    assert salto.open().status_code == 200
    assert log(salto) == [("PATCH", 429), ("PATCH", 429), ("PATCH", 200)]


def test_status_with_a_body_plays_any_refusal(salto):
    body = {"ErrorCode": "3102", "Message": "code: something_new"}
    fault(salto, "status", status=500, body=body)
    assert salto.refusal(salto.open()) == (500, "3102", "code: something_new")


def test_html_instead_of_an_answer(salto):
    fault(salto, "html")
    answer = salto.open()
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("text/html")
    assert salto.unlocks() == 0


def test_fault_hits_method_and_path_only(salto):
    fault(salto, "status", "/v1.2/sites/*/locks", method="GET", status=502)
    assert salto.on_site("GET", "/locks", params={"$top": "1"}).status_code == 502
    assert salto.on_site("GET", "/iqs").status_code == 200
    assert salto.on_site("POST", "/locks").status_code == 405


def test_identity_server_can_fail_too(salto):
    fault(salto, "status", "/connect/*", status=503)
    assert salto.login().status_code == 503


def test_faults_are_listed_and_taken_away(salto):
    fault(salto, "status")
    (listed,) = salto.sim("/faults")
    assert (listed["path"], listed["fault"]) == (LOCKING, "status")
    salto.sim("/faults", method="DELETE")
    assert salto.open().status_code == 200


def test_clock_shifts_the_date_header(salto):
    def date():
        answer = salto.session.get(f"{salto.url}/.well-known/openid-configuration")
        return parsedate_to_datetime(answer.headers["Date"])

    before = date()
    salto.advance(-3600)
    assert -3601 <= (date() - before).total_seconds() <= -3599


def test_state_names_requests_but_no_secrets(salto):
    salto.login(password="not-the-password")
    salto.open("badce")
    salto.get("/v1.2/me?otp=badce&x=1")
    lines = salto.state()["requests"]
    assert [
        (line["method"], line["path"].split("/")[-1], line["status"]) for line in lines
    ] == [
        ("POST", "token", 400),
        ("POST", "token", 200),
        ("PATCH", "locking", 400),
        ("GET", "me?otp=…&x=1", 200),
    ]
    text = str(lines)
    assert "badce" not in text and "password" not in text


def test_reset_brings_back_the_standing_set(salto):
    salto.open()
    salto.on_site("POST", "/access_groups", {"customer_reference": "Odoo_1"})
    fault(salto, "status")
    salto.sim("/settings", {"page_size": 1})
    salto.advance(100)
    salto.sim("/reset", {})
    state = salto.state()
    assert sorted(state) == ["access_groups", "iqs", "locks", "requests", "users"]
    assert (state["access_groups"], state["requests"]) == ([], [])
    assert all(lock["unlocks"] == 0 for lock in state["locks"].values())
    assert salto.sim("/faults") == []
    assert salto.sim("/settings")["page_size"] == 20
    assert salto.open().status_code == 401, "tokens are gone, too"


def test_control_says_what_it_does_not_understand(salto):
    def post(path, json):
        answer = salto.session.post(f"{salto.url}/_sim{path}", json=json)
        return answer.status_code, answer.json()["error"]

    assert post("/faults", {"fault": "fire"})[0] == 400
    lock = f"/locks/{salto.lock('Studio 3')}"
    status, sentence = post(lock, {"battery": "critical"})
    assert status == 400 and "battery_level" in sentence
    assert post(lock, {"online": "no"})[0] == 400
    assert post("/iqs/nowhere", {})[0] == 404
    assert post("/settings", {"delta_rule": "guess"})[0] == 400
    assert post("/nothing", {})[0] == 404


def test_control_is_for_this_machine():
    from simulator.control import is_this_machine

    assert is_this_machine("127.0.0.1") and is_this_machine("::1")
    assert not is_this_machine("192.168.1.7")
