"""``make planted``: plant every bug, one after the other, and see each noticed."""

import multiprocessing
import os
import sys
import time

from simulation import many
from simulation.planted.all_bugs import BUGS
from simulation.planted.hunt import Hunt, hunt


def main() -> int:
    """Print which bugs were found and after how many schedules; 1 if one was not."""
    names = sys.argv[1:] or [bug.name for bug in BUGS]
    began = time.monotonic()
    found = 0
    with multiprocessing.get_context("spawn").Pool(os.cpu_count()) as pool:
        for result in pool.imap(hunt, names):
            _say(result)
            found += result.found
            many.record("planted", **result.facts())
    took = time.monotonic() - began
    sys.stdout.write(f"{found} of {len(names)} planted bugs found in {took:.0f} s\n")
    return 0 if found == len(names) else 1


def _say(result: Hunt) -> None:
    mark = f"after {result.schedules:5d}" if result.found else f"NOT in {result.schedules:5d}"
    sys.stdout.write(f"{mark} schedules  {result.name}: {result.broke or result.bug}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main())
