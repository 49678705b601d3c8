"""How the queue and the lists stand a full table, on both databases.

Claims a second from a table of a thousand orders and from one of a million, where most are
settled, a hundred thousand are due of a shop that is paused and as many of one that takes
no more at once; then how the database answers each question there. Run it with
``python bench/claims.py`` (``--orders 100000`` is quicker). PostgreSQL is the one of the
tests (``tests/services``).
"""

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import NamedTuple
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))

from cryptography.fernet import Fernet
from django.db import connection
from django.db.backends.utils import CursorWrapper

from kvitt import bootstrap, settings
from kvitt.domain.ids import ShopId, StoreOrderId
from services import lodging, postgresql

SMALL = 1_000
CLAIMS = 300
ASKED = 5
BATCH = 50_000
LEASE = timedelta(minutes=5)
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
#: Slower than this against a small table is a question that walks through the table.
WANTED = 0.9

# Rows as figures.py leaves them: nine in ten in step, some of each other state. The first
# shop is the one that is claimed from; a second is paused and a third is busy, and of each
# of these a tenth of all orders is due.
FILL = """
INSERT INTO kvitt_order (shop_id, store_order_id, created_at, due_at, state, store_status,
    klarna_status, customer, number, currency, hold_text, plan_text)
WITH RECURSIVE nth(n) AS (SELECT %(first)s UNION ALL SELECT n + 1 FROM nth WHERE n < %(last)s)
SELECT
    CASE n %% 10 WHEN 1 THEN %(paused)s WHEN 2 THEN %(busy)s ELSE %(open)s END,
    n, {at}, CASE WHEN n %% 10 IN (1, 2) THEN {at} END,
    CASE WHEN n %% 100 = 7 THEN 'held' WHEN n %% 100 = 8 THEN 'guarded' ELSE 'in_step' END,
    'completed', 'CAPTURED', 'Astrid Lind', CAST(n AS TEXT), 'SEK', '', ''
FROM nth
"""
AT = {
    "sqlite": "datetime('2026-01-01', '+' || n || ' seconds')",
    "postgresql": "timestamptz '2026-01-01' + n * interval '1 second'",
}

#: So that what was written before is not paid for by what is measured.
REST = {
    "sqlite": ("ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"),
    "postgresql": ("SET statement_timeout = 0", "VACUUM ANALYZE", "CHECKPOINT"),
}


def open_shops() -> tuple[int, int, int]:
    """Connect three shops: one to claim from, one paused, one that takes no more."""
    from contract.rows import add_shop
    from kvitt.adapters.database.models import Order, Shop, ShopState
    from kvitt.adapters.database.vault import Vault

    vault = Vault([Fernet.generate_key()])
    rows = [add_shop(vault, lambda: NOW, nth=nth) for nth in (1, 2, 3)]
    Shop.objects.filter(pk=rows[1].pk).update(state=ShopState.PAUSED)
    for held in (1, 2):
        Order.objects.create(
            shop=rows[2],
            store_order_id=-held,
            created_at=NOW,
            lease_token=uuid4(),
            lease_until=NOW + LEASE,
            due_at=NOW + LEASE,
        )
    return rows[0].pk, rows[1].pk, rows[2].pk


def fill(cursor: CursorWrapper, shops: tuple[int, int, int], *, first: int, last: int) -> None:
    """Add orders, and let the database look at how many there are and come to rest."""
    values = dict(zip(("open", "paused", "busy"), shops, strict=True))
    statement = FILL.format(at=AT[connection.vendor])
    for begin in range(first, last + 1, BATCH):
        end = min(begin + BATCH - 1, last)
        cursor.execute(statement, {**values, "first": begin, "last": end})
    for rest in REST[connection.vendor]:
        cursor.execute(rest)
        if cursor.description:
            cursor.fetchall()


class Rate(NamedTuple):
    """How quickly one worker claims orders and gives them back."""

    a_second: float
    #: Processor time of this process, milliseconds for each. It does not depend on what else
    #: the machine does; of SQLite it is all there is but the disk, of PostgreSQL our half.
    processor: float


def rate_of_claims(shop: int) -> Rate:
    """Claim and give back as many orders as are wanted here."""
    from kvitt.adapters.database.queue import OrderQueue

    queue = OrderQueue(lambda: NOW, shop_concurrency=2)
    orders = [StoreOrderId(10**9 + nth) for nth in range(CLAIMS)]
    queue.want_many(ShopId(shop), orders, why="bench")
    begun, worked = time.perf_counter(), time.process_time()
    for _ in orders:
        lease = queue.claim(worker="bench", lease=LEASE)
        assert lease is not None
        queue.settle(lease, due=None)
    took, used = time.perf_counter() - begun, time.process_time() - worked
    return Rate(CLAIMS / took, used / CLAIMS * 1000)


def questions() -> dict[str, Callable[[], object]]:
    """Return what is asked of a table, by what it is for."""
    from kvitt.adapters.database import reads
    from kvitt.adapters.database.queue import OrderQueue
    from kvitt.adapters.database.reads import Filters

    queue = OrderQueue(lambda: NOW, shop_concurrency=2)
    return {
        "claim where nothing is due": lambda: queue.claim(worker="bench", lease=LEASE),
        "due, counted to 100": lambda: queue.due_count(at_most=100),
        "the newest orders": lambda: reads.list_orders(Filters()),
        "what is held": lambda: reads.list_orders(Filters(state="held")),
        "needs attention": reads.needs_attention,
        "a word that is found": lambda: reads.list_orders(Filters(search="999")),
        "counts by state": reads.count_by_state,
    }


def milliseconds(ask: Callable[[], object]) -> float:
    """Return how long a question takes, the median of a few."""
    times = []
    for _ in range(ASKED):
        begun = time.perf_counter()
        ask()
        times.append(time.perf_counter() - begun)
    return median(times) * 1000


@contextmanager
def database(kind: str, folder: str) -> Iterator[str]:
    """Give the URL of an empty database."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/bench.sqlite3"
        return
    with postgresql.fresh_database() as url:
        yield url


def measure(kind: str, orders: int) -> None:
    """Measure one database, and print what was found; runs in a process of its own."""
    with tempfile.TemporaryDirectory() as folder, database(kind, folder) as url:
        bootstrap.start_django(settings.load_or_create(data_dir=Path(folder), database_url=url))
        bootstrap.migrate()
        shops = open_shops()
        with connection.cursor() as cursor:
            fill(cursor, shops, first=1, last=SMALL)
            few = rate_of_claims(shops[0])
            before = {name: milliseconds(ask) for name, ask in questions().items()}
            fill(cursor, shops, first=SMALL + 1, last=orders)
            many = rate_of_claims(shops[0])
            after = {name: milliseconds(ask) for name, ask in questions().items()}
        connection.close()
    print(f"\n{kind}, {SMALL} orders → {orders}")
    print(f"  claims a second {few.a_second:.0f} → {many.a_second:.0f}", end="")
    print(f" (ratio {many.a_second / few.a_second:.2f}; wanted {WANTED})")
    print(f"  processor for each {few.processor:.2f} ms → {many.processor:.2f} ms")
    for name, took in after.items():
        print(f"  {name:<28} {before[name]:8.2f} ms → {took:8.2f} ms")


def main() -> None:
    """Measure both, each in a process of its own, since Django knows one database."""
    words = argparse.ArgumentParser()
    words.add_argument("--orders", type=int, default=1_000_000)
    words.add_argument("--only", choices=("sqlite", "postgresql"))
    given = words.parse_args()
    if given.only:
        measure(given.only, given.orders)
        return
    lodging.begin()
    try:
        for kind in ("sqlite", "postgresql"):
            command = [sys.executable, __file__, "--orders", str(given.orders), "--only", kind]
            subprocess.run(command, check=True)
    finally:
        lodging.end(postgresql.stop)


if __name__ == "__main__":
    main()
