"""Where a token may go, and what is said of credentials."""

import pytest

from connect.credentials import Account, Platform
from connect.errors import ConfigurationError


def platform(**changes):
    url = "https://ks.example"
    values = dict(client_id="id", client_secret="hush", identity_url=url, api_url=url)
    return Platform(**{**values, **changes})


@pytest.mark.parametrize(
    "url",
    [
        "",
        "ks.example",
        "ftp://ks.example",
        "http://ks.example",
        "http://localhost.ks.example",
        "http://127.0.0.1.ks.example",
        "http://127.0.0.1@ks.example",
        "http://10.0.0.1",
        "https://user:hush@ks.example",
        "https://ks.example/?to=elsewhere",
        "https://ks.example/#part",
        "https://ks.example:port",
        "https://",
        "https://.ks.example",
    ],
)
@pytest.mark.parametrize("name", ["identity_url", "api_url"])
def test_unsafe_address_is_refused(name, url):
    with pytest.raises(ConfigurationError) as caught:
        platform(**{name: url})
    error = caught.value
    assert not error.left and not error.answered
    assert "hush" not in str(error)


@pytest.mark.parametrize(
    "url",
    [
        "https://connect.my-clay.com",
        "https://ks.example:8443/base",
        "http://127.0.0.1:8073",
        "http://localhost:8073",
        "http://[::1]:8073",
    ],
)
def test_safe_address_is_accepted(url):
    assert platform(api_url=f"{url}/").api_url == url


@pytest.mark.parametrize("name", ["client_id", "client_secret"])
def test_application_is_registered(name):
    with pytest.raises(ConfigurationError, match="missing"):
        platform(**{name: ""})


@pytest.mark.parametrize("credentials", [("", "hush"), ("me@ks.example", "")])
def test_account_is_complete(credentials):
    with pytest.raises(ConfigurationError, match="missing"):
        Account(*credentials)


def test_secrets_are_not_in_any_repr():
    assert "hush" not in repr(platform())
    assert "hush" not in repr(Account("me@ks.example", "hush"))
