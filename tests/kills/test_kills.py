"""Two hundred lives of a worker, each ended with SIGKILL: no effect twice, none lost."""

import random
import time
from pathlib import Path

import pytest

from kills import record
from kills.harness import campaign, schedule
from kills.on_databases import campaign_on, carry_out
from kills.points import every_point
from kills.verdict import faults
from kvitt.sandbox.klarna import portal

#: Kills of one campaign, and its seed, on each database.
CAMPAIGNS = (("sqlite", 60, 1), ("sqlite", 60, 2), ("postgresql", 40, 3), ("postgresql", 40, 4))


@pytest.mark.parametrize(("database", "kills", "seed"), CAMPAIGNS)
def test_nothing_is_lost_and_nothing_happens_twice(
    tmp_path: Path, database: str, kills: int, seed: int
) -> None:
    """Completed is captured once, refunds are paid once, what was answered 200 is there."""
    begun = time.monotonic()
    with campaign_on(database, tmp_path, seed=seed) as run:
        carry_out(run, kills, seed=seed)
        found = faults(run)
    seconds = time.monotonic() - begun
    record.write(kills=kills, seed=seed, faults=len(found), seconds=seconds, database=database)

    assert found == []
    assert len(run.deeds.kills) == kills
    assert run.deeds.acknowledged
    assert run.deeds.completed


def test_what_went_wrong_would_be_found(tmp_path: Path) -> None:
    """A capture that no row says, and a note that is missing, do not pass."""
    with campaign(tmp_path, seed=5) as run:
        carry_out(run, 2, seed=5)
        order = run.buy()
        before = faults(run)
        run.deeds.acknowledged.append("never stored")
        portal.capture(run.town.books, order.transaction_id, amount=100)
        after = faults(run)

    assert before == []
    assert any("no row says so" in fault for fault in after)
    assert any("notes" in fault for fault in after)
    assert any("acknowledged and is lost" in fault for fault in after)


def test_every_named_point_is_hit_in_a_long_campaign() -> None:
    """The schedule leaves no named point out, on either side."""
    points = schedule(2 * len(every_point()), dice=random.Random(1))

    assert set(points) - {None} == set(every_point())
