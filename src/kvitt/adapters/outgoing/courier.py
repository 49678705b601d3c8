"""Posting a signed message to a subscriber's address.

The law: it goes where a shop's address might go and nowhere else (``addresses.py``), is
sent once, and nothing of the answer is kept but its status.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_address
from urllib.parse import urlsplit

from kvitt.adapters.addresses import HTTPS_PORT, AddressPolicy
from kvitt.adapters.exchange import Deadlines, Request
from kvitt.adapters.http import Http
from kvitt.adapters.outgoing import signature
from kvitt.domain.errors import ConfigurationError, Unreachable
from kvitt.domain.parcels import Parcel

DEADLINES = Deadlines(connect=3, read=8, write=5, total=10)
#: Nobody reads the answer.
_ANSWER_LIMIT = 10_000
_PORTS = {"https": HTTPS_PORT, "http": 80}


@dataclass(frozen=True, kw_only=True, slots=True)
class Courier:
    """Fits the Protocol of ``application/outgoing.py`` by shape."""

    http: Http
    now: Callable[[], datetime]

    def deliver(self, parcel: Parcel) -> int:
        """Post a parcel, and return the status of the answer.

        Raises Unreachable, OutcomeUnknown, MalformedReply or ConfigurationError.
        """
        url = urlsplit(parcel.url)
        body = parcel.body.encode()
        signed = signature.headers(
            body,
            message=str(parcel.id),
            at=self.now(),
            keys=[signature.key_of(secret) for secret in parcel.secrets],
        )
        request = Request(
            method="POST",
            path=(url.path or "/") + (f"?{url.query}" if url.query else ""),
            headers={"Content-Type": "application/json", **signed},
            body=body,
        )
        return self.http.send(
            request,
            base_url=f"{url.scheme}://{url.netloc}",
            deadlines=DEADLINES,
            limit=_ANSWER_LIMIT,
        ).status


def check_url(text: str, *, policy: AddressPolicy) -> None:
    """Raise ConfigurationError where nothing may be posted to an address.

    A name is resolved, and judged, each time something is posted to it.
    """
    try:
        url = urlsplit(text)
        port = url.port or _PORTS.get(url.scheme, 0)
    except ValueError:
        raise ConfigurationError("the address is not a URL") from None
    if not url.hostname or url.username or url.password or url.fragment:
        raise ConfigurationError("the address must be a URL with a host and without a login")
    policy.check_scheme(url.scheme, port=port)
    try:
        address = ip_address(url.hostname)
    except ValueError:
        return
    try:
        policy.check_address(address, secure=url.scheme == "https")
    except Unreachable as refused:
        raise ConfigurationError(str(refused)) from None
