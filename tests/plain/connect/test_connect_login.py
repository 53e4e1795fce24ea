"""Tokens: how they are got, shared, renewed and replaced."""

import threading
from base64 import b64decode
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
from urllib.parse import parse_qs

import pytest

from connect import KsClient
from connect.credentials import Account, Platform
from connect.errors import (
    LoginRefused,
    LostAnswer,
    NotSent,
    RateLimited,
    TokenRefused,
    Unavailable,
)
from connect.identity import Token
from connect.tokens import MemoryTokenStore

TOKEN = "/connect/token"
SITE = "64e9b1f1-b08f-5a44-9d02-d58030640090"


def now():
    return datetime.now(timezone.utc)


def spend(store, **changes):
    """Let the stored token be as good as over."""
    token = store.load()
    values = dict(
        access_token=token.access_token,
        expires_at=now() + timedelta(seconds=59),
        refresh_token=token.refresh_token,
    )
    store.save(Token(**{**values, **changes}))


def grants(stub):
    """The grant and the scope of each token request that reached the stub."""
    forms = [parse_qs(r.body) for r in stub.requests if r.path == TOKEN]
    return [(f["grant_type"][0], f.get("scope", [None])[0]) for f in forms]


# What the platform sees


def test_login_proves_the_account(client, store):
    token = client.login()
    assert timedelta(minutes=59) < token.expires_at - now() <= timedelta(hours=1)
    assert token.refresh_token
    assert store.load() == token


def test_login_asks_again_although_there_is_a_token(client, simulator):
    first, second = client.login(), client.login()
    assert first.access_token != second.access_token
    assert len(simulator.requests("POST", TOKEN)) == 2


@pytest.mark.parametrize(
    ("client_id", "client_secret", "password", "code"),
    [
        ("demo-client", "demo-secret", "wrong", "invalid_grant"),
        ("demo-client", "wrong", "demo-password", "invalid_client"),
        ("nobody", "demo-secret", "demo-password", "invalid_client"),
        ("web-client", "web-secret", "demo-password", "unauthorized_client"),
    ],
)
def test_refused_login_says_which_part_is_wrong(
    simulator, client_id, client_secret, password, code
):
    platform = Platform(client_id, client_secret, simulator.url, simulator.url)
    client = KsClient(platform, Account("service@studio.example", password))
    with pytest.raises(LoginRefused) as caught:
        client.login()
    assert caught.value.code == code
    assert caught.value.status in (400, 401)
    assert caught.value.answered
    # wrong passwords are counted somewhere: one try is one request
    assert len(simulator.requests("POST", TOKEN)) == 1


def test_client_without_offline_access_logs_in_with_the_plain_scope(
    simulator, account, door
):
    platform = Platform("plain-client", "plain-secret", simulator.url, simulator.url)
    client = KsClient(platform, account)
    assert client.login().refresh_token is None
    assert client.site(door.site_id)["id"] == door.site_id


@pytest.fixture
def other(platform, account, store):
    """Another worker, who knows of the token what is stored."""
    return KsClient(platform, account, store)


def test_token_is_renewed_by_the_refresh_token(client, other, store, simulator):
    first = client.login()
    spend(store)
    other.me(SITE)
    renewed = store.load()
    assert renewed.access_token != first.access_token
    assert renewed.refresh_token != first.refresh_token
    assert len(simulator.requests("POST", TOKEN)) == 2


def test_spent_refresh_token_falls_back_to_the_password(client, other, store):
    client.login()
    spend(store, refresh_token="spent-long-ago")
    assert other.me(SITE)
    assert store.load().refresh_token not in (None, "spent-long-ago")


def test_lost_answer_to_a_renewal_falls_back_to_the_password(
    client, other, store, simulator, door
):
    client.login()
    spend(store)
    simulator.fault("POST", TOKEN, "reset_after", times=1)
    other.unlock(door.site_id, door.lock_id, sign=door.sign)
    assert simulator.unlocks(door.lock_id) == 1


def test_expired_token_is_replaced_once_and_the_reading_repeated(
    client, other, store, simulator
):
    client.login()
    spend(store, expires_at=now() + timedelta(hours=1), access_token="long-dead")
    assert other.me(SITE)
    statuses = [r["status"] for r in simulator.requests("GET", "/v1.2/sites/*/me")]
    assert statuses == [401, 200]


def test_a_token_is_asked_for_once_while_it_lives(platform, account, simulator):
    """Whoever keeps it says when it does not count any more."""
    store = MemoryTokenStore()
    at = now()
    client = KsClient(platform, account, store, now=lambda: at)
    client.me(SITE)
    store.save(None)
    client.me(SITE)
    assert len(simulator.requests("POST", TOKEN)) == 1
    client.forget_token()
    client.me(SITE)
    assert len(simulator.requests("POST", TOKEN)) == 2
    store.save(None)
    at += timedelta(hours=1) - timedelta(seconds=59)
    client.me(SITE)
    assert len(simulator.requests("POST", TOKEN)) == 3


def test_refused_fresh_token_is_an_error_and_not_a_loop(client, simulator):
    simulator.fault("GET", "/v1.2/sites/*/me", "status", status=401, times=9)
    with pytest.raises(TokenRefused) as caught:
        client.me(SITE)
    assert caught.value.status == 401
    assert len(simulator.requests("GET", "/v1.2/sites/*/me")) == 2


# One renewal when many want it


def test_twenty_threads_cause_one_login(client, simulator):
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(client.me, [SITE] * 20))
    assert len(simulator.requests("POST", TOKEN)) == 1


def test_twenty_workers_that_share_a_store_cause_one_renewal(
    platform, account, store, simulator
):
    KsClient(platform, account, store).login()
    spend(store)
    workers = [KsClient(platform, account, store) for _ in range(20)]
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda worker: worker.me(SITE), workers))
    assert len(simulator.requests("POST", TOKEN)) == 2


def test_token_that_many_found_refused_is_replaced_once(
    platform, account, store, simulator
):
    dead = Token("long-dead", now() + timedelta(hours=1))
    store.save(dead)
    clients = [KsClient(platform, account, store) for _ in range(5)]
    with ThreadPoolExecutor(5) as threads:
        list(threads.map(lambda client: client.me(SITE), clients))
    assert len(simulator.requests("POST", TOKEN)) == 1


# What must not get lost


class CarefulStore(MemoryTokenStore):
    """Notes when it is written, and notices writing without being alone."""

    def __init__(self):
        super().__init__()
        self.written = []

    def save(self, token):
        assert self._lock.locked()
        self.written.append(token)
        return super().save(token)


def test_rotated_refresh_token_is_stored_before_it_is_used(
    platform, account, simulator, door
):
    store = CarefulStore()
    client = KsClient(platform, account, store)
    client.login()
    with store.exclusive():
        spend(store)
    client.forget_token()
    simulator.fault("GET", "/v1.2/*", "status", status=500, times=9)
    with pytest.raises(Unavailable):
        client.me(SITE)
    # the reading failed, the renewal before it did not: the next one goes on from there
    assert len(store.written) == 3
    with store.exclusive():
        spend(store)
    client.forget_token()
    simulator.clear_faults()
    client.me(SITE)
    forms = simulator.requests("POST", TOKEN)
    assert [form["status"] for form in forms] == [200, 200, 200]


def test_failed_renewal_leaves_the_store_open_for_others(client, store, simulator):
    simulator.fault("POST", TOKEN, "status", status=503, times=1)
    with pytest.raises(Unavailable):
        client.login()
    assert client.login()


def test_token_survives_storing():
    token = Token("a", datetime(2026, 1, 2, 3, 4, 5, tzinfo=timezone.utc), "r")
    assert Token.from_json(token.to_json()) == token
    bare = Token("a", token.expires_at)
    assert Token.from_json(bare.to_json()) == bare


# What the identity server sees


def test_client_authenticates_by_http_basic_only(stub, stub_client):
    stub_client.login()
    (request,) = stub.requests
    assert request.headers["Authorization"] == "Basic aWQ6c2VjcmV0"  # id:secret
    assert parse_qs(request.body) == {
        "grant_type": ["password"],
        "username": ["service@studio.example"],
        "password": ["demo-password"],
        "scope": ["user_api.full_access offline_access"],
    }


def test_client_secret_with_special_characters_is_encoded(stub, account):
    KsClient(Platform("id", "a+b/c=:ü", stub.url, stub.url), account).login()
    kind, _, encoded = stub.requests[0].headers["Authorization"].partition(" ")
    assert kind == "Basic"
    assert b64decode(encoded) == b"id:a%2Bb%2Fc%3D%3A%C3%BC"


@pytest.mark.parametrize("password", ["a b+c%20d&e=f;g", "pässwört €", "\"\\/?#*~'<>"])
def test_any_password_arrives_as_it_is(stub, password):
    platform = Platform("id", "secret", stub.url, stub.url)
    KsClient(platform, Account("me@ks.example", password)).login()
    assert parse_qs(stub.requests[0].body)["password"] == [password]


def test_only_a_refused_refresh_token_leads_to_the_password(stub, stub_client):
    stub.answer_login = lambda request: (
        200,
        {"access_token": "first", "expires_in": 1, "refresh_token": "r1"},
    )
    stub_client.login()
    stub.answer_login = lambda request: (401, {"error": "invalid_client"})
    with pytest.raises(LoginRefused):
        stub_client.me("a")
    assert [grant for grant, _scope in grants(stub)] == ["password", "refresh_token"]


def test_refresh_token_that_is_not_rotated_is_kept(stub, account):
    store = MemoryTokenStore()
    client = KsClient(Platform("id", "hush", stub.url, stub.url), account, store)
    store.save(Token("old", now(), "r1"))
    client.me("a")
    assert store.load().refresh_token == "r1"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ((200, "<html>maintenance</html>"), LostAnswer),
        ((200, {}), LostAnswer),
        ((200, ["access_token"]), LostAnswer),
        ((200, {"access_token": "a b\r\nc", "expires_in": 3600}), LostAnswer),
        ((200, {"access_token": "abc", "expires_in": "soon"}), LostAnswer),
        ((302, "", {"Location": "https://elsewhere.example/login"}), LostAnswer),
        (None, LostAnswer),
        ((502, "<html>bad gateway</html>"), LostAnswer),
        ((400, "<html>bad request</html>"), LoginRefused),
        ((401, ""), LoginRefused),
        ((403, "<html>blocked</html>"), LoginRefused),
        ((429, {"error": "slow_down"}, {"Retry-After": "30"}), RateLimited),
        ((500, {"error": "server_error"}), Unavailable),
        ((503, ""), Unavailable),
    ],
)
def test_whatever_the_identity_server_says_ends_in_the_tree(
    stub, stub_client, answer, kind
):
    stub.answer_login = lambda request: answer
    with pytest.raises(kind) as caught:
        stub_client.login()
    assert type(caught.value) is kind
    assert len(stub.requests) == 1
    assert caught.value.retry_after == (30 if kind is RateLimited else None)


def test_identity_server_that_is_not_there(account):
    platform = Platform("id", "hush", "http://127.0.0.1:9", "http://127.0.0.1:9")
    with pytest.raises(NotSent, match="refused"):
        KsClient(platform, account).login()


def test_waiting_for_a_renewal_is_not_needed_while_the_token_lives(stub, account):
    """A slow identity server holds up nobody who has a good token."""
    store = MemoryTokenStore()
    store.save(Token("good", now() + timedelta(hours=1)))
    client = KsClient(Platform("id", "hush", stub.url, stub.url), account, store)
    release, entered = threading.Event(), threading.Event()

    def slow_login(request):
        entered.set()
        release.wait(5)
        return 200, {"access_token": "new", "expires_in": 3600}

    stub.answer_login = slow_login
    with ThreadPoolExecutor(1) as threads:
        login = threads.submit(client.login)
        assert entered.wait(5)
        assert client.site("a") == {}
        release.set()
        assert login.result().access_token == "new"
