"""Which addresses a shop's URL may lead to.

The law: a name is resolved once, every address it has must be allowed, and the
connection goes to exactly that address, so that a name cannot be allowed by one answer
and dialled by another (reliability.md §8). Nothing here connects; ``network.py`` does.
"""

import re
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import TypeAlias

from kvitt.domain.errors import ConfigurationError, Unreachable

#: A host and a port in, IP addresses as texts out. Raises OSError.
Resolver: TypeAlias = Callable[[str, int], Sequence[str]]
Address: TypeAlias = IPv4Address | IPv6Address

HTTPS_PORT = 443

# https://www.iana.org/assignments/iana-ipv4-special-registry and its IPv6 sister. Python's own
# is_global moves between versions, so the list is ours, and both must agree.
_SPECIAL = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        # Azure's platform address: public by number, the machine's own host in fact.
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
        # IPv6 that stands for an IPv4 address: compatible, mapped, translated (NAT64),
        # Teredo, 6to4. What is behind it would have to be judged again, so none is taken.
        "::/96",
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/23",
        "2002::/16",
        "100::/64",
        "2001:db8::/32",
        "3fff::/20",
        "5f00::/16",
        "fc00::/7",
        "fe80::/10",
        "fec0::/10",
        "ff00::/8",
    )
)
#: https://www.iana.org/assignments/ipv6-address-space: global unicast.
_GIVEN_OUT = ip_network("2000::/3")
_LOOPBACK = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
_HOST = re.compile(r"[A-Za-z0-9.:_-]{1,253}")


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressPolicy:
    """Where calls may go: public hosts by https, and for the demo this machine as well."""

    allow_loopback: bool = False

    def check_address(self, address: Address, *, secure: bool) -> None:
        """Raise Unreachable for an address that calls must not go to."""
        if self.allow_loopback and any(address in network for network in _LOOPBACK):
            return
        if not secure or not _is_public(address):
            raise Unreachable(
                "the host's address is not a public one, so it is not called",
                code="address_refused",
            )

    def check_scheme(self, scheme: str, *, port: int) -> None:
        """Raise ConfigurationError for a way of calling that is never right."""
        if self.allow_loopback and scheme in {"http", "https"}:
            return
        if scheme != "https":
            raise ConfigurationError("the address must begin with https://")
        if port != HTTPS_PORT:
            raise ConfigurationError("the address must use the port of https, 443")


#: For real shops and for Klarna.
PUBLIC_ONLY = AddressPolicy()
#: For the demo and for tests, where both are on this machine.
WITH_LOOPBACK = AddressPolicy(allow_loopback=True)


def allowed_addresses(
    host: str, *, port: int, secure: bool, resolve: Resolver, policy: AddressPolicy
) -> tuple[str, ...]:
    """Resolve a host once and return its addresses; one that is refused refuses all."""
    if not _HOST.fullmatch(host):
        raise Unreachable("the host is not a name that can be looked up", code="bad_host")
    try:
        texts = resolve(host, port)
    # A label of more than 63 characters fails while it is encoded, before any look-up.
    except (OSError, UnicodeError) as error:
        raise Unreachable("the host's name cannot be looked up", code="dns") from error
    addresses = tuple(dict.fromkeys(_parse(text) for text in texts))
    if not addresses:
        raise Unreachable("the host's name has no address", code="dns")
    for address in addresses:
        policy.check_address(address, secure=secure)
    return tuple(str(address) for address in addresses)


def system_resolver(host: str, port: int) -> tuple[str, ...]:
    """Ask the operating system."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(str(entry[4][0]) for entry in found)


def _parse(text: str) -> Address:
    try:
        return ip_address(text)
    except ValueError as error:
        raise Unreachable("the host's name has no usable address", code="dns") from error


def _is_public(address: Address) -> bool:
    # A scope ("%eth0") names a link of this machine.
    if isinstance(address, IPv6Address) and address.scope_id is not None:
        return False
    # All that IPv6 has given out so far is in one range; what lies outside it may stand for
    # an IPv4 address in more ways than can be listed (::ffff:0:127.0.0.1 is one).
    if isinstance(address, IPv6Address) and address not in _GIVEN_OUT:
        return False
    return address.is_global and not any(address in network for network in _SPECIAL)
