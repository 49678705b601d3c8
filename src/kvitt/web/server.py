"""The server: granian, one process of bounded threads, stopped in order.

The supervisor process holds the socket and nothing else of ours. Its child builds the
application, starts what works in the background, and stops it again before it
ends: multiprocessing runs finalizers after the last request was answered.
"""

import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import util
from typing import Any

from granian.constants import Interfaces
from granian.server import Server

from kvitt.domain.errors import ConfigurationError, KvittError

#: Longer than the background work takes to stop (ten seconds), then the child is killed.
KILL_AFTER_SECONDS = 15
#: A server that takes no connection by then says why on its own.
READY_SECONDS = 30
#: Ports that are tried after a taken one.
PORTS_TRIED = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """What the child serves, and how it is stopped."""

    application: Callable[..., Any]
    stop: Callable[[], None]
    #: Called once connections are taken.
    ready: Callable[[], None]


def serve(
    start: Callable[[], Running], *, host: str, port: int, threads: int, workers: int = 1
) -> None:
    """Serve until a signal comes. ``start`` is called in the child, once."""
    server = Server(
        "kvitt",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=threads,
        workers_kill_timeout=KILL_AFTER_SECONDS,
        log_enabled=False,
        websockets=False,
    )

    def load() -> Callable[..., Any]:
        try:
            running = start()
        except KvittError as error:
            # In the child, which has no command line above it to say so.
            print(f"kvitt: {error}", file=sys.stderr)  # noqa: T201
            sys.exit(1)
        util.Finalize(None, running.stop, exitpriority=100)
        threading.Thread(target=_say_ready, args=(host, port, running.ready)).start()
        return running.application

    server.serve(target_loader=load, wrap_loader=False)


def _say_ready(host: str, port: int, ready: Callable[[], None]) -> None:
    """Wait until the server takes connections: it begins to only after it has us."""
    pause = threading.Event()
    for _ in range(READY_SECONDS * 50):
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            pause.wait(0.02)
        else:
            ready()
            return


def free_port(host: str, wanted: int, *, search: bool) -> int:
    """Return the wanted port, or the next free one where ``search`` allows it."""
    for port in range(wanted, min(wanted + PORTS_TRIED, 65536)):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError:
                if not search:
                    raise ConfigurationError(
                        f"port {port} on {host} is taken: choose another with --port"
                    ) from None
                continue
            return int(probe.getsockname()[1])
    raise ConfigurationError(
        f"ports {wanted} to {wanted + PORTS_TRIED - 1} on {host} are all taken"
    )
