"""A broker of the test run's own: Redis, started once.

``KVITT_TEST_BROKER_URL`` names one instead, Redis or RabbitMQ.
"""

import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from running import free_port
from services import lodging

GIVEN = "KVITT_TEST_BROKER_URL"
PATIENCE_SECONDS = 60
PROGRAMS = ("redis-server", "valkey-server")
MISSING = (
    "no broker found: install Redis (Debian: apt install redis-server) or set "
    f"{GIVEN} to a Redis or RabbitMQ that tests may use"
)


@contextmanager
def lent() -> Iterator[str]:
    """Give the URL of a broker whose messages no other test of this run takes.

    The workers of two tests would take each other's calls from one that was given.
    """
    with lodging.alone("broker") if os.environ.get(GIVEN) else nullcontext():
        yield _url()


def _url() -> str:
    """Return the URL of the broker, started where it does not run yet, or say why not.

    Each worker of the test run has a numbered database of its own in it.
    """
    given = os.environ.get(GIVEN)
    if given:
        return given
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        lodging.missing(MISSING)
    number = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    return lodging.once("broker", lambda folder: _start(folder, program)) + number


def stop(folder: Path) -> None:
    """Stop the broker of this run, where there is one."""
    record = folder / "broker.pid"
    if record.exists():
        os.kill(int(record.read_text()), signal.SIGTERM)


def _start(folder: Path, program: str) -> str:
    port = free_port()
    subprocess.run(
        [
            program,
            *("--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
            # It outlives the worker of the test run that was first to need it.
            *("--daemonize", "yes", "--pidfile", str(folder / "broker.pid")),
            *("--dir", str(folder), "--logfile", str(folder / "broker.log")),
        ],
        check=True,
        timeout=PATIENCE_SECONDS,
    )
    _wait_for(int(port))
    return f"redis://127.0.0.1:{port}/"


def _wait_for(port: int) -> None:
    deadline, pause = time.monotonic() + PATIENCE_SECONDS, threading.Event()
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "the broker does not answer"
            pause.wait(0.05)
        else:
            return
