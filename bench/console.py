"""Server time of the console's pages at a million orders.

Run it with ``python bench/console.py``.

Fills a database with orders of two years (kept in the folder given by --data, so that a
second run starts at once), opens every list with its tabs, searches, sorts and pages, and
prints the median and the 95th percentile of each, in milliseconds, with the number of
queries. The requests go through Django's whole middleware, without a socket, in a process
that has settled as a server does (``kvitt.web.settled``); the first request of each address is
not counted. Processor time stands beside the elapsed time, because it does not depend on what
else the machine does. The last lines say how many addresses, and how many requests, keep to
the limit.
"""

import argparse
import math
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

from filling import DAYS, NOW, fill, shops

ROUNDS = 15
OK = 200
PERCENTILE = 95
#: Milliseconds.
LIMIT = 100


class Timing(NamedTuple):
    """What one address took."""

    name: str
    queries: int
    median: float
    high: float
    processor: float
    taken: tuple[float, ...]
    #: Processor time of each request.
    used: tuple[float, ...]


def addresses(count: int) -> dict[str, str]:
    """Return what is opened, by name."""
    middle = count // 2
    half = (NOW - timedelta(days=DAYS / 2)).isoformat().replace("+", "%2B")
    return {
        "orders": "/orders",
        "orders, deep page": f"/orders?after={half}~{middle}",
        "orders, page back": f"/orders?before={half}~{middle}",
        "orders, oldest": "/orders?sort=oldest",
        "orders, last changed": "/orders?sort=changed",
        "orders, ending first": "/orders?sort=ends",
        "to capture": "/orders?view=to-capture",
        "expires soon": "/orders?view=expires-soon",
        "needs attention tab": "/orders?view=attention",
        "captured": "/orders?view=captured",
        "refunded": "/orders?view=refunded",
        "cancelled": "/orders?view=cancelled",
        "one shop": "/orders?shop=3",
        "one shop, cancelled": "/orders?shop=3&klarna=CANCELLED",
        "both statuses": "/orders?store=on-hold&klarna=EXPIRED",
        "statuses nobody has": "/orders?store=completed&klarna=EXPIRED",
        "one day": "/orders?from=2026-01-10&to=2026-01-10",
        "search, one order": f"/orders?q={middle}",
        "search, prefix": "/orders?q=12",
        "search, a common name": "/orders?q=astrid",
        "search, two names": "/orders?q=astrid+lind",
        "search, nothing": "/orders?q=zzz",
        "order": f"/orders/{middle}",
        "order, opened from a list": f"/orders/{middle}?list=view%3Dcaptured",
        "order, of what moved": f"/orders/{count - 9_000}?list=currency%3DSEK"
        "%26moved%3Dcapture-2026-10-25~2026-11-23",
        "needs attention": "/attention",
        "needs attention, mine": "/attention?whose=mine",
        "activity, done": "/activity?state=done",
        "activity, refused": "/activity?state=refused",
        "activity, search": f"/activity?state=done&q=corr-{middle}",
        "activity, a name": "/activity?state=done&q=astrid",
        "overview, 7 days": "/overview?days=7",
        "overview, 30 days": "/overview",
        "overview, 90 days": "/overview?days=90",
        "captured on a day": "/orders?moved=capture-2026-05-20",
        "captured in 30 days": "/orders?currency=SEK&moved=capture-2026-10-25~2026-11-23",
        "refunds for a reason": "/orders?currency=SEK&moved=refund-2026-10-25~2026-11-23"
        "&reason=Damaged",
        "late captures": "/orders?currency=SEK&moved=capture-2026-10-25~2026-11-23&waited=4",
        "to capture, by its end": "/orders?view=to-capture&currency=SEK&sort=ends"
        "&ends-from=2026-11-24&ends-to=2026-11-26",
        "reconciliation": "/reconciliation",
        "reconciliation, a month": "/reconciliation?month=2026-06",
        "inbox": "/inbox",
        "inbox, one shop": "/inbox?shop=3",
        "settings": "/settings",
        "notifications": "/settings/notices",
    }


def measure(name: str, path: str, client: Any) -> Timing:
    """Open an address several times."""
    from django.db import connection

    asked: list[str] = []

    def note(execute: Any, sql: str, *rest: Any) -> Any:
        asked.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        assert client.get(path).status_code == OK, path
    taken, used = [], []
    for _ in range(ROUNDS):
        began, worked = time.perf_counter(), time.process_time()
        client.get(path)
        taken.append((time.perf_counter() - began) * 1000)
        used.append((time.process_time() - worked) * 1000)
    return Timing(
        name,
        len(asked),
        _at(taken, 50),
        _at(taken, PERCENTILE),
        _at(used, PERCENTILE),
        tuple(taken),
        tuple(used),
    )


def _at(figures: list[float], percentile: int) -> float:
    return sorted(figures)[max(math.ceil(len(figures) * percentile / 100) - 1, 0)]


def run(count: int) -> None:
    """Fill the database where it is empty, and measure every address."""
    from django.contrib.auth.models import User
    from django.core.management import call_command
    from django.test import Client

    from kvitt.adapters.database.models import Order
    from kvitt.web.settled import settle

    call_command("migrate", verbosity=0)
    if not Order.objects.exists():
        shops()
        fill(count)
    count = Order.objects.count()
    reader, _ = User.objects.get_or_create(username="bench", is_superuser=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(reader)
    settle()
    found = [measure(name, path, client) for name, path in addresses(count).items()]
    print(f"{count} orders; milliseconds of {ROUNDS} requests each")
    print(f"{'page':<28}{'queries':>8}{'median':>9}{'p95':>9}{'p95 cpu':>9}")
    for each in found:
        print(
            f"{each.name:<28}{each.queries:>8}{each.median:>9.1f}{each.high:>9.1f}"
            f"{each.processor:>9.1f}"
        )
    conclude(found)


def conclude(found: Sequence[Timing]) -> None:
    """Print how much of it keeps to the limit."""
    slow = [each.name for each in found if each.high >= LIMIT]
    spent = [each.name for each in found if each.processor >= LIMIT]
    print(
        f"{len(found) - len(slow)} of {len(found)} addresses have their {PERCENTILE}th "
        f"percentile under {LIMIT} ms ({len(found) - len(spent)} of processor time)"
    )
    if slow:
        print(f"not: {', '.join(slow)}")
    every = [one for each in found for one in each.taken]
    work = [one for each in found for one in each.used]
    most, worked = _at(every, PERCENTILE), _at(work, PERCENTILE)
    quick = sum(one < LIMIT for one in every)
    print(
        f"{quick / len(every):.1%} of all {len(every)} requests took under {LIMIT} ms "
        f"({sum(one < LIMIT for one in work) / len(work):.1%} of processor time)"
    )
    print(
        f"{PERCENTILE} % of all {len(every)} requests: at most {most:.0f} ms, "
        f"and {worked:.0f} ms of processor time"
    )


def main() -> int:
    """Read the arguments, set kvitt up, and run."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--data", default="", help="folder to keep the database in")
    parser.add_argument("--database", default="", help="address of another database")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(given.data or folder)
        os.environ["KVITT_DATA_DIR"] = str(data)
        if given.database:
            os.environ["KVITT_DATABASE_URL"] = given.database
        from kvitt import bootstrap
        from kvitt import settings as configuration

        data.mkdir(parents=True, exist_ok=True)
        settings = configuration.load_or_create()
        bootstrap.start_django(settings)
        # Or the pages would leave out what a desk has to be there for.
        parts = bootstrap.assemble(settings)
        bootstrap.open_console(parts)
        run(given.orders)
        parts.connections.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
