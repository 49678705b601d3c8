"""A broker of the test run's own: Redis, started once.

``KVITT_TEST_BROKER_URL`` names one instead, Redis or RabbitMQ.
"""

import os
import shutil
import signal
import subprocess
from pathlib import Path

from running import free_port, read_until
from services import lodging

GIVEN = "KVITT_TEST_BROKER_URL"
PROGRAMS = ("redis-server", "valkey-server")
MISSING = (
    "no broker found: install Redis (Debian: apt install redis-server) or set "
    f"{GIVEN} to a Redis or RabbitMQ that tests may use"
)


def url() -> str:
    """Return the URL of the broker, started where it does not run yet, or say why not."""
    given = os.environ.get(GIVEN)
    if given:
        return given
    program = next((found for name in PROGRAMS if (found := shutil.which(name))), None)
    if program is None:
        lodging.missing(MISSING)
    return lodging.once("broker", lambda folder: _start(folder, program))


def stop(folder: Path) -> None:
    """Stop the broker of this run, where there is one."""
    record = folder / "broker.pid"
    if record.exists():
        os.kill(int(record.read_text()), signal.SIGTERM)


def _start(folder: Path, program: str) -> str:
    port = free_port()
    process = subprocess.Popen(
        [
            program,
            *("--port", port, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"),
            *("--dir", str(folder)),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # It outlives the worker of the test run that was first to need it.
        start_new_session=True,
    )
    read_until(process, "Ready to accept connections")
    assert process.stdout is not None
    process.stdout.close()
    (folder / "broker.pid").write_text(str(process.pid))
    return f"redis://127.0.0.1:{port}/0"
