"""A campaign on the database that is asked for, and how it is carried out."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kills.harness import Campaign, campaign, schedule
from services import postgresql

DATABASES = ("sqlite", "postgresql")


@contextmanager
def campaign_on(database: str, folder: Path, *, seed: int) -> Iterator[Campaign]:
    """Open a campaign whose worker has a database of its own."""
    if database == "sqlite":
        with campaign(folder, seed=seed) as run:
            yield run
        return
    with (
        postgresql.fresh_database() as url,
        campaign(folder, seed=seed, database_url=url) as run,
    ):
        yield run


def carry_out(run: Campaign, kills: int, *, seed: int) -> None:
    """Kill so often, at named points and at random, and let the work be done."""
    for point in schedule(kills, dice=random.Random(seed)):
        run.life(point)
    run.settle()
