"""How much of a look's time is kvitt's own: the rest is Klarna, the shop and the disk.

Run it with ``PYTHONPATH=tests python bench/looks.py``. A practice shop and a practice Klarna
answer on loopback, from the same process; orders are captured one after the other, and then
looked at once more, when there is nothing to do. Own time is the processor time of the one
thread that looks, so it does not depend on what else the machine does, nor on how fast the
disk and the services are; elapsed time stands beside it. Statements are counted. With
``--calls`` the calls of Python functions are counted instead of timed: that figure is the
same on every machine, and is what two versions are compared by.
"""

import argparse
import cProfile
import os
import pstats
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.settings import Environment

ORDERS = 100

#: Does some work that says how many looks it took, and prints what one of them costs.
Show = Callable[[str, Callable[[], int]], None]


def main() -> None:
    """Look at many orders, and print what one look takes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=ORDERS)
    parser.add_argument("--calls", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        os.environ["KVITT_DATA_DIR"] = folder
        settings = configuration.load_or_create(
            data_dir=Path(folder), environment=Environment.DEMO
        )
        bootstrap.start_django(settings)
        bootstrap.migrate()
        look_at(asked.orders, settings, show=show_calls if asked.calls else show_times)


def look_at(count: int, settings: configuration.Settings, *, show: Show) -> None:
    """Buy orders, capture them, and look at them again."""
    # Models can be imported only once Django is set up.
    from integration.worlds import opened

    with opened(settings, most_looks=count * 10) as world:
        bought = [world.buy() for _ in range(count)]
        for order in bought:
            world.hint(order)
        show("first look", world.work)
        for order in bought:
            world.town.desk.set_status(order.id, "completed")
            world.hint(order)
        show("capture", world.work)
        for order in bought:
            world.hint(order)
        show("nothing to do", world.work)


def show_calls(name: str, work: Callable[[], int]) -> None:
    """Do the work, and print how many Python functions one look of it called."""
    profile = cProfile.Profile()
    profile.enable()
    looks = work()
    profile.disable()
    print(f"{name:14} {looks:5} looks  {pstats.Stats(profile).total_calls // looks:9,} calls")


def show_times(name: str, work: Callable[[], int]) -> None:
    """Do the work, and print what one look of it took."""
    from django.db import connection

    told: list[str] = []

    def count(execute: Callable[..., object], sql: str, *rest: object) -> object:
        told.append(sql)
        return execute(sql, *rest)

    began, own = time.perf_counter(), time.thread_time()
    with connection.execute_wrapper(count):
        looks = work()
    own, elapsed = time.thread_time() - own, time.perf_counter() - began
    print(
        f"{name:14} {looks:5} looks  {own / looks * 1000:6.1f} ms of our own  "
        f"{elapsed / looks * 1000:6.1f} ms elapsed  {len(told) / looks:5.1f} statements"
    )


if __name__ == "__main__":
    main()
