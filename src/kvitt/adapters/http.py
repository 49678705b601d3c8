"""The one HTTP client. It carries a ``Request`` to a service and brings back a ``Reply``.

The laws:

1. Every call ends by its total deadline, and no answer is read beyond its size limit.
2. Nothing is sent twice, no redirect is followed, no cookie is kept, and no proxy of the
   environment is used. Whether to ask again is decided elsewhere, on evidence.
3. No error of the library gets out. What failed before the first byte was written is
   ``Unreachable``; what failed after it is ``OutcomeUnknown``.
4. No message holds a header, a query or a body.
"""

import ssl
import time
from collections.abc import Callable, Iterator
from functools import cache
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path
from typing import Self
from urllib.parse import quote, urlencode

import httpcore2
import httpx2

from kvitt.adapters import addresses
from kvitt.adapters.addresses import AddressPolicy, Resolver
from kvitt.adapters.exchange import Deadlines, Reply, Request
from kvitt.adapters.network import Call, CallInThread, GuardedBackend
from kvitt.domain.errors import ConfigurationError, MalformedReply, OutcomeUnknown, Unreachable
from kvitt.version import __version__

USER_AGENT = f"kvitt/{__version__}"
#: The most that is read of an answer, unless the caller says otherwise.
ANSWER_LIMIT = 1_000_000
#: A hundred orders of a shop are about half a megabyte.
LIST_LIMIT = 8_000_000
_IDLE_SECONDS = 15.0
_FIRST_ERROR_STATUS = 400
_DEFAULT_PORTS = {"http": 80, "https": addresses.HTTPS_PORT}


class Http:
    """A bounded pool of connections; safe to share between threads.

    One for each shop and one for each Klarna account keeps a slow service from taking
    the connections of the others.
    """

    def __init__(
        self,
        *,
        policy: AddressPolicy = addresses.PUBLIC_ONLY,
        resolve: Resolver = addresses.system_resolver,
        connections: int = 16,
        clock: Callable[[], float] = time.monotonic,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._calls = CallInThread()
        pool = httpcore2.ConnectionPool(
            ssl_context=tls or _tls(),
            max_connections=connections,
            max_keepalive_connections=connections,
            keepalive_expiry=_IDLE_SECONDS,
            network_backend=GuardedBackend(policy=policy, resolve=resolve, calls=self._calls),
        )
        self._client = httpx2.Client(
            transport=_Transport(pool),
            trust_env=False,
            follow_redirects=False,
            cookies=CookieJar(policy=DefaultCookiePolicy(allowed_domains=[])),
            # Compressed answers would let a small one grow without limit in memory.
            headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
        )

    def check_base_url(self, base_url: str) -> None:
        """Raise ConfigurationError where no call to this address could be right."""
        url = _parse(base_url)
        if url.userinfo or url.query or url.fragment or not url.host:
            raise ConfigurationError("the address must be a plain URL with a host")
        port = _DEFAULT_PORTS.get(url.scheme, 0) if url.port is None else url.port
        self._policy.check_scheme(url.scheme, port=port)

    def send(
        self,
        request: Request,
        *,
        base_url: str,
        deadlines: Deadlines,
        limit: int = ANSWER_LIMIT,
    ) -> Reply:
        """Send once and return the answer, whatever its status.

        Raises Unreachable, OutcomeUnknown, and MalformedReply for an answer of success
        that is larger than the limit.
        """
        self.check_base_url(base_url)
        _check_headers(request)
        url = _parse(base_url.rstrip("/") + _target(request))
        call = Call(
            deadline=self._clock() + deadlines.total,
            clock=self._clock,
            secure=url.scheme == "https",
        )
        self._calls.current = call
        try:
            return self._exchange(request, url=url, deadlines=deadlines, limit=limit)
        # ValueError: the library's, for what it cannot put on the wire at all.
        except (*_FAILURES, ValueError) as error:
            raise _failure(request, url=url, sent=call.sent) from error

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _exchange(
        self, request: Request, *, url: httpx2.URL, deadlines: Deadlines, limit: int
    ) -> Reply:
        with self._client.stream(
            request.method,
            url,
            headers=dict(request.headers),
            content=request.body or None,
            timeout=httpx2.Timeout(
                connect=deadlines.connect,
                read=deadlines.read,
                write=deadlines.write,
                pool=deadlines.connect,
            ),
        ) as response:
            body = _read(response, limit=limit)
            headers = {name.lower(): value for name, value in response.headers.items()}
            return Reply(response.status_code, headers, body)


_FAILURES = (
    httpcore2.TimeoutException,
    httpcore2.NetworkError,
    httpcore2.ProtocolError,
    httpcore2.ProxyError,
    httpx2.HTTPError,
    httpx2.StreamError,
    OSError,
)


class _Transport(httpx2.BaseTransport):
    """Lets the client use our pool, whose connections are guarded."""

    def __init__(self, pool: httpcore2.ConnectionPool) -> None:
        self._pool = pool

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        url = httpcore2.URL(
            scheme=request.url.raw_scheme,
            host=request.url.raw_host,
            port=request.url.port,
            target=request.url.raw_path,
        )
        reply = self._pool.handle_request(
            httpcore2.Request(
                method=request.method,
                url=url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
        )
        return httpx2.Response(
            status_code=reply.status, headers=reply.headers, stream=_Answer(reply)
        )

    def close(self) -> None:
        self._pool.close()


class _Answer(httpx2.SyncByteStream):
    """The body of an answer, as it arrives."""

    def __init__(self, reply: httpcore2.Response) -> None:
        self._reply = reply

    def __iter__(self) -> Iterator[bytes]:
        yield from self._reply.iter_stream()

    def close(self) -> None:
        self._reply.close()


def trusting(ca_file: Path) -> ssl.SSLContext:
    """Return the system's trust with certificates of one's own. Raises ConfigurationError."""
    context = httpx2.create_ssl_context(trust_env=False)
    try:
        context.load_verify_locations(cafile=str(ca_file))
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(
            f"the certificates in {ca_file} cannot be read: give a file of PEM certificates"
        ) from error
    return context


@cache
def _tls() -> ssl.SSLContext:
    """Return the system's trust, read once: it takes longer than most calls do."""
    return httpx2.create_ssl_context(trust_env=False)


def _parse(text: str) -> httpx2.URL:
    try:
        return httpx2.URL(text)
    except (httpx2.InvalidURL, ValueError) as error:
        raise ConfigurationError("the address is not a URL") from error


def _target(request: Request) -> str:
    if not request.query:
        return request.path
    return f"{request.path}?{urlencode(request.query, quote_via=quote)}"


def _check_headers(request: Request) -> None:
    """Keep the library from complaining about a header by printing it."""
    for name, value in request.headers.items():
        if not (value.isascii() and value.isprintable()):
            raise ConfigurationError(f"the header {name} cannot be sent as it is")


def _read(response: httpx2.Response, *, limit: int) -> bytes:
    """Read the body up to the limit; of an error no more than that is wanted."""
    body = bytearray()
    for piece in response.iter_raw():
        body += piece
        if len(body) <= limit:
            continue
        if response.status_code < _FIRST_ERROR_STATUS:
            raise MalformedReply(f"the answer is longer than {limit} bytes")
        break
    return bytes(body[:limit])


def _failure(request: Request, *, url: httpx2.URL, sent: bool) -> Unreachable | OutcomeUnknown:
    call = f"{request.method} {url.host}{request.path}"
    if sent:
        return OutcomeUnknown(f"{call}: sent, and no whole answer came")
    return Unreachable(f"{call}: no connection, so nothing was sent")
