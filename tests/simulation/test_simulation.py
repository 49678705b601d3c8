"""The suite's share of the simulation: 50 000 schedules, and every seed that ever failed."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from simulation import fixtures, many
from simulation.choices import Choices
from simulation.fixtures import Fixture
from simulation.planted.all_bugs import named
from simulation.run import run

SHARDS = 50
SHARD = 1_000
SANDBOX_SHARDS = 4
SANDBOX_SHARD = 100
TESTS = Path(__file__).parents[1]


@pytest.mark.parametrize("shard", range(SHARDS))
def test_no_schedule_breaks_a_promise(shard: int) -> None:
    """Whatever fails and whoever interferes: exactly once, or visibly waiting."""
    first = shard * SHARD

    tally = many.run_all(range(first, first + SHARD))

    testrun = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")
    many.record("suite", run=testrun, seed=first, **many.facts_of(tally))
    explained = [many.explain(seed) for seed in tally.failed[:1]]
    assert tally.schedules == SHARD
    assert not tally.failed, told(explained[0])


@pytest.mark.parametrize("shard", range(SANDBOX_SHARDS))
def test_the_sandbox_is_of_the_same_mind(shard: int) -> None:
    """With a Klarna that others wrote, and the bytes of our client, nothing breaks either."""
    first = shard * SANDBOX_SHARD

    tally = many.run_on_sandbox(range(first, first + SANDBOX_SHARD))

    testrun = os.environ.get("PYTEST_XDIST_TESTRUNUID", "")
    many.record("sandbox", run=testrun, seed=first, **many.facts_of(tally))
    assert tally.schedules == SANDBOX_SHARD
    assert tally.failed == []


@pytest.mark.parametrize("fixture", fixtures.load_all(), ids=lambda fixture: fixture.name)
def test_a_seed_that_once_failed_fails_no_more(fixture: Fixture) -> None:
    """What the simulation has found stays found."""
    outcome = run(Choices(given=fixture.choices))

    assert outcome.violations == ()


@pytest.mark.parametrize("fixture", fixtures.load_all(), ids=lambda fixture: fixture.name)
def test_a_kept_run_still_shows_what_it_was_kept_for(fixture: Fixture) -> None:
    """With the bug put back that was mended, the same choices break the same promise."""
    with named(fixture.planted).planted():
        outcome = run(Choices(given=fixture.choices))

    assert [str(each) for each in outcome.violations] == fixture.broke.split("; ")


def test_a_run_is_a_function_of_its_seed() -> None:
    """The same seed gives the same tape, in another process with other hashes too."""
    script = (
        "from simulation import fixtures; from simulation.choices import Choices;"
        "from simulation.run import run;"
        "made = [run(Choices(seed=seed)).choices for seed in range(3, 9)];"
        "tapes = [fixtures.taped(each)[1] for each in made];"
        "print(repr((made, tapes)))"
    )
    told = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", script],
            env={"PYTHONPATH": str(TESTS), "PYTHONHASHSEED": seed, "PATH": os.environ["PATH"]},
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]

    assert told[0] == told[1]


def test_a_run_is_repeated_by_its_choices() -> None:
    """What was chosen is all that is needed to live through it again."""
    first = run(Choices(seed=11))

    again = run(Choices(given=first.choices))

    assert again == first


def told(fixture: Fixture) -> str:
    """Return a failing run as people read it."""
    lines = "\n".join(fixture.tape)
    return f"seed {fixture.seed} broke {fixture.broke}\n{list(fixture.choices)}\n{lines}"
