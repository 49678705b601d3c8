"""Try mutants inside one pytest that is already warm: the plugin behind ``scripts/mutants``.

The tests are collected and run once on the unchanged code, which tells which function each
test runs and how long it takes. Each mutant is then tried in a process forked from that one,
so nothing is imported or collected again. Tests that caught a mutant of the same function
go first, then the quick ones. A child ends at the first test that fails.

Law: nothing but a failed test, or an end of the CPU time or memory given, counts as noticed.
Tests of random examples are left out: what only they would notice counts as not noticed.
"""

import json
import os
import resource
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from _pytest.runner import runtestprotocol
from mutmut.state import state

WORK = Path("work.json")
OUTCOMES = Path("outcomes.jsonl")
#: What the trampolines of mutmut look at.
ACTIVE = "MUTANT_UNDER_TEST"
CHILDREN = 2
#: A mutant that loops: seconds of CPU beside five times what its tests take, and bytes.
SECONDS, MEMORY = 10, 3 * 2**30
#: Seconds that a test takes which is worth a place among quicker ones.
SLOW = 0.2
SURVIVED = "survived"
NO_TEST = "no test"


class Trial:
    """Which tests run which function, and which of them have caught a mutant of it."""

    def __init__(self, items: list[pytest.Item]) -> None:
        self._items = items
        self._seconds: dict[pytest.Item, float] = {}
        self._covering: defaultdict[str, list[pytest.Item]] = defaultdict(list)
        self._caught: Counter[tuple[str, pytest.Item]] = Counter()
        self._running: dict[int, tuple[str, list[pytest.Item], int]] = {}

    def watch(self) -> None:
        """Run every test once on the unchanged code; all must pass."""
        # mutmut's trampolines write here which functions were called; it has no public name.
        called = state()._stats  # noqa: SLF001
        for item in self._items:
            os.environ[ACTIVE] = "stats"
            called.clear()
            started = time.process_time()
            if failed(item):
                pytest.exit(f"{item.nodeid} fails on the unchanged code.", returncode=1)
            self._seconds[item] = time.process_time() - started
            for function in called:
                self._covering[function].append(item)
        os.environ[ACTIVE] = ""

    def check(self) -> None:
        """See that no change survives a fork, and that a change that raises does not."""
        for mutant, tests, expected in (
            ("nothing", self._items, True),
            ("fail", self._items, False),
        ):
            self._start(mutant, tests)
            _, end = self._ended()
            if (end == SURVIVED) is not expected:
                pytest.exit(
                    f"The trial itself is wrong: {mutant} ended as {end}.", returncode=1
                )

    def run(self, mutants: list[str]) -> Iterator[tuple[str, str]]:
        """Try each mutant, two at a time; yield it and how it ended."""
        for mutant in mutants:
            tests = self._ordered(function_of(mutant))
            if not tests:
                yield mutant, NO_TEST
                continue
            if len(self._running) >= CHILDREN:
                yield self._ended()
            self._start(mutant, tests)
        while self._running:
            yield self._ended()

    def _ordered(self, function: str) -> list[pytest.Item]:
        """Return the tests to try: what caught a mutant of it, quick ones, then slow ones.

        A slow test goes as soon as the quick ones before it have cost as much as it does.
        """
        start: dict[pytest.Item, float] = {}
        passed = 0.0
        for item in sorted(self._covering[function], key=self._seconds.__getitem__):
            is_slow = self._seconds[item] > SLOW
            start[item] = self._seconds[item] if is_slow else passed
            passed += self._seconds[item]
        return sorted(start, key=lambda item: (-self._caught[function, item], start[item]))

    def _start(self, mutant: str, tests: list[pytest.Item]) -> None:
        """Fork; the child writes the place of the test that failed, or nothing."""
        inward, outward = os.pipe()
        child = os.fork()
        if child:
            os.close(outward)
            self._running[child] = (mutant, tests, inward)
            return
        limit = int(
            SECONDS + time.process_time() + 5 * sum(self._seconds[each] for each in tests)
        )
        resource.setrlimit(resource.RLIMIT_CPU, (limit, limit + 1))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        os.environ[ACTIVE] = mutant
        for place, item in enumerate(tests):
            if failed(item):
                os.write(outward, str(place).encode())
                os._exit(1)
        os._exit(0)

    def _ended(self) -> tuple[str, str]:
        """Wait for one child."""
        child, status = os.wait()
        mutant, tests, inward = self._running.pop(child)
        with os.fdopen(inward, "rb") as pipe:
            place = pipe.read()
        if place:
            item = tests[int(place)]
            self._caught[function_of(mutant), item] += 1
            return mutant, item.nodeid
        return mutant, SURVIVED if status == 0 else f"ended by {status}"


def function_of(mutant: str) -> str:
    """Return the function a mutant is of, as the trampolines name it."""
    return mutant.rpartition("__mutmut_")[0]


def failed(item: pytest.Item) -> bool:
    """Run a test; whatever it raises is a failure, an exit too."""
    try:
        return any(report.failed for report in runtestprotocol(item, log=False))
    # A mutant may raise what pytest lets through.
    except BaseException:  # noqa: BLE001
        return True


def is_random(item: pytest.Item) -> bool:
    """Say whether a test makes up its examples."""
    return hasattr(getattr(item, "obj", None), "hypothesis")


def pytest_runtestloop(session: pytest.Session) -> bool:
    """Try the mutants in place of running the tests."""
    mutants = json.loads(WORK.read_text("utf-8"))
    trial = Trial([item for item in session.items if not is_random(item)])
    trial.watch()
    trial.check()
    with OUTCOMES.open("a", encoding="utf-8", buffering=1) as outcomes:
        for number, (mutant, end) in enumerate(trial.run(mutants), start=1):
            outcomes.write(json.dumps([mutant, end]) + "\n")
            if number % 100 == 0:
                sys.__stderr__.write(f"{number} of {len(mutants)}\n")
    return True
