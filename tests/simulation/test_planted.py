"""What the simulation would notice: bugs planted into objects, never into the source."""

import pytest

from simulation.choices import Choices
from simulation.planted.all_bugs import BUGS, named
from simulation.planted.hunt import hunt
from simulation.run import run
from simulation.shrink import shrink

#: Noticed within few schedules; ``make planted`` looks for all of them.
QUICK = (
    "key drawn at random",
    "key rotated while the old one lives",
    "journal after send",
    "sent without being noted",
    "lease without fencing",
    "done without its report",
    "hold not kept",
    "order claimed twice",
    "failed looks are dropped",
    "each click a request",
    "429 taken for done",
    "resolved by a timer",
    "found by kind",
    "float amount",
    "note without look-up",
    "refunds not sent",
)


def test_there_are_many_bugs_and_no_name_twice() -> None:
    """A finding names its bug."""
    names = [bug.name for bug in BUGS]

    assert len(set(names)) == len(names) >= 60


@pytest.mark.parametrize("name", QUICK)
def test_a_planted_bug_is_noticed(name: str) -> None:
    """Within the schedules that are said beside it."""
    result = hunt(name)

    assert result.found, result.bug


def test_a_planted_bug_is_gone_afterwards() -> None:
    """Planting leaves nothing behind."""
    bugs = [bug for bug in BUGS if bug.name in QUICK]
    before = [vars(owner)[name] for bug in bugs for owner, name, _ in bug.changes]

    for bug in bugs:
        with bug.planted():
            pass

    assert [vars(owner)[name] for bug in bugs for owner, name, _ in bug.changes] == before


def test_a_failing_run_shrinks_to_one_that_fails_the_same_way() -> None:
    """What is left of a failure is shorter, and breaks the same promise."""
    with named("journal after send").planted():
        failing = run(Choices(seed=0))
        broken = frozenset({failing.violations[0].invariant})
        smallest = shrink(failing.choices, invariants=broken, budget=200)
        again = run(Choices(given=smallest))

    assert broken & {each.invariant for each in again.violations}
    assert len(smallest) < len(failing.choices)
