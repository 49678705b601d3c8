"""Server time of the console's pages at a million orders.

Run it with ``python bench/console.py``.

Fills a database with orders of two years (kept in the folder given by --data, so that a
second run starts at once), opens every list with its tabs, searches, sorts and pages, and
prints the median and the 95th percentile of each, in milliseconds, with the number of
queries. The requests go through Django's whole middleware, without a socket; the first
request of each address is not counted. Processor time stands beside the elapsed time,
because it does not depend on what else the machine does.
"""

import argparse
import math
import os
import random
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

NAMES = "Astrid Bo Clara Dag Élodie Fatima Göran Hanna Iris Jürgen Karin Lars Maja Nils Óscar"
SURNAMES = (
    "Lind Berg Öberg Martin Weiß Núñez Åkesson Holm Dahl Ek Sund Falk Grahn Hult Ivarsson"
)
DAYS = 730
BATCH = 20_000
ROUNDS = 15
OK = 200
NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
#: Of the orders of the last weeks; older ones are captured, cancelled or expired.
OPEN_DAYS = 27
HELD = 400
#: Klarna's status, the shop's, and how many in a thousand: of old and of fresh orders.
OLD = (
    ("CAPTURED", "completed", 935),
    ("EXPIRED", "on-hold", 5),
    ("CANCELLED", "cancelled", 60),
)
FRESH = (
    ("AUTHORIZED", "processing", 400),
    ("CAPTURED", "completed", 535),
    ("PART_CAPTURED", "processing", 5),
    ("CANCELLED", "cancelled", 60),
)
#: One captured order in so many is refunded.
REFUNDED = 12
SHOPS = {1: 80, 2: 15, 3: 5}
PERCENTILE = 95

ORDER = (
    "id shop_id store_order_id created_at number customer store_status store_status_since "
    "klarna_status fraud_status currency total_minor authorized_minor captured_minor "
    "refunded_minor remaining_minor expires_at klarna_order_id state state_since hold_code "
    "hold_text hold_minor hold_since looked_at changed_at chain_length chain_head"
).split()
TERM = ["order_id", "term"]
MOVEMENT = "order_id shop_id kind remote_id at currency minor waited reason".split()
INTENT = (
    "uid order_id klarna_order_id kind state amount_minor currency key epoch reference "
    "body_sealed body_digest reason actor attempts doubtful remote_id error_class error_code "
    "error_messages correlation_id capture_id fingerprint quantities amounts created_at "
    "settled_at"
).split()
DELIVERY = "shop_id received_at topic body_sha256 resource_id state".split()


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


def orders(count: int, dice: random.Random) -> Iterator[tuple[Any, ...]]:
    """Yield the rows of the orders, oldest first."""
    start = NOW - timedelta(days=DAYS)
    step = timedelta(days=DAYS) / count
    given, family = NAMES.split(), SURNAMES.split()
    for nth in range(1, count + 1):
        created = start + step * nth
        age = NOW - created
        total = dice.randrange(9_900, 399_900)
        kinds = FRESH if age < timedelta(days=OPEN_DAYS) else OLD
        status, store, _many = dice.choices(kinds, weights=[kind[2] for kind in kinds])[0]
        captured = {"CAPTURED": total, "PART_CAPTURED": total // 2}.get(status, 0)
        remaining = total - captured if status in {"AUTHORIZED", "PART_CAPTURED"} else 0
        refunded = total // 3 if captured and not dice.randrange(REFUNDED) else 0
        held = nth > count - HELD * 5 and nth % 5 == 0
        yield (
            nth,
            dice.choices(list(SHOPS), weights=SHOPS.values())[0],
            nth,
            created,
            str(nth),
            f"{dice.choice(given)} {dice.choice(family)}",
            store,
            created,
            status,
            "ACCEPTED",
            "SEK",
            total,
            total,
            captured,
            refunded,
            remaining,
            created + timedelta(days=28),
            str(UUID(int=nth, version=4)),
            "held" if held else "in_step",
            created,
            "refused_by_klarna" if held else "",
            "Capture: not done. Klarna refused it." if held else "",
            total if held else None,
            created if held else None,
            NOW,
            created + timedelta(hours=5),
            0,
            "",
        )


def terms(order: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the words of an order."""
    number, customer, klarna = order[4], order[5], order[17]
    words = {number, klarna, f"k{number}-1", *customer.casefold().split()}
    return [(order[0], word) for word in words]


def movements(order: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the captures and refunds of an order."""
    pk, shop, created, captured, refunded = order[0], order[1], order[3], order[13], order[14]
    found: list[tuple[Any, ...]] = []
    if captured:
        at = created + timedelta(hours=20)
        found.append((pk, shop, "capture", f"c{pk}", at, "SEK", captured, 9 + pk % 90, ""))
    if refunded:
        at = created + timedelta(days=9)
        found.append((pk, shop, "refund", f"r{pk}", at, "SEK", refunded, None, "Damaged"))
    return found


def intents(order: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Return the calls of an order."""
    pk, captured, held = order[0], order[13], order[18] == "held"
    if not captured and not held:
        return []
    at = order[3] + timedelta(hours=20)
    state, code = ("refused", "CAPTURE_NOT_ALLOWED") if held else ("done", "")
    row = (
        UUID(int=pk).hex,
        pk,
        order[17],
        "capture",
        state,
        order[11],
        "SEK",
        UUID(int=pk + 2**64).hex,
        0,
        f"{pk}|1",
        "",
        "",
        "The shop's order is Completed.",
        "kvitt",
        1,
        False,
        "" if held else f"c{pk}",
        "Rejected" if held else "",
        code,
        "[]",
        f"corr-{pk}",
        "",
        "",
        "{}",
        "{}",
        at,
        at,
    )
    return [row]


def fill(count: int) -> None:
    """Write the orders and what belongs to them."""
    from django.db import connection

    dice = random.Random(7)
    batch: list[tuple[Any, ...]] = []
    began = time.monotonic()
    for order in orders(count, dice):
        batch.append(order)
        if len(batch) == BATCH or order[0] == count:
            _write(batch)
            batch = []
            print(
                f"\r{order[0]:>9} orders, {time.monotonic() - began:.0f} s", end="", flush=True
            )
    print()
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _write(batch: list[tuple[Any, ...]]) -> None:
    from django.db import transaction

    hooks = [(row[1], row[3], "order.updated", "", row[2], "accepted") for row in batch[::8]]
    with transaction.atomic():
        _insert("kvitt_order", ORDER, batch)
        _insert("kvitt_order_term", TERM, [term for row in batch for term in terms(row)])
        _insert("kvitt_movement", MOVEMENT, [one for row in batch for one in movements(row)])
        _insert("kvitt_intent", INTENT, [one for row in batch for one in intents(row)])
        _insert("kvitt_delivery", DELIVERY, hooks)


def _insert(table: str, columns: Sequence[str], rows: list[tuple[Any, ...]]) -> None:
    from django.db import connection

    if connection.vendor == "postgresql":
        _copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN", rows)
        return
    adapt = connection.ops.adapt_datetimefield_value
    marks = ", ".join(["%s"] * len(columns))
    # Names that stand in this file, and nobody else's.
    sql = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.executemany(
            sql,
            [
                tuple(adapt(one) if isinstance(one, datetime) else one for one in row)
                for row in rows
            ],
        )


def _copy(sql: str, rows: list[tuple[Any, ...]]) -> None:
    """Write rows as PostgreSQL takes them in fastest."""
    from django.db import connection

    with connection.cursor() as cursor, cursor.copy(sql) as copy:
        for row in rows:
            copy.write_row(row)


def shops() -> None:
    """Connect three shops."""
    from kvitt.adapters.database.models import Shop

    for nth in SHOPS:
        Shop.objects.create(
            pk=nth,
            uid=UUID(int=nth),
            name=f"shop {nth}",
            url=f"https://shop{nth}.example",
            hook_token=f"hook-{nth}",
            created_at=NOW,
        )


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

    call_command("migrate", verbosity=0)
    if not Order.objects.exists():
        shops()
        fill(count)
    count = Order.objects.count()
    reader, _ = User.objects.get_or_create(username="bench", is_superuser=True)
    client = Client(SERVER_NAME="localhost")
    client.force_login(reader)
    found = [measure(name, path, client) for name, path in addresses(count).items()]
    print(f"{count} orders; milliseconds of {ROUNDS} requests each")
    print(f"{'page':<28}{'queries':>8}{'median':>9}{'p95':>9}{'p95 cpu':>9}")
    for each in found:
        print(
            f"{each.name:<28}{each.queries:>8}{each.median:>9.1f}{each.high:>9.1f}"
            f"{each.processor:>9.1f}"
        )
    every = [one for each in found for one in each.taken]
    work = [one for each in found for one in each.used]
    most, worked = _at(every, PERCENTILE), _at(work, PERCENTILE)
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
        bootstrap.start_django(configuration.load_or_create())
        run(given.orders)
    return 0


if __name__ == "__main__":
    sys.exit(main())
