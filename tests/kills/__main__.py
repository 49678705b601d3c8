"""``make kill KILLS=… SEED=…``: as many kills as are wanted, half of them on PostgreSQL."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from kills import record
from kills.on_databases import DATABASES, campaign_on, carry_out
from kills.verdict import faults
from services import lodging, postgresql

#: Lives of one campaign: its books grow, and with them what has to be compared.
LIVES = 100


def main() -> int:
    """Kill as often as is asked for; return 1 where anything is not as it must be."""
    wanted = argparse.ArgumentParser(prog="python -m kills", description=__doc__)
    wanted.add_argument("--kills", type=int, default=1000)
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--only", choices=DATABASES, help="one database instead of both")
    given = wanted.parse_args()
    databases = [given.only] if given.only else DATABASES
    lodging.begin()
    try:
        found = sum(
            _on(
                database,
                # What is odd goes to the first.
                kills=(given.kills + len(databases) - 1 - nth) // len(databases),
                seed=given.seed + nth * given.kills,
            )
            for nth, database in enumerate(databases)
        )
    finally:
        lodging.end(postgresql.stop)
    return 1 if found else 0


def _on(database: str, *, kills: int, seed: int) -> int:
    """Kill so often on one database, in several campaigns, and return how many faults."""
    done, found, begun = 0, 0, time.monotonic()
    while done < kills:
        lives = min(LIVES, kills - done)
        wrong = _campaign(database, seed=seed + done, lives=lives)
        for fault in wrong:
            sys.stdout.write(f"seed {seed + done}: {fault}\n")
        done, found = done + lives, found + len(wrong)
        sys.stdout.write(f"{database}: {done} of {kills} kills, {found} faults\n")
        sys.stdout.flush()
    seconds = time.monotonic() - begun
    record.write(kills=done, seed=seed, faults=found, seconds=seconds, database=database)
    return found


def _campaign(database: str, *, seed: int, lives: int) -> list[str]:
    with (
        tempfile.TemporaryDirectory(prefix="kvitt-kills-") as folder,
        campaign_on(database, Path(folder), seed=seed) as run,
    ):
        carry_out(run, lives, seed=seed)
        return faults(run)


if __name__ == "__main__":
    sys.exit(main())
