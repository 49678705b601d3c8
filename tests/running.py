"""The installed command as a process of its own: fixtures that acceptance tests import."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

#: Longer than any start takes; a start that hangs fails here instead of holding up the run.
START_SECONDS = 90
#: Longer than what is under way may take to end.
STOP_SECONDS = 60

Process = subprocess.Popen[str]
Said = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Demo:
    """A running demo, and what its two practice services say of themselves."""

    url: str
    process: Process
    said: tuple[str, ...]

    def klarna_record(self, klarna_order_id: str) -> dict[str, Any]:
        """Return the practice Klarna's own record of an order, not ours."""
        return self.ask(f"/klarna/__sim/orders/{klarna_order_id}")

    def shop_record(self, order_id: int) -> dict[str, Any]:
        """Return the order as the practice shop's REST API gives it."""
        return self.ask(f"/shop/wp-json/wc/v3/orders/{order_id}?dp=6&{self._keys}")

    def put_order(self, order_id: int, changes: dict[str, Any]) -> None:
        """Change the order over the practice shop's REST API, as an ERP would."""
        path = f"/shop/wp-json/wc/v3/orders/{order_id}?{self._keys}"
        self.ask(path, changes, method="PUT")

    def post_refund(self, order_id: int, refund: dict[str, Any]) -> None:
        """Book a refund over the practice shop's REST API."""
        path = f"/shop/wp-json/wc/v3/orders/{order_id}/refunds?{self._keys}"
        self.ask(path, refund, method="POST")

    @property
    def _keys(self) -> str:
        words = " ".join(self.said).split()
        key = next(word for word in words if word.startswith("ck_"))
        secret = next(word for word in words if word.startswith("cs_"))
        return f"consumer_key={key}&consumer_secret={secret}"

    def ask(self, path: str, body: object = None, *, method: str = "GET") -> dict[str, Any]:
        """Ask one of the practice services something."""
        request = urllib.request.Request(  # noqa: S310 - an address of this machine
            f"{self.url}{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
            method=method,
        )
        with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - the same
            text = answer.read()
        found: dict[str, Any] = json.loads(text or b"{}")
        return found


def command() -> Path:
    """Return the installed command."""
    return Path(sys.executable).with_name("kvitt")


def environment(**settings: str) -> dict[str, str]:
    """Return this process's environment without settings of ours, and with those given."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KVITT_", "DJANGO_", "COV_"))
    }
    return {**kept, "PYTHONUNBUFFERED": "1", "COLUMNS": "200", **settings}


@contextmanager
def serving(*words: str, ready: str, **settings: str) -> Iterator[tuple[Process, Said]]:
    """Run a command that serves until the block ends, and give what it said until ready.

    It is stopped with Ctrl-C, and has to end as it should.
    """
    with serving_of(command(), *words, ready=ready, settings=settings) as found:
        yield found


@contextmanager
def serving_of(
    program: Path,
    *words: str,
    ready: str,
    settings: Mapping[str, str],
    hears: list[str] | None = None,
) -> Iterator[tuple[Process, Said]]:
    """Do the same with another installation's command.

    What it says after it was ready is added to the list that hears it, which is complete when
    the block has ended.
    """
    process = subprocess.Popen(
        [str(program), *words],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment(**settings),
        start_new_session=True,
    )
    said = read_until(process, ready)
    reader = threading.Thread(target=drain, args=(process, [] if hears is None else hears))
    reader.start()
    try:
        yield process, said
    finally:
        # A test may have ended it already, as a crash does.
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(timeout=STOP_SECONDS)
        finally:
            # With all it has forked: those would keep its output open, and the reader reading.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            reader.join()


@contextmanager
def demo_of(data: Path, *words: str, program: Path | None = None) -> Iterator[Demo]:
    """Run a demo over a folder, at a port of its own, until the block ends."""
    given = ("demo", "--port", free_port(), "--data", str(data), *words)
    serves = serving_of(program or command(), *given, ready="Ready.", settings={})
    with serves as (process, said):
        url = next(line.split()[1] for line in said if "Console" in line).rstrip("/")
        yield Demo(url=url, process=process, said=said)
    assert process.returncode == 0


def read_until(process: Process, word: str) -> tuple[str, ...]:
    """Return what the process says up to a line that holds the word."""
    said: list[str] = []
    watchdog = threading.Timer(START_SECONDS, process.kill)
    watchdog.start()
    try:
        assert process.stdout is not None
        for line in process.stdout:
            said.append(line.rstrip())
            if word in line:
                return tuple(said)
    finally:
        watchdog.cancel()
    raise AssertionError("it ended before it was ready:\n" + "\n".join(said))


def drain(process: Process, hears: list[str]) -> None:
    """Read on, also what nobody looks at, so that the process never waits for a reader."""
    assert process.stdout is not None
    with process.stdout as said:
        hears.extend(said)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    """A demo of its own folder and port; stopped with Ctrl-C at the end."""
    with demo_of(tmp_path_factory.mktemp("demo")) as running:
        yield running


def free_port() -> str:
    """Return a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])
