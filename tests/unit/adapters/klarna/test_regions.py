"""Klarna's hosts and credentials."""

from base64 import b64decode

import pytest

from kvitt.adapters.addresses import WITH_LOOPBACK
from kvitt.adapters.http import Http
from kvitt.adapters.klarna import regions
from kvitt.adapters.klarna.client import KlarnaClient
from kvitt.adapters.klarna.credentials import KlarnaCredentials
from kvitt.adapters.klarna.regions import LIVE, PLAYGROUND, Region
from kvitt.domain.errors import ConfigurationError

TEST_KEY = "klarna_test_api_canary4711"
LIVE_KEY = "klarna_live_api_canary4711"


@pytest.mark.parametrize(
    ("country", "host"),
    [
        ("SE", "https://api.playground.klarna.com"),
        ("EU", "https://api.playground.klarna.com"),
        ("", "https://api.playground.klarna.com"),
        ("us", "https://api-na.playground.klarna.com"),
        ("CA", "https://api-na.playground.klarna.com"),
        ("MX", "https://api-na.playground.klarna.com"),
        ("AU", "https://api-oc.playground.klarna.com"),
        ("NZ ", "https://api-oc.playground.klarna.com"),
    ],
)
def test_the_country_of_the_purchase_decides_the_host(country: str, host: str) -> None:
    """Mexico is North America, and everything unknown is Europe."""
    assert regions.host(regions.region_of(country), PLAYGROUND) == host


def test_every_region_has_a_live_and_a_test_host() -> None:
    """No two regions or environments share a host."""
    hosts = {regions.host(region, env) for region in Region for env in (LIVE, PLAYGROUND)}

    assert len(hosts) == 2 * len(Region)
    assert all(("playground" in host) == (".playground." in host) for host in hosts)


def test_an_unknown_region_is_a_setting_to_mend() -> None:
    """A region that does not exist has no host to guess."""
    with pytest.raises(ConfigurationError):
        regions.host("asia", LIVE)


@pytest.mark.parametrize(
    ("url", "environment"),
    [
        ("https://api.klarna.com", PLAYGROUND),
        ("https://api.playground.klarna.com", LIVE),
        ("https://api.klarna.com.evil.example", LIVE),
        ("https://api.klarna.com@evil.example", LIVE),
        ("http://api.klarna.com", LIVE),
        ("http://10.0.0.1", PLAYGROUND),
        ("http://127.0.0.1:8000", LIVE),
        ("http://[::1", PLAYGROUND),
        ("", PLAYGROUND),
        ("https://api.klarna.com", "production"),
    ],
)
def test_no_other_host_and_no_mix_up_is_taken(url: str, environment: str) -> None:
    """Klarna's hosts are constants, and each belongs to one environment."""
    with pytest.raises(ConfigurationError):
        regions.check_base_url(url, environment=environment)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8000", "http://localhost:1", "http://[::1]:1"]
)
def test_the_sandbox_is_a_playground(url: str) -> None:
    """This machine stands for the playground."""
    regions.check_base_url(url, environment=PLAYGROUND)


def test_a_bare_key_goes_as_it_is() -> None:
    """A key without a user name stands after Basic unencoded (klarna-api.md §2)."""
    assert KlarnaCredentials(password=TEST_KEY).authorization == f"Basic {TEST_KEY}"


@pytest.mark.parametrize("username", ["K123456_abcd12345", "48ab3d6b-e3b5-1f2b-8544-04"])
def test_a_user_name_with_its_password_goes_in_base64(username: str) -> None:
    """Both halves are joined and encoded."""
    value = KlarnaCredentials(username=username, password="s3cret").authorization

    assert b64decode(value.removeprefix("Basic ")).decode() == f"{username}:s3cret"


@pytest.mark.parametrize(
    ("username", "password"),
    [
        ("", ""),
        ("K1", ""),
        ("", "shared-secret"),
        ("", "klarna_test_client_abc"),
        ("K1", "klarna_live_client_abc"),
        ("klarna_test_client_abc", "x"),
        ("K1:K2", "x"),
        ("K1", "with space"),
        ("K1", "line\nbreak"),
        ("K1", "ångström"),
    ],
)
def test_credentials_that_cannot_work_are_refused(username: str, password: str) -> None:
    """Client ids, halves and damaged keys stop at once, without being told."""
    with pytest.raises(ConfigurationError) as caught:
        KlarnaCredentials(username=username, password=password)

    assert not password or password not in str(caught.value)


@pytest.mark.parametrize(
    ("key", "environment", "host"),
    [
        (LIVE_KEY, PLAYGROUND, "https://api.playground.klarna.com"),
        (TEST_KEY, LIVE, "https://api.klarna.com"),
        ("kco_live_api_x", PLAYGROUND, "https://api.playground.kustom.co"),
        (LIVE_KEY, PLAYGROUND, "http://127.0.0.1:8000"),
    ],
)
def test_a_key_never_goes_to_the_other_environment(
    key: str, environment: str, host: str
) -> None:
    """A live key is not carried to a test host, nor the reverse."""
    with Http(policy=WITH_LOOPBACK) as http, pytest.raises(ConfigurationError) as caught:
        KlarnaClient(
            http,
            credentials=KlarnaCredentials(password=key),
            base_url=host,
            environment=environment,
            account="a",
        )

    assert key not in str(caught.value)


def test_a_client_does_not_print_its_key() -> None:
    """Neither the client nor the credentials show what lets them in."""
    credentials = KlarnaCredentials(username="canary4711", password=TEST_KEY)
    with Http() as http:
        client = KlarnaClient(
            http,
            credentials=credentials,
            base_url=regions.host(Region.EUROPE, PLAYGROUND),
            environment=PLAYGROUND,
            account="main",
        )

    assert "canary4711" not in f"{client!r} {client} {credentials!r} {credentials}"
    assert (client.account, client.environment) == ("main", PLAYGROUND)
