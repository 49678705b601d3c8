"""The folder that the services of one test run share, and the lock before it.

The process that starts the run makes the folder and takes it away; workers of xdist are
told of it by the environment, so that each service is started once, by whoever needs it
first, and not at all where no test does.
"""

import fcntl
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

FOLDER = "KVITT_TEST_SERVICES_FOLDER"
REQUIRED = "KVITT_TEST_SERVICES_REQUIRED"

#: What is called with the folder at the end of the run, by the process that began it.
Ending = Callable[[Path], object]


def begin() -> None:
    """Make the folder, unless this process was told of one."""
    if FOLDER not in os.environ:
        folder = Path(tempfile.mkdtemp(prefix="kvitt-services-"))
        # PostgreSQL refuses to run as root: the user it runs as then has to pass through.
        folder.chmod(0o711)
        os.environ[FOLDER] = str(folder)


def end(*endings: Ending) -> None:
    """Stop what was started, and take the folder away."""
    folder = Path(os.environ.pop(FOLDER))
    for ending in endings:
        ending(folder)
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def locked() -> Iterator[Path]:
    """Give the folder to one process of the run at a time."""
    folder = Path(os.environ[FOLDER])
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield folder


@contextmanager
def alone(name: str) -> Iterator[None]:
    """Let one test of the run at a time have what cannot be shared."""
    with (Path(os.environ[FOLDER]) / f"{name}.alone").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def once(name: str, make: Callable[[Path], str]) -> str:
    """Return what was made for this run; the first who asks makes it."""
    with locked() as folder:
        record = folder / f"{name}.made"
        if not record.exists():
            record.write_text(make(folder))
        return record.read_text()


def missing(why: str) -> NoReturn:
    """Say why a test does not run; where services are required, that is a failure."""
    if os.environ.get(REQUIRED):
        pytest.fail(why)
    pytest.skip(why)
