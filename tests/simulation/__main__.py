"""``make simulate SCHEDULES=1000000 SEED=7``: any number of runs, over all cores."""

import argparse
import multiprocessing
import os
import secrets
import sys
import time
from collections.abc import Callable

from simulation import many
from simulation.many import Tally

CHUNK = 250
#: One in so many runs is run with the sandbox's Klarna too, which takes five times as long.
SANDBOX_SHARE = 100
#: Failures that are shrunk and shown; the others are named.
MOST_SHOWN = 3


def main() -> int:
    """Run, show progress, and explain what failed; 1 if anything did."""
    asked = _asked()
    seed = secrets.randbelow(10**9) if asked.seed is None else asked.seed
    cores = asked.cores or os.cpu_count() or 1
    _say(f"{asked.schedules} schedules from seed {seed} on {cores} cores")
    began = time.monotonic()
    total = _run(many.run_all, asked.schedules, seed=seed, cores=cores)
    took = time.monotonic() - began
    years = total.hours / 24 / 365
    _say(
        f"{total.schedules} schedules, {total.effects} effects at Klarna, {years:.1f} years of "
        f"shop time in {took:.0f} s; {total.speed:.0f} schedules a second of one core"
    )
    many.record(
        "simulate", seed=seed, cores=cores, seconds=round(took, 1), **many.facts_of(total)
    )
    share = max(asked.schedules // SANDBOX_SHARE, 1)
    second = _run(many.run_on_sandbox, share, seed=seed, cores=cores)
    _say(f"{share} of them once more with the sandbox's Klarna: {len(second.failed)} failed")
    many.record("sandbox", seed=seed, **many.facts_of(second))
    for failed in sorted(total.failed)[:MOST_SHOWN]:
        _explain(failed)
    failed_seeds = sorted({*total.failed, *second.failed})
    _say(f"{len(failed_seeds)} failed {failed_seeds or ''}")
    return 1 if failed_seeds else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m simulation", description=__doc__)
    parser.add_argument("--schedules", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--cores", type=int, default=None)
    return parser.parse_args()


def _run(work: Callable[[range], Tally], schedules: int, *, seed: int, cores: int) -> Tally:
    chunks = [
        range(start, min(start + CHUNK, seed + schedules))
        for start in range(seed, seed + schedules, CHUNK)
    ]
    total = Tally()
    told = began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(min(cores, len(chunks))) as pool:
        for tally in pool.imap_unordered(work, chunks):
            total.add(tally)
            if time.monotonic() - told > _TELL_EVERY:
                told = time.monotonic()
                _say(
                    f"  {total.schedules} of {schedules}, {total.speed:.0f}/s of one core, "
                    f"{len(total.failed)} failed, {told - began:.0f} s"
                )
    return total


_TELL_EVERY = 5.0


def _explain(seed: int) -> None:
    fixture = many.explain(seed)
    path = fixture.save()
    _say(f"\nseed {seed} broke {fixture.broke}")
    for line in fixture.tape:
        _say(line)
    _say(f"kept as {path.name}: the suite replays it from now on")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
