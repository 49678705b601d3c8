"""The webhook front: a small WSGI application that stands before Django.

1. Cap the size; read the body.
2. Find the shop by the address; check the signature of the raw bytes.
3. Only then look at what the body says.
4. Store it durably; answer 200 after the commit.

The law (reliability.md §4.6, §4.17): 200 is durable, and input nobody has signed
changes nothing but a counter. An unknown address and a bad signature get the same
answer. Any status but 200 to 302 counts towards the shop switching its webhook off,
so whatever is signed is taken, also what cannot be read.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

from django.db import DatabaseError, close_old_connections

from kvitt.adapters.database.inbox import Received, Trace
from kvitt.adapters.database.models import DeliveryState
from kvitt.domain.errors import WebhookRejected
from kvitt.domain.shop import host_of
from kvitt.web.hooks import bodies
from kvitt.web.hooks.doors import Door, Doors
from kvitt.web.hooks.writer import NotStored, Writer

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

PREFIX = "/hooks/"
LARGEST_BODY = 1024 * 1024
_CHUNK = 64 * 1024
#: Reading a body may take this long, seconds, as far as the server hands over parts of it.
_LONGEST_READ = 20.0

# Sent when a webhook is made: unsigned, and anything but exactly 200 leaves the webhook
# pending (woocommerce-facts.md §10, Creation).
_PING = re.compile(rb"webhook_id=[0-9]{1,20}")
# A host as a shop writes its own; nothing else is repeated to anybody.
_HOST = re.compile(r"[a-z0-9.:_\[\]-]{1,200}")
#: Checked for an unknown address, so that it takes as long as a known one.
_DECOY = ("no shop signs with this",)


class Check(Protocol):
    """Checks a signature over raw bytes. Raises WebhookRejected."""

    def __call__(self, body: bytes, *, signature: str, secrets: Sequence[str]) -> None:
        """Return where one of the secrets has signed the body."""
        ...


class _Refusal(Exception):
    """An answer that is not 200, and what is counted."""

    def __init__(self, status: str, reason: str, *, shop: int = 0) -> None:
        self.status = status
        self.reason = reason
        self.shop = shop
        super().__init__(reason)


@dataclass(frozen=True, kw_only=True, slots=True)
class HookFront:
    """Answers ``/hooks/<token>``."""

    doors: Doors
    check: Check
    writer: Writer
    now: Callable[[], datetime]
    monotonic: Callable[[], float]

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Take in one delivery."""
        try:
            status = self._take_in(environ)
        except _Refusal as refusal:
            status = refusal.status
            self.writer.count(Trace(refusal.shop, refusal.reason))
        except (NotStored, DatabaseError):
            # Not 200: what is not stored may not be acknowledged.
            close_old_connections()
            status = "503 Service Unavailable"
        headers = [("Content-Type", "text/plain"), ("Content-Length", "0")]
        if status.startswith("405"):
            headers.append(("Allow", "POST"))
        start_response(status, headers)
        return (b"",)

    def _take_in(self, environ: "WSGIEnvironment") -> str:
        if environ["REQUEST_METHOD"] != "POST":
            raise _Refusal("405 Method Not Allowed", "method")
        body = self._read(environ)
        token = environ["PATH_INFO"].removeprefix(PREFIX)
        signature = environ.get("HTTP_X_WC_WEBHOOK_SIGNATURE", "")
        if not signature and _PING.fullmatch(body):
            return self._answer_ping(token)
        door = self._open(token, body, signature)
        self.writer.submit(self._received(door, body, environ))
        return "200 OK"

    def _answer_ping(self, token: str) -> str:
        door = self.doors.find(token) or self.doors.find_anew(token)
        if door is None:
            raise _unauthorized(door)
        self.writer.count(Trace(door.shop, "ping"))
        return "200 OK"

    def _open(self, token: str, body: bytes, signature: str) -> Door:
        """Return the door that the signature opens, with its secrets read anew if need be."""
        for find in (self.doors.find, self.doors.find_anew):
            door = find(token)
            try:
                self.check(body, signature=signature, secrets=door.secrets if door else _DECOY)
            except WebhookRejected:
                continue
            if door is not None:
                return door
        raise _unauthorized(door)

    def _received(self, door: Door, body: bytes, environ: "WSGIEnvironment") -> Received:
        reading = bodies.read(body)
        return Received(
            shop=door.shop,
            received_at=self.now(),
            topic=environ.get("HTTP_X_WC_WEBHOOK_TOPIC", ""),
            body_sha256=sha256(body).hexdigest(),
            state=DeliveryState(reading.what),
            resource_id=reading.order_id,
            body=body if reading.what is bodies.What.UNREADABLE else None,
            elsewhere=_elsewhere(door, environ.get("HTTP_X_WC_WEBHOOK_SOURCE", "")),
        )

    def _read(self, environ: "WSGIEnvironment") -> bytes:
        """Return the whole body, or refuse it by its size before anything else is known."""
        length = environ.get("CONTENT_LENGTH", "")
        if not length.isascii() or not length.isdigit():
            raise _Refusal("411 Length Required", "no_length")
        # Longer numbers than this are not read as numbers at all.
        if len(length) > len(str(LARGEST_BODY)) or int(length) > LARGEST_BODY:
            raise _Refusal("413 Content Too Large", "too_large")
        return self._read_parts(environ, int(length))

    def _read_parts(self, environ: "WSGIEnvironment", length: int) -> bytes:
        deadline = self.monotonic() + _LONGEST_READ
        parts: list[bytes] = []
        missing = length
        while missing and (part := environ["wsgi.input"].read(min(missing, _CHUNK))):
            parts.append(part)
            missing -= len(part)
            if self.monotonic() > deadline:
                raise _Refusal("408 Request Timeout", "too_slow")
        if missing:
            raise _Refusal("400 Bad Request", "cut_off")
        return b"".join(parts)


def _elsewhere(door: Door, source: str) -> str:
    """Return the host that a delivery says it comes from, where it is not the shop's.

    The header is not signed, so this is a reason to look at the shop and nothing more. Only
    hosts are compared: a shop in several languages has an address for each.
    """
    host = host_of(source)
    if not door.hosts or host in door.hosts or not _HOST.fullmatch(host):
        return ""
    return host


def _unauthorized(door: Door | None) -> _Refusal:
    reason = "bad_signature" if door else "unknown_address"
    return _Refusal("401 Unauthorized", reason, shop=door.shop if door else 0)
