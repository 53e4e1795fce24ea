"""The corners of the road: idle connections, redirects, proxies, TLS."""

import datetime
import ipaddress
import socket
import ssl
import threading
from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from connect import KsClient
from connect.credentials import Platform
from connect.errors import ConfigurationError, LostAnswer, NotSent


def sign(_at):
    return "00000"


def without_pauses(monkeypatch):
    monkeypatch.setattr("connect.api._PAUSES", (0, 0))


# Connections


def test_readings_share_a_connection(stub, stub_client):
    stub_client.site("a")
    stub_client.site("a")
    stub_client.site("a")
    assert [request.nth for request in stub.seen("GET")] == [1, 2, 3]


def test_idle_connection_that_the_server_drops_costs_no_command(stub, stub_client):
    """The pooled connection dies as it is used again: the command was not on it."""
    stub_client.site("a")
    stub.answer = lambda request: None if request.nth > 1 else (200, {})
    assert stub_client.unlock("a", "b", sign=sign) == {}
    assert [request.nth for request in stub.seen("PATCH")] == [1]
    assert stub_client.put_pin("a", "c", sign=sign) is None
    assert [request.nth for request in stub.seen("PUT")] == [1]
    assert stub_client.request_pin("a", "c") is None
    assert [request.nth for request in stub.seen("GET")] == [1, 1]


def test_idle_connection_that_the_server_drops_costs_no_login(stub, stub_client):
    stub_client.login()
    stub.answer_login = lambda request: (
        None
        if request.nth > 1
        else (200, {"access_token": "second", "expires_in": 3600})
    )
    assert stub_client.login().access_token == "second"


def test_reading_on_a_dropped_connection_is_repeated(stub, stub_client):
    stub_client.site("a")
    stub.answer = lambda request: None if request.nth > 1 else (200, {"id": "a"})
    assert stub_client.site("a") == {"id": "a"}


# Redirects and other hosts


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirect_is_not_followed(stub, new_stub, stub_client, status, monkeypatch):
    without_pauses(monkeypatch)
    elsewhere = new_stub()
    location = {"Location": f"{elsewhere.url}/v1.2?token=hush"}
    stub.answer = lambda request: (status, "", location)
    for ask in (
        lambda: stub_client.site("a"),
        lambda: stub_client.unlock("a", "b", sign=sign),
    ):
        with pytest.raises(LostAnswer, match="redirect to 127.0.0.1") as caught:
            ask()
        assert "hush" not in str(caught.value)
    assert len(stub.seen("PATCH")) == 1
    assert not elsewhere.requests


def test_redirected_login_takes_no_password_along(stub, new_stub, stub_client):
    elsewhere = new_stub()
    stub.answer_login = lambda request: (307, "", {"Location": elsewhere.url})
    with pytest.raises(LostAnswer):
        stub_client.login()
    assert not elsewhere.requests


def test_next_page_on_another_host_is_not_asked_for(stub, new_stub, stub_client):
    elsewhere = new_stub()
    link = f"{elsewhere.url}/v1.2/sites/a/locks?$skip=1"
    stub.answer = lambda request: (200, {"items": [{}], "next_page_link": link})
    with pytest.raises(ConfigurationError, match="another host"):
        stub_client.locks("a")
    assert not elsewhere.requests


@pytest.mark.parametrize(
    "link", ["https://{}/next", "//elsewhere/next", "/next", "http://[", "file:///etc"]
)
def test_next_page_link_must_be_the_configured_origin(stub, stub_client, link):
    link = link.format(stub.url.removeprefix("http://"))
    stub.answer = lambda request: (200, {"items": [{}], "next_page_link": link})
    with pytest.raises(ConfigurationError, match="another host"):
        stub_client.locks("a")
    assert len(stub.seen("GET")) == 1


def test_machine_s_proxy_does_not_see_plain_http(stub, stub_client, monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    assert stub_client.site("a") == {}


def test_dead_proxy_means_that_nothing_left(account, monkeypatch):
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    monkeypatch.delenv("no_proxy", raising=False)
    url = "https://ks.example"
    with pytest.raises(NotSent):
        KsClient(Platform("id", "hush", url, url), account).login()


def test_netrc_of_the_machine_does_not_replace_the_token(
    stub, stub_client, tmp_path, monkeypatch
):
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    stub_client.site("a")
    assert stub.seen("GET")[0].headers["Authorization"] == "Bearer stub-access-token"
    assert stub.seen("POST")[0].headers["Authorization"] == "Basic aWQ6c2VjcmV0"


# TLS: until the handshake is over, nothing of the request has left


@pytest.fixture
def tls_files(tmp_path):
    """A self-signed certificate of 127.0.0.1, which no machine trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    address = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
    today = datetime.datetime.now(datetime.timezone.utc)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([address]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    certificate_file, key_file = tmp_path / "certificate.pem", tmp_path / "key.pem"
    certificate_file.write_bytes(certificate.public_bytes(pem))
    key_file.write_bytes(
        key.private_bytes(
            pem,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return certificate_file, key_file


@pytest.fixture
def accept_one():
    """Start a server that treats its only connection as told; return its port."""
    listeners = []

    def start(treat):
        listener = socket.create_server(("127.0.0.1", 0))
        listeners.append(listener)

        def serve():
            with suppress(OSError):
                connection, _address = listener.accept()
                with connection:
                    treat(connection)

        threading.Thread(target=serve, daemon=True).start()
        return listener.getsockname()[1]

    yield start
    for listener in listeners:
        listener.close()


def untrusted(tls_files):
    def treat(connection):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls_files)
        context.wrap_socket(connection, server_side=True)

    return treat


def plain_http(connection):
    connection.recv(1000)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")


def silent(connection):
    while connection.recv(1000):
        pass


def hang_up(connection):
    connection.recv(1000)


@pytest.mark.parametrize("server", [untrusted, plain_http, silent, hang_up])
def test_failed_handshake_means_that_nothing_left(
    account, accept_one, tls_files, server
):
    treat = server(tls_files) if server is untrusted else server
    url = f"https://127.0.0.1:{accept_one(treat)}"
    client = KsClient(Platform("id", "hush", url, url), account, timeout=0.3)
    with pytest.raises(NotSent) as caught:
        client.login()
    assert not caught.value.left and not caught.value.answered


def cut_off(connection):
    connection.recv(1000)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{")


def not_http(connection):
    connection.recv(1000)
    connection.sendall(b"SSH-2.0-server\r\n")


@pytest.mark.parametrize("server", [cut_off, not_http, silent, hang_up])
def test_broken_answer_is_a_lost_answer(account, accept_one, server):
    url = f"http://127.0.0.1:{accept_one(server)}"
    client = KsClient(Platform("id", "hush", url, url), account, timeout=0.3)
    with pytest.raises(LostAnswer) as caught:
        client.login()
    assert caught.value.left and not caught.value.answered


def test_loss_after_the_handshake_is_a_lost_answer(
    account, accept_one, tls_files, monkeypatch
):
    received = []

    def treat(connection):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*tls_files)
        with context.wrap_socket(connection, server_side=True) as secure:
            received.append(secure.recv(1000))

    port = accept_one(treat)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tls_files[0]))
    url = f"https://127.0.0.1:{port}"
    client = KsClient(Platform("id", "hush", url, url), account, timeout=2)
    with pytest.raises(LostAnswer):
        client.login()
    assert received[0].startswith(b"POST /connect/token")


def test_unknown_host_means_that_nothing_left(account):
    url = "https://salto-ks.invalid"
    with pytest.raises(NotSent):
        KsClient(Platform("id", "hush", url, url), account).login()
