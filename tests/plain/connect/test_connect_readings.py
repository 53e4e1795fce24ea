"""What is read from a site; repeated where that helps, page by page."""

import time
from datetime import datetime, timedelta, timezone
from itertools import islice

import pytest

from connect import KsClient
from connect.client import entry_time
from connect.credentials import Platform
from connect.errors import (
    Forbidden,
    InvalidRequest,
    LostAnswer,
    NotFound,
    NotSent,
    RateLimited,
    Refused,
    TokenRefused,
    Unavailable,
    WrongVersion,
)

SITE = "64e9b1f1-b08f-5a44-9d02-d58030640090"
IQ = "7f11a2e1-ae06-58bd-aec5-541d0759633f"
LOCK = "46d34efd-b0eb-5a2d-bb59-23e460c44d01"
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr("connect.api._PAUSES", (0, 0))


# What a site has


@pytest.mark.parametrize(
    "site_uid", ["NL6254340082", " nl6254340082 ", "NL 6254 340082"]
)
def test_site_is_found_by_its_code(client, site_uid):
    site = client.resolve_site(site_uid)
    assert site["id"] == SITE
    assert site["time_zone"] == "Europe/Amsterdam"


@pytest.mark.parametrize("site_uid", ["NL0000000000", "", "' or site_uid ne '"])
def test_unknown_site_code(client, site_uid):
    with pytest.raises(NotFound):
        client.resolve_site(site_uid)


def test_site_that_the_platform_did_not_filter_by_is_not_taken(stub, stub_client):
    sites = [{"id": "other", "site_uid": "NL2"}, {"id": "right", "site_uid": "NL1"}]
    stub.answer = lambda request: (200, {"items": sites})
    assert stub_client.resolve_site("nl1")["id"] == "right"


def test_things_of_a_site(client):
    assert client.site(SITE)["site_uid"] == "NL6254340082"
    assert "site_admin" in [role["code"] for role in client.me(SITE)["roles"]]
    assert len(client.iqs(SITE)) == 3
    assert client.iq(SITE, IQ)["online"]
    assert client.lock(SITE, LOCK)["customer_reference"] == "Studio 3"
    activated = {row["iq_id"] for row in client.activated_iqs(SITE) if row["activated"]}
    assert IQ in activated and len(activated) == 3


def test_all_locks_of_all_pages(client, simulator):
    locks = client.locks(SITE)
    known = simulator.state()["locks"].values()
    assert len(locks) == len([lock for lock in known if lock["site_id"] == SITE]) > 40
    assert len({lock["id"] for lock in locks}) == len(locks)
    assert len(simulator.requests("GET", "/v1.2/sites/*/locks")) >= 3


def test_list_that_is_a_bare_array(client, simulator):
    simulator.settings(bare_arrays=True)
    assert len(client.iqs(SITE)) == 3


# Entries


def test_entries_are_the_newest_first_across_pages(client, simulator):
    for _ in range(45):
        simulator.entry(lock_id=LOCK)
    times = [entry["utc_date_time"] for entry in client.entries(SITE)]
    assert len(times) > 45
    assert times == sorted(times, reverse=True)


def test_entries_of_one_lock_since_a_moment(client, simulator, door):
    asked_at = datetime.now(timezone.utc) - timedelta(seconds=1)
    simulator.entry(lock_id=door.lock_id)
    simulator.entry(lock_id="4f297a2e-c375-58a1-bc3e-89b7723b548a")
    client.unlock(SITE, door.lock_id, sign=door.sign)
    entries = list(client.entries(SITE, since=asked_at, lock_id=door.lock_id))
    assert sorted(entry["access_by"] for entry in entries) == ["remote", "tag"]
    tomorrow = asked_at + timedelta(days=1)
    assert not list(client.entries(SITE, since=tomorrow))


def test_entries_are_read_no_further_than_wanted(client, simulator):
    for _ in range(45):
        simulator.entry(lock_id=LOCK)
    assert len(list(client.entries(SITE, limit=20))) == 20
    assert len(list(islice(client.entries(SITE), 5))) == 5
    assert len(simulator.requests("GET", "/v1.1/*/entries")) == 2


def test_entries_up_to_a_moment_come_oldest_first_and_no_further(client, simulator):
    newest = [entry_time(one) for one in client.entries(SITE)]
    until = newest[len(newest) // 2]
    times = [entry_time(one) for one in client.entries(SITE, until=until)]
    assert times == sorted(one for one in newest if one <= until)


def test_entries_up_to_a_moment_when_the_order_is_not_honoured(stub, stub_client):
    items = [
        {"id": number, "utc_date_time": f"2026-01-01T00:00:0{number}Z"}
        for number in (9, 5, 3)
    ]
    stub.answer = lambda request: (200, {"items": items})
    until = datetime(2026, 1, 1, 0, 0, 5, tzinfo=timezone.utc)
    found = [entry["id"] for entry in stub_client.entries("a", until=until)]
    assert found == [5, 3]


def test_entries_since_a_naive_moment_are_refused(client):
    with pytest.raises(ValueError, match="aware"):
        client.entries(SITE, since=datetime(2026, 1, 1))


def test_entries_that_come_with_a_link_to_the_next_page(stub, stub_client):
    def answer(request):
        if "page=2" in request.path:
            return 200, {"items": [{"id": 2}]}
        return 200, {"items": [{"id": 1}], "next_page_link": f"{stub.url}/e?page=2"}

    stub.answer = answer
    assert [entry["id"] for entry in stub_client.entries("a")] == [1, 2]


# Lists that are not lists


def test_list_that_never_ends_is_given_up(stub, stub_client):
    stub.answer = lambda request: (
        200,
        {"items": [{}], "next_page_link": f"{stub.url}/v1.2/sites/a/locks?again"},
    )
    with pytest.raises(LostAnswer, match="does not end"):
        stub_client.locks("a")
    assert len(stub.seen("GET")) == 2


@pytest.mark.parametrize("answer", [{}, {"items": None}, "locks", 4, None])
def test_something_else_than_a_list(stub, stub_client, answer):
    stub.answer = lambda request: (200, answer)
    with pytest.raises(LostAnswer):
        stub_client.locks("a")


@pytest.mark.parametrize("answer", [[], "lock", 4, None])
def test_something_else_than_an_object(stub, stub_client, answer):
    stub.answer = lambda request: (200, answer)
    with pytest.raises(LostAnswer):
        stub_client.lock("a", "b")


# Repeating


@pytest.mark.parametrize(
    ("fault", "settings"),
    [
        ("status", {"status": 500}),
        ("status", {"status": 502}),
        ("status", {"status": 503}),
        ("status", {"status": 429, "headers": {"Retry-After": "0"}}),
        ("html", {}),
        ("reset_before", {}),
        ("reset_after", {}),
    ],
)
def test_reading_is_repeated_twice_at_most(client, simulator, fault, settings):
    simulator.fault("GET", "/v1.2/sites/*/iqs", fault, times=2, **settings)
    assert len(client.iqs(SITE)) == 3
    assert len(simulator.requests("GET", "/v1.2/sites/*/iqs")) == 3
    simulator.fault("GET", "/v1.2/sites/*/iqs", fault, times=3, **settings)
    with pytest.raises((LostAnswer, Unavailable, RateLimited)):
        client.iqs(SITE)
    assert len(simulator.requests("GET", "/v1.2/sites/*/iqs")) == 6


def test_reading_that_takes_too_long_is_repeated(platform, account, simulator):
    client = KsClient(platform, account, timeout=0.5)
    simulator.fault("GET", "/v1.2/sites/*/iqs", "timeout_before", seconds=9, times=1)
    assert len(client.iqs(SITE)) == 3


def test_wait_that_the_server_asks_for_is_kept(client, simulator):
    simulator.fault(
        "GET", "*/iqs", "status", status=429, headers={"Retry-After": "1"}, times=1
    )
    started = time.monotonic()
    assert client.iqs(SITE)
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "60"}, 60),
        ({"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, 0),
        ({"Retry-After": "soon"}, None),
        ({}, None),
    ],
)
def test_longer_wait_is_left_to_the_caller(stub, stub_client, headers, seconds):
    stub.answer = lambda request: (429, "", headers)
    with pytest.raises(RateLimited) as caught:
        stub_client.iqs("a")
    assert caught.value.retry_after == seconds
    assert len(stub.seen("GET")) == (3 if seconds == 0 else 1)


def test_dead_server(account):
    platform = Platform("id", "hush", "http://127.0.0.1:9", "http://127.0.0.1:9")
    with pytest.raises(NotSent):
        KsClient(platform, account).iqs(SITE)


# The error table of the Connect API sheet, section 3


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "1100", InvalidRequest),
        (400, "1101", InvalidRequest),
        (400, "1102", InvalidRequest),
        (403, "2203", Forbidden),
        (404, "2202", NotFound),
        (404, None, NotFound),
        (405, None, WrongVersion),
        (409, "9999", Refused),
        (418, None, Refused),
        (500, "5000", Unavailable),
        (502, "5000", Unavailable),
        (501, None, Unavailable),
    ],
)
def test_error_table(stub, stub_client, status, code, kind):
    body = {"ErrorCode": code, "Message": "Salto's words"} if code else ""
    stub.answer = lambda request: (status, body)
    with pytest.raises(kind) as caught:
        stub_client.site("a")
    error = caught.value
    assert type(error) is kind
    assert (error.left, error.answered) == (True, True)
    assert (error.status, error.code) == (status, code)
    assert error.vendor_text == ("Salto's words" if code else "")


@pytest.mark.parametrize("status", [502, 504])
def test_gateway_s_words_are_not_salto_s(stub, stub_client, status):
    stub.answer = lambda request: (status, "<html>Bad gateway</html>")
    with pytest.raises(LostAnswer) as caught:
        stub_client.site("a")
    assert (caught.value.left, caught.value.answered) == (True, False)


def test_refusals_of_the_platform_itself(client):
    with pytest.raises(InvalidRequest) as caught:
        client.site("NL6254340082")
    assert caught.value.code == "1100"
    with pytest.raises(NotFound):
        client.lock(SITE, NOBODY)
    with pytest.raises(Forbidden):
        client.iq_secret(SITE, IQ)


def test_refused_reading_is_not_repeated(client, simulator):
    with pytest.raises(NotFound):
        client.lock(SITE, NOBODY)
    assert len(simulator.requests("GET", f"/v1.2/sites/{SITE}/locks/*")) == 1
    simulator.fault("GET", "*/iqs", "status", status=401)
    with pytest.raises(TokenRefused):
        client.iqs(SITE)
    assert len(simulator.requests("GET", "*/iqs")) == 2
