"""Connections that know when to stop, where not to go, and whether anything was sent.

The laws:

1. Every wait is cut to what is left of the call's total deadline, so that an answer
   that drips, in its headers or in its body, ends when it should.
2. The connection goes to an address that ``addresses.py`` has allowed, while the name
   stays the one that TLS checks and that ``Host`` carries.
3. ``Call.sent`` is true from the first byte of the request on. Before that a failure
   has certainly done nothing; after it, nobody knows.

Used by ``http.py`` alone.
"""

import math
import ssl
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import httpcore2

from kvitt.adapters import addresses
from kvitt.adapters.addresses import AddressPolicy, Resolver

#: Addresses of a host that are tried before giving up.
_TRIES = 3
#: Written in pieces, so that the deadline is looked at between them.
_PIECE = 65536


@dataclass(slots=True)
class Call:
    """One call under way, in the thread that makes it."""

    deadline: float
    clock: Callable[[], float]
    secure: bool
    sent: bool = False

    def left(self, limit: float | None) -> float:
        """Return how long the next wait may be. Raises httpcore2.ReadTimeout at the end."""
        remaining = self.deadline - self.clock()
        if remaining <= 0:
            raise httpcore2.ReadTimeout
        return remaining if limit is None else min(limit, remaining)


class CallInThread(threading.local):
    """The call that the present thread is making; before its first one, a call without end."""

    def __init__(self) -> None:
        self.current = Call(deadline=math.inf, clock=lambda: 0.0, secure=True)


class GuardedBackend(httpcore2.NetworkBackend):
    """Opens connections to allowed addresses only."""

    def __init__(
        self, *, policy: AddressPolicy, resolve: Resolver, calls: CallInThread
    ) -> None:
        self._policy = policy
        self._resolve = resolve
        self._calls = calls
        self._inner = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        """Connect to the first of the host's addresses that answers."""
        call = self._calls.current
        found = addresses.allowed_addresses(
            host, port=port, secure=call.secure, resolve=self._resolve, policy=self._policy
        )
        failure: Exception = httpcore2.ConnectError("no address answered")
        for address in found[:_TRIES]:
            wait = call.left(timeout)
            try:
                stream = self._inner.connect_tcp(
                    address, port, wait, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
            else:
                return GuardedStream(stream, self._calls)
        raise failure


class GuardedStream(httpcore2.NetworkStream):
    """A connection whose every wait ends with the call it serves."""

    def __init__(self, inner: httpcore2.NetworkStream, calls: CallInThread) -> None:
        self._inner = inner
        self._calls = calls

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Read what is there, or wait for it while the call lasts."""
        return self._inner.read(max_bytes, self._wait(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Write all of it, and note first that something has been sent."""
        for start in range(0, len(buffer), _PIECE):
            wait = self._wait(timeout)
            self._calls.current.sent = True
            self._inner.write(buffer[start : start + _PIECE], wait)

    def close(self) -> None:
        """Close the connection."""
        self._inner.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore2.NetworkStream:
        """Return the connection secured; the certificate must be the name's."""
        secured = self._inner.start_tls(ssl_context, server_hostname, self._wait(timeout))
        return GuardedStream(secured, self._calls)

    def get_extra_info(self, info: str) -> Any:
        """Return what the library asks about the socket."""
        return self._inner.get_extra_info(info)

    def _wait(self, timeout: float | None) -> float:
        return self._calls.current.left(timeout)
