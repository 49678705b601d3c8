"""Runs the sandbox's Klarna alone, with header names on the wire as Klarna spells them.

The server is the standard library's, a thread for each connection: it keeps the case of
header names, which some clients depend on (klarna-api.md §16.1), and it can break a
connection off with a TCP reset, which the faults use.
"""

import socket
import struct
import threading
from collections.abc import Callable
from socketserver import ThreadingMixIn
from typing import TYPE_CHECKING, Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

from kvitt.sandbox.klarna import delivery
from kvitt.sandbox.klarna.app import KlarnaApp

if TYPE_CHECKING:
    from wsgiref.types import WSGIApplication

#: How often due notices are looked for, in real seconds.
_TICK_SECONDS = 1.0


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    # A burst of connections waits instead of being refused.
    request_queue_size = 128


class _Handler(WSGIRequestHandler):
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

    def _abort(self) -> None:
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
