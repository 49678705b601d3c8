"""Which addresses may be called."""

import socket
from ipaddress import ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kvitt.adapters.addresses import (
    PUBLIC_ONLY,
    WITH_LOOPBACK,
    allowed_addresses,
    system_resolver,
)
from kvitt.domain.errors import ConfigurationError, KvittError, Unreachable

PUBLIC = ["93.184.215.14", "8.8.8.8", "2606:4700::1111", "2a00:1450:4001:80b::200e"]
REFUSED = [
    "::ffff:0:127.0.0.1",
    "4000::1",
    "0.0.0.0",  # noqa: S104
    "10.0.0.1",
    "100.64.0.1",
    "100.100.100.200",
    "127.0.0.1",
    "127.255.255.254",
    "168.63.129.16",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.192",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:8.8.8.8",
    "::ffff:10.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "3fff::1",
    "5f00::1",
    "fc00::1",
    "fd00:ec2::254",
    "fe80::1",
    "fe80::1%eth0",
    "2606:4700::1111%eth0",
    "fec0::1",
    "ff02::1",
]
#: Ways of writing this machine's address that some parsers let through.
DISGUISES = [
    "127.0.0.1",
    "127.1",
    "127.0.1",
    "0",
    "0x7f000001",
    "0x7f.1",
    "017700000001",
    "0177.0.0.1",
    "2130706433",
    "localhost",
    "127.0.0.1.",
    "[::1]",
    "::1",
    "::ffff:127.0.0.1",
    "0:0:0:0:0:0:0:1",
    "①②⑦.⓪.⓪.①",
    "127。0。0。1",
    "localhost%00.shop.example",
    "shop.example@127.0.0.1",
    "127.0.0.1/shop.example",
    "127.0.0.1\t",
    "",
    "a" * 254,
    f"{'a' * 64}.example",
]


def look_up(
    *answers: str, host: str = "shop.example", loopback: bool = False
) -> tuple[str, ...]:
    return allowed_addresses(
        host,
        port=443,
        secure=True,
        resolve=lambda _, __: list(answers),
        policy=WITH_LOOPBACK if loopback else PUBLIC_ONLY,
    )


@pytest.mark.parametrize("address", PUBLIC)
def test_public_addresses_are_called(address: str) -> None:
    """Ordinary addresses of the internet pass unchanged."""
    assert look_up(address) == (address,)


@pytest.mark.parametrize("address", REFUSED)
def test_inner_addresses_are_refused(address: str) -> None:
    """Private, local, shared, translated, reserved and platform addresses are not called."""
    with pytest.raises(Unreachable) as caught:
        look_up(address)

    assert caught.value.code == "address_refused"


@pytest.mark.parametrize("address", [a for a in REFUSED if a not in {"127.0.0.1", "::1"}])
def test_the_demo_opens_this_machine_only(address: str) -> None:
    """Allowing loopback allows no other inner address."""
    if address == "127.255.255.254":
        assert look_up(address, loopback=True) == (address,)
        return
    with pytest.raises(Unreachable):
        look_up(address, loopback=True)


def test_one_inner_address_refuses_the_name() -> None:
    """A name with a public and an inner address is the mark of a trick."""
    with pytest.raises(Unreachable):
        look_up("93.184.215.14", "10.0.0.1")


def test_plain_http_reaches_this_machine_and_no_other() -> None:
    """Where loopback is allowed, a request without TLS still never leaves the machine."""

    def plain(address: str) -> tuple[str, ...]:
        return allowed_addresses(
            "shop.example",
            port=80,
            secure=False,
            resolve=lambda _, __: [address],
            policy=WITH_LOOPBACK,
        )

    assert plain("127.0.0.1") == ("127.0.0.1",)
    with pytest.raises(Unreachable):
        plain("93.184.215.14")


@pytest.mark.parametrize("host", DISGUISES)
def test_disguises_of_this_machine_lead_nowhere(host: str) -> None:
    """However the host is written, what the system makes of it is judged."""
    with pytest.raises(Unreachable):
        allowed_addresses(
            host, port=443, secure=True, resolve=numeric_resolver, policy=PUBLIC_ONLY
        )


def numeric_resolver(host: str, port: int) -> tuple[str, ...]:
    """Ask the system without going to the network."""
    if host == "localhost":
        return ("127.0.0.1",)
    found = socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)
    return tuple(str(entry[4][0]) for entry in found)


@pytest.mark.parametrize("answer", ["", "shop.example", "1.2.3", "1.2.3.4.5", "::g"])
def test_an_answer_that_is_no_address_is_refused(answer: str) -> None:
    """A resolver's nonsense is not dialled."""
    with pytest.raises(Unreachable):
        look_up(answer)


def test_no_answer_is_unreachable() -> None:
    """A name without addresses cannot be called."""
    with pytest.raises(Unreachable):
        look_up()


def test_the_system_knows_this_machine() -> None:
    """The operating system's resolver gives plain addresses."""
    assert system_resolver("127.0.0.1", 80) == ("127.0.0.1",)


@pytest.mark.parametrize(
    ("scheme", "port"), [("http", 443), ("https", 80), ("https", 8443), ("ftp", 443)]
)
def test_public_calls_use_https_on_its_port(scheme: str, port: int) -> None:
    """Another scheme or port is a setting to mend."""
    with pytest.raises(ConfigurationError):
        PUBLIC_ONLY.check_scheme(scheme, port=port)


def test_the_demo_may_use_any_port_and_still_no_other_scheme() -> None:
    """On this machine http and any port do; other schemes never do."""
    WITH_LOOPBACK.check_scheme("http", port=8000)
    with pytest.raises(ConfigurationError):
        WITH_LOOPBACK.check_scheme("ftp", port=21)


@given(st.ip_addresses())
def test_every_allowed_address_is_global(address: object) -> None:
    """Whatever passes is what Python too calls an address of the internet."""
    try:
        (found,) = look_up(str(address))
    except Unreachable:
        return

    assert ip_address(found).is_global
    assert not ip_address(found).is_multicast


@given(st.text(max_size=300), st.lists(st.text(max_size=50), max_size=3))
def test_no_host_and_no_answer_raises_anything_else(host: str, answers: list[str]) -> None:
    """Names and answers of any shape end in our own errors or in public addresses."""
    try:
        found = look_up(*answers, host=host)
    except KvittError:
        return

    assert all(ip_address(address).is_global for address in found)
