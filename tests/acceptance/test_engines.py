"""The same story on both engines: told, captured, stopped in the middle, started again.

On the second engine one of two machines also dies in the middle. A machine is a process
group here: ``kvitt work`` with the processes it forks. PostgreSQL and the broker are real,
and so is ``kill -9``.
"""

import os
import signal
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from acceptance.installation import MUG, Installation, Placed, ask, installed, wait_until
from installation import ENCRYPTION_KEY
from running import STOP_SECONDS, Process, command, serving_of
from services import broker, postgresql

CAPTURED = "Klarna order captured"
LEFT = "a look is left"
#: As short as a lease may be: a dead worker's order is free that soon.
LEASE_SECONDS = "10"
#: Klarna is silent for longer than anybody waits who is to find, kill or stop a machine.
SILENCE_SECONDS = 90


def served(
    engine: str,
    installation: Installation,
    running: ExitStack,
    *,
    hears: list[str] | None = None,
) -> list[Process]:
    """Start all processes of an installation; return those that carry out orders."""

    def start(*words: str, ready: str, hears: list[str] | None = None) -> Process:
        own = installation.settings
        begun = serving_of(command(), *words, ready=ready, settings=own, hears=hears)
        return running.enter_context(begun)[0]

    if engine == "threads":
        return [start("serve", ready="kvitt serves", hears=hears)]
    start("serve", ready="kvitt serves")
    words = ("work", "--beat", "--processes", "2")
    return [start(*words, ready="kvitt works", hears=hears) for _ in range(2)]


@pytest.fixture(params=["threads", "celery"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def installation(engine: str, tmp_path: Path) -> Iterator[Installation]:
    settings = {
        "KVITT_ENGINE": engine,
        "KVITT_LEASE_SECONDS": LEASE_SECONDS,
        "KVITT_ENCRYPTION_KEYS": ENCRYPTION_KEY,
        "KVITT_SECRET_KEY": "the machines of this test share it",
    }
    with ExitStack() as opened:
        if engine == "celery":
            settings["KVITT_BROKER_URL"] = opened.enter_context(broker.lent())
            settings["KVITT_DATABASE_URL"] = opened.enter_context(postgresql.fresh_database())
        yield opened.enter_context(installed(tmp_path, **settings))


def assert_captured_once(installation: Installation, placed: Placed) -> None:
    """Klarna's own books and the shop's notes both say once."""
    record = installation.klarna_record(placed)
    assert record["captured_amount"] == record["order_amount"] == MUG
    assert len(record["captures"]) == 1
    assert len([note for note in installation.notes(placed) if CAPTURED in note]) == 1


def capture_into_silence(installation: Installation) -> Placed:
    """Ship an order that Klarna captures, and of which its answer does not arrive."""
    ask(
        f"{installation.klarna_url}/__sim/settings",
        {"timeout_seconds": SILENCE_SECONDS},
        method="PATCH",
    )
    fault = {"name": "timeout_after_commit", "operation": "create_capture"}
    placed = installation.buy()
    ask(f"{installation.klarna_url}/__sim/faults", fault, method="POST")
    installation.complete(placed)
    installation.wait_for_capture(placed)
    assert not any(CAPTURED in note for note in installation.notes(placed))
    return placed


def test_the_story_whatever_drives_the_queue(engine: str, installation: Installation) -> None:
    """Every order that is shipped is captured once, also one that a stop falls into.

    SIGTERM means the same on both engines: what takes too long is left where it is, and the
    next start finds out what became of it. The end is in order, and says what it has left.
    """
    said: list[str] = []
    with ExitStack() as running:
        machines = served(engine, installation, running, hears=said)
        installation.connect()
        bought = [installation.buy() for _ in range(4)]
        for placed in bought:
            installation.complete(placed)
        for placed in bought:
            installation.wait_for_note(placed, CAPTURED)
        bought.append(capture_into_silence(installation))
        for machine in machines:
            machine.send_signal(signal.SIGTERM)
        for machine in machines:
            assert machine.wait(timeout=STOP_SECONDS) == 0
        assert not any(CAPTURED in note for note in installation.notes(bought[-1]))
    assert any(LEFT in line for line in said)
    with ExitStack() as running:
        served(engine, installation, running)
        installation.wait_for_note(bought[-1], CAPTURED)

        for placed in bought:
            assert_captured_once(installation, placed)


def test_a_second_signal_ends_at_once(engine: str, installation: Installation) -> None:
    """Whoever stops twice does not wait for Klarna: the code is that of a signal.

    What is left is what ``kill -9`` leaves.
    """
    with ExitStack() as running:
        machines = served(engine, installation, running)
        installation.connect()
        placed = capture_into_silence(installation)
        for machine in machines:
            machine.send_signal(signal.SIGTERM)
            machine.send_signal(signal.SIGINT)
        codes = {machine.wait(timeout=STOP_SECONDS) for machine in machines}
        assert not any(CAPTURED in note for note in installation.notes(placed))

    # Two signals that wait together are delivered in the order of their numbers.
    assert codes <= {128 + signal.SIGINT, 128 + signal.SIGTERM}


@pytest.mark.parametrize("engine", ["celery"], indirect=True)
def test_a_machine_that_dies_in_the_middle_of_a_capture_loses_and_doubles_nothing(
    engine: str, installation: Installation
) -> None:
    """Klarna has captured and its answer is on the way: the other machine finds that out."""
    with ExitStack() as running:
        machines = served(engine, installation, running)
        installation.connect()
        first = capture_into_silence(installation)
        killed = kill_machine_that_holds(first, installation, machines)
        others = [installation.buy() for _ in range(3)]
        for placed in others:
            installation.complete(placed)
        for placed in (first, *others):
            installation.wait_for_note(placed, CAPTURED)

        for placed in (first, *others):
            assert_captured_once(installation, placed)
        assert [machine.poll() is None for machine in machines] == [
            machine is not killed for machine in machines
        ]


def kill_machine_that_holds(
    placed: Placed, installation: Installation, machines: list[Process]
) -> Process:
    """Kill the machine whose process has the order, with all it has forked."""
    url = installation.settings["KVITT_DATABASE_URL"]
    holders: list[str] = []

    def is_held() -> bool:
        rows = postgresql.query(
            url,
            "SELECT lease_owner FROM kvitt_order"
            " WHERE store_order_id = %s AND lease_owner <> ''",
            (placed.order_id,),
        )
        holders.extend(owner for (owner,) in rows)
        return bool(holders)

    wait_until(is_held)
    # The owner is called after its machine and its process.
    group = os.getpgid(int(holders[0].rpartition("-")[2]))
    (machine,) = [each for each in machines if each.pid == group]
    os.killpg(group, signal.SIGKILL)
    machine.wait()
    return machine
