"""The server: granian, one process of bounded threads, stopped in order.

The supervisor process holds the socket and nothing else of ours. Its child builds the
application, starts what works in the background, and stops it again before it
ends (``ending.py``): multiprocessing runs finalizers after the last request was answered.
A second signal ends both at once.
"""

import os
import socket
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import util
from typing import Any

from granian.constants import Interfaces
from granian.server.mp import MPServer

from kvitt.domain.errors import ConfigurationError, KvittError
from kvitt.web.ending import Ending, hear_signals, leave_while_starting

#: Longer than a child ever takes to end by itself (``ending.py``), then it is killed.
KILL_AFTER_SECONDS = 12
#: A server that takes no connection by then says why on its own.
READY_SECONDS = 30
#: What a shell adds to the number of the signal that ended a command.
_SIGNALLED = 128
#: Ports that are tried after a taken one.
PORTS_TRIED = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """What the child serves, and how it is stopped."""

    application: Callable[..., Any]
    #: Stops what works in the background, in seven seconds or so.
    stop: Callable[[], None]
    #: Gives back what requests needed, once none is answered any more.
    close: Callable[[], None]
    #: Called once connections are taken.
    ready: Callable[[], None]


class _Supervisor(MPServer):
    """Granian's, which hears one signal; this one hears the second as well."""

    def startup(self, *args: Any, **kwargs: Any) -> None:
        """Start the child, and only then a thread: a process with threads must not fork."""
        begin: Callable[..., None] = super().startup
        begin(*args, **kwargs)
        hear_signals(self._hear)

    def _hear(self, number: int) -> None:
        """End in order at the first signal, and at once at the second."""
        server: Any = self
        if not self._asked:
            self._asked = True
            server.signal_handler_interrupt()
            return
        for worker in server.wrks:
            worker.kill()
        # Anything gentler would wait for threads that wait for the workers.
        os._exit(_SIGNALLED + number)

    _asked = False


def serve(
    start: Callable[[], Running], *, host: str, port: int, threads: int, workers: int = 1
) -> None:
    """Serve until a signal comes. ``start`` is called in the child, once.

    A second signal ends this process with that signal's code.
    """
    server = _Supervisor(
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
        leave_while_starting()
        try:
            running = start()
        except KvittError as error:
            # In the child, which has no command line above it to say so.
            print(f"kvitt: {error}", file=sys.stderr)  # noqa: T201
            sys.exit(1)
        # Imported here: the supervisor stays without Django.
        from kvitt.web.settled import settle

        settle()
        ending = Ending(stop=running.stop, close=running.close)
        util.Finalize(None, ending.finish, exitpriority=100)
        ending.watch()
        threading.Thread(target=_say_ready, args=(host, port, running.ready)).start()
        return ending.counted(running.application)

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
