"""``make kill KILLS=… SEED=…``: as many kills as are wanted, and what was found."""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from kills import record
from kills.harness import campaign, schedule
from kills.verdict import faults

#: Lives of one campaign: its books grow, and with them what has to be compared.
LIVES = 100


def main() -> int:
    """Kill as often as is asked for; return 1 where anything is not as it must be."""
    wanted = argparse.ArgumentParser(description=__doc__)
    wanted.add_argument("--kills", type=int, default=1000)
    wanted.add_argument("--seed", type=int, default=1)
    wanted.add_argument("--database-url", default="")
    given = wanted.parse_args()
    done, found, begun = 0, 0, time.monotonic()
    while done < given.kills:
        seed = given.seed + done
        lives = min(LIVES, given.kills - done)
        with tempfile.TemporaryDirectory(prefix="kvitt-kills-") as folder:
            wrong = _campaign(Path(folder), seed=seed, lives=lives, url=given.database_url)
        done, found = done + lives, found + len(wrong)
        for fault in wrong:
            sys.stdout.write(f"seed {seed}: {fault}\n")
        sys.stdout.write(f"{done} of {given.kills} kills, {found} faults\n")
        sys.stdout.flush()
    record.write(kills=done, seed=given.seed, faults=found, seconds=time.monotonic() - begun)
    return 1 if found else 0


def _campaign(folder: Path, *, seed: int, lives: int, url: str) -> list[str]:
    with campaign(folder, seed=seed, database_url=url) as run:
        for point in schedule(lives, dice=random.Random(seed)):
            run.life(point)
        run.settle()
        return faults(run)


if __name__ == "__main__":
    sys.exit(main())
