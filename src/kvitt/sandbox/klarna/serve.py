"""Runs the sandbox's Klarna alone, with header names on the wire as Klarna spells them.

The server is the standard library's, a thread for each connection: it keeps the case of
header names, which some clients depend on (klarna-api.md §16.1), and it can break a
connection off with a TCP reset, which the faults use. It speaks HTTP/1.1 and keeps a
connection open for the next call, as the real service does (§1).
"""

import socket
import struct
import threading
from collections.abc import Callable
from http import HTTPStatus
from io import BytesIO
from socketserver import ThreadingMixIn
from typing import IO, TYPE_CHECKING, Any, cast
from wsgiref.headers import Headers
from wsgiref.simple_server import ServerHandler, WSGIRequestHandler, WSGIServer

from werkzeug.serving import DechunkedInput

from kvitt.sandbox.klarna import delivery
from kvitt.sandbox.klarna.app import KlarnaApp

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

#: How often due notices are looked for, in real seconds.
_TICK_SECONDS = 1.0
#: Seconds a connection may wait for its next request.
_IDLE_SECONDS = 60
#: A longer body is left unread, and its connection closed after the answer.
_MOST_READ = 4 * 1024 * 1024
_LONGEST_LINE = 65536
_BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    # A burst of connections waits instead of being refused.
    request_queue_size = 128


class _Answering(ServerHandler):
    """One answer, which knows whether the connection can be used again after it."""

    # The library's own, which its stubs do not know.
    headers: Headers | None
    environ: dict[str, Any] | None
    bytes_sent: int
    status: str | None
    request_handler: "_Handler"

    http_version = "1.1"
    is_whole = False

    def cleanup_headers(self) -> None:
        """Say so where only the end of the connection tells how long an answer is."""
        status = int((self.status or "500").split()[0])
        if status not in _BODILESS:
            super().cleanup_headers()
        if self.headers is not None:
            known = "Content-Length" in self.headers or status in _BODILESS
            self.is_whole = known
            if not known or self.request_handler.close_connection:
                self.headers["Connection"] = "close"

    def close(self) -> None:
        """Note an answer that ended before the length it promised."""
        if self.headers is not None and self.environ is not None:
            promised = int(self.headers.get("Content-Length") or 0)
            short = self.environ["REQUEST_METHOD"] != "HEAD" and self.bytes_sent < promised
            self.is_whole = self.is_whole and not short
        super().close()

    def _write(self, data: bytes) -> None:
        # Of a connection that was broken off not a byte more is heard.
        if not self.request_handler.is_aborted:
            super()._write(data)


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_SECONDS
    # Headers and body go out together, and at once: nothing waits for an acknowledgement.
    wbufsize = -1
    disable_nagle_algorithm = True
    is_aborted = False

    def handle(self) -> None:
        """Answer requests until either side has had enough."""
        self.close_connection = False
        while not self.close_connection:
            try:
                self._answer_one()
            except OSError:
                # Gone, or silent for too long: there is nobody to tell.
                self.close_connection = True

    def get_environ(self) -> dict[str, Any]:
        """Offer the application a way to break the connection off."""
        environ: dict[str, Any] = super().get_environ()
        environ[delivery.ABORT] = self._abort
        return environ

    def address_string(self) -> str:
        """Return the caller's number; looking names up would slow every request."""
        return str(self.client_address[0])

    # The name of the argument is the library's.
    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Stay silent: the journal has every request."""

    def _answer_one(self) -> None:
        self.raw_requestline = self.rfile.readline(_LONGEST_LINE + 1)
        self.close_connection = True
        if not self.raw_requestline:
            return
        if len(self.raw_requestline) > _LONGEST_LINE:
            self.requestline = self.request_version = self.command = ""
            self.send_error(HTTPStatus.REQUEST_URI_TOO_LONG)
        elif self.parse_request():
            self._answer_parsed()

    def _answer_parsed(self) -> None:
        environ = self.get_environ()
        try:
            body = self._body()
        except ValueError:
            self.close_connection = True
            self.send_error(HTTPStatus.BAD_REQUEST)
            return
        environ["CONTENT_LENGTH"] = str(len(body))
        environ.pop("HTTP_TRANSFER_ENCODING", None)
        answering = _Answering(
            BytesIO(body),
            cast("IO[bytes]", self.wfile),
            self.get_stderr(),
            environ,
            multithread=True,
        )
        answering.request_handler = self
        # The library's stubs know a handler's server only by its base.
        application = self.server.get_app()  # type: ignore[attr-defined]
        answering.run(application)
        self.close_connection = self.close_connection or not answering.is_whole

    def _body(self) -> bytes:
        """Read what belongs to this request, so that the next one begins behind it."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            body: bytes = DechunkedInput(cast("IO[bytes]", self.rfile)).read(_MOST_READ)
            self.close_connection = self.close_connection or len(body) >= _MOST_READ
            return body
        length = int(self.headers.get("Content-Length") or 0)
        if length < 0:
            raise ValueError("a length below zero")
        self.close_connection = self.close_connection or length > _MOST_READ
        return self.rfile.read(min(length, _MOST_READ))

    def _abort(self) -> None:
        self.is_aborted = self.close_connection = True
        # Lingering for zero seconds makes the close a reset instead of an end.
        linger = struct.pack("ii", 1, 0)
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        self.connection.close()


def make_server(app: "WSGIApplication", *, host: str, port: int) -> WSGIServer:
    """Return a server of any application that listens; port 0 takes a free one."""
    server = _Server((host, port), _Handler)
    server.set_app(app)
    return server


def serve(
    app: KlarnaApp,
    *,
    host: str = "127.0.0.1",
    port: int = 8400,
    ready: Callable[[WSGIServer], None] = lambda _server: None,
) -> None:
    """Run until interrupted, or until the server that `ready` is given is shut down.

    `ready` is called once connections are taken; `server_port` says where.
    """
    stopping = threading.Event()
    with make_server(app, host=host, port=port) as server:
        ticker = threading.Thread(target=_tick, args=(app, stopping), daemon=True)
        ticker.start()
        ready(server)
        try:
            server.serve_forever()
        finally:
            stopping.set()
            ticker.join()


def _tick(app: KlarnaApp, stopping: threading.Event) -> None:
    while not stopping.wait(_TICK_SECONDS):
        app.tick()
