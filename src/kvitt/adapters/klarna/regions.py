"""Klarna's hosts, as constants, and which of them an order lives at.

The law: no host of Klarna comes from outside. What is not in this table is refused,
but for this machine's own addresses, where the sandbox is (klarna-api.md §1, §12).
"""

from enum import StrEnum
from ipaddress import ip_address
from urllib.parse import urlsplit

from kvitt.domain.errors import ConfigurationError

PLAYGROUND = "playground"
LIVE = "live"
ENVIRONMENTS = (PLAYGROUND, LIVE)


class Region(StrEnum):
    """Where an order was made. It cannot be read anywhere else."""

    EUROPE = "eu"
    NORTH_AMERICA = "na"
    OCEANIA = "oc"
    #: Kustom bought Klarna Checkout, and has one host for all regions (klarna-api.md §12).
    KUSTOM = "kustom"


_HOSTS = {
    (Region.EUROPE, LIVE): "https://api.klarna.com",
    (Region.EUROPE, PLAYGROUND): "https://api.playground.klarna.com",
    (Region.NORTH_AMERICA, LIVE): "https://api-na.klarna.com",
    (Region.NORTH_AMERICA, PLAYGROUND): "https://api-na.playground.klarna.com",
    (Region.OCEANIA, LIVE): "https://api-oc.klarna.com",
    (Region.OCEANIA, PLAYGROUND): "https://api-oc.playground.klarna.com",
    (Region.KUSTOM, LIVE): "https://api.kustom.co",
    (Region.KUSTOM, PLAYGROUND): "https://api.playground.kustom.co",
}
_ENVIRONMENT_OF = {url: environment for (_, environment), url in _HOSTS.items()}
# Mexico belongs to North America; the shop plugin's order management forgets it
# (klarna-api.md §1).
_REGIONS = {
    **dict.fromkeys(("US", "CA", "MX"), Region.NORTH_AMERICA),
    **dict.fromkeys(("AU", "NZ"), Region.OCEANIA),
}


def region_of(country: str) -> Region:
    """Return the region of a purchase country; Europe for every other, as Klarna has it."""
    return _REGIONS.get(country.strip().upper(), Region.EUROPE)


def host(region: str, environment: str) -> str:
    """Return the address of the service that has the order."""
    for (known_region, known_environment), url in _HOSTS.items():
        if (known_region.value, known_environment) == (region, environment):
            return url
    raise ConfigurationError(
        "Klarna's region must be eu, na, oc or kustom, and the environment playground or live"
    )


def check_base_url(address: str, *, environment: str) -> None:
    """Raise ConfigurationError where the address is not one of that environment's."""
    if environment not in ENVIRONMENTS:
        raise ConfigurationError("the environment must be playground or live")
    known = _ENVIRONMENT_OF.get(address.rstrip("/"))
    if known is None and not _is_loopback(address):
        raise ConfigurationError("the address is not one of Klarna's; leave it unset")
    # The sandbox stands for the playground: a live key has no business there.
    if (known or PLAYGROUND) != environment:
        raise ConfigurationError(f"the address is not one of the {environment} environment")


def _is_loopback(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
