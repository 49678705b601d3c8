"""Klarna's regions, and by which door a call came in (klarna-api.md §1, §12).

One sandbox is all regions at once. A call names its region by the first part of its path
(`/eu`, `/na`, `/oc`), for a client that is given a base address, or by its `Host`
(`api-na.playground.klarna.com`), for one whose name look-up is pointed here. A call that
names none reaches every region, which no real host does.

Law: an order belongs to the region of its purchase country. At another region's door it is
not there; a basket of another region's country is refused, which is chosen here.
"""

import re
from dataclasses import dataclass
from wsgiref.types import WSGIEnvironment

from kvitt.sandbox.klarna.settings import Merchant

EU, NA, OC = "eu", "na", "oc"
REGIONS = (EU, NA, OC)
_COUNTRIES = {"US": NA, "CA": NA, "MX": NA, "AU": OC, "NZ": OC}
_PREFIX = re.compile(rf"/({'|'.join(REGIONS)})(?=/|$)")
_HOST = re.compile(r"api(?:-(na|oc))?(\.playground)?\.(klarna\.com|kustom\.co)(?::\d+)?")
_KEY = "kvitt.sandbox.door"


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """What the address that was called says of who is meant."""

    #: Empty where none was named.
    region: str = ""
    #: `klarna` or `kustom`; empty where the host is neither's.
    persona: str = ""
    #: Whether the host is one of the live service, where no test credentials open.
    is_live: bool = False
    #: Kustom has no regional hosts.
    exists: bool = True

    def opens_to(self, merchant: Merchant) -> bool:
        """Say whether a merchant's credentials are good at this host."""
        return not self.is_live and self.persona in {"", merchant.persona}

    def leads_to(self, country: str) -> bool:
        """Say whether purchases of a country are found behind this door."""
        return self.region in {"", region_of(country)}


ANYWHERE = Door()


def region_of(country: str) -> str:
    """Return the region of a purchase country; Europe has all that no other has."""
    return _COUNTRIES.get(country.upper(), EU)


def enter(environ: WSGIEnvironment) -> WSGIEnvironment:
    """Return a request's environment past its door, which `door_of` tells of.

    A region in the path moves to the prefix the application is mounted under, so that
    addresses in answers lead back to the same door.
    """
    path = environ.get("PATH_INFO", "")
    door = _of_host(environ.get("HTTP_HOST", ""))
    found = _PREFIX.match(path)
    if found is None:
        return {**environ, _KEY: door}
    return {
        **environ,
        "SCRIPT_NAME": environ.get("SCRIPT_NAME", "") + found[0],
        "PATH_INFO": path[found.end() :],
        _KEY: Door(region=found[1], persona=door.persona, is_live=door.is_live),
    }


def door_of(environ: WSGIEnvironment) -> Door:
    """Return the door that `enter` found."""
    door = environ.get(_KEY, ANYWHERE)
    return door if isinstance(door, Door) else ANYWHERE


def _of_host(host: str) -> Door:
    found = _HOST.fullmatch(host.lower())
    if found is None:
        return ANYWHERE
    region, playground, domain = found.groups()
    if domain == "kustom.co":
        return Door(persona="kustom", is_live=not playground, exists=not region)
    return Door(region=region or EU, persona="klarna", is_live=not playground)
