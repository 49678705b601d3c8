"""Many runs, one after the other in a process, or over all cores.

What was run is written as lines of JSON under ``test-output``, from which ``TESTED.md`` is
made; what has failed is shrunk, shown and kept.
"""

import gc
import json
import logging
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from simulation.choices import Choices
from simulation.fixtures import Fixture, taped
from simulation.klarna_books import KlarnaBooks
from simulation.run import run
from simulation.sandbox_books import SandboxKlarna
from simulation.schedule import SECOND, Schedule
from simulation.shrink import shrink
from simulation.world import lean

OUTPUT = Path(__file__).parents[2] / "test-output"


@dataclass(slots=True, kw_only=True)
class Tally:
    """What many runs have come to."""

    schedules: int = 0
    #: Seconds of processor time.
    cpu: float = 0.0
    #: Hours of virtual time.
    hours: float = 0.0
    #: Things that happened at Klarna.
    effects: int = 0
    failed: list[int] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Take in what others have run."""
        self.schedules += other.schedules
        self.cpu += other.cpu
        self.hours += other.hours
        self.effects += other.effects
        self.failed += other.failed

    @property
    def speed(self) -> float:
        """Runs in a second of one core."""
        return self.schedules / self.cpu if self.cpu else 0.0


def run_on_sandbox(seeds: Iterable[int]) -> Tally:
    """Run each seed with the sandbox's Klarna in the place of the lean one."""
    return run_all(seeds, klarna=SandboxKlarna)


def run_all(seeds: Iterable[int], *, klarna: Callable[[Schedule], KlarnaBooks] = lean) -> Tally:
    """Run each seed, and say which have failed."""
    # What the use cases log of an outage is no news here, and writing it takes time.
    logging.disable(logging.CRITICAL)
    # A run leaves no cycles that matter; looking for them takes a tenth of the time, and more
    # in a process that has run other tests: what is there already is left out.
    gc.collect()
    gc.freeze()
    gc.disable()
    tally = Tally()
    began = time.process_time()
    try:
        for seed in seeds:
            outcome = run(Choices(seed=seed), klarna=klarna)
            tally.schedules += 1
            tally.hours += outcome.lasted / SECOND / 3_600
            tally.effects += outcome.effects
            if outcome.violations:
                tally.failed.append(seed)
            if not tally.schedules % _COLLECT_EVERY:
                gc.collect()
    finally:
        gc.unfreeze()
        gc.enable()
        logging.disable(logging.NOTSET)
    tally.cpu = time.process_time() - began
    return tally


_COLLECT_EVERY = 200


def explain(seed: int) -> Fixture:
    """Shrink a failing seed and return it with its tape."""
    outcome = run(Choices(seed=seed))
    invariants = frozenset(each.invariant for each in outcome.violations[:1])
    smallest = shrink(outcome.choices, invariants=invariants)
    again, tape = taped(smallest)
    broke = "; ".join(str(each) for each in again.violations)
    return Fixture(name=f"seed-{seed}", seed=seed, broke=broke, choices=smallest, tape=tape)


def record(what: str, /, **facts: object) -> None:
    """Write one line of what was run."""
    OUTPUT.mkdir(exist_ok=True)
    line = json.dumps({"what": what, **facts}, ensure_ascii=False)
    with (OUTPUT / "simulation.jsonl").open("a", encoding="utf-8") as file:
        file.write(line + "\n")


def facts_of(tally: Tally) -> dict[str, object]:
    """Return a tally as it is written down."""
    facts = asdict(tally)
    facts["cpu"] = round(tally.cpu, 3)
    facts["hours"] = round(tally.hours, 1)
    return facts
