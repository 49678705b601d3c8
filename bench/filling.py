"""A million orders of two years, made up the same each time, and how they get into a database.

The law: what is written is what kvitt would have written itself: terms, movements, calls,
deliveries, and what a reconciliation has found of each order.
"""

import random
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from kvitt.domain.comparison import Comparison, Halves, compare
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.money import Money
from kvitt.domain.plan import HoldCode
from kvitt.domain.policy import Policy

NAMES = "Astrid Bo Clara Dag Élodie Fatima Göran Hanna Iris Jürgen Karin Lars Maja Nils Óscar"
SURNAMES = (
    "Lind Berg Öberg Martin Weiß Núñez Åkesson Holm Dahl Ek Sund Falk Grahn Hult Ivarsson"
)
DAYS = 730
BATCH = 20_000
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
POLICY = Policy()
SHOPS = {1: 80, 2: 15, 3: 5}

ORDER = (
    "id shop_id store_order_id created_at number customer store_status store_status_since "
    "klarna_status fraud_status currency total_minor authorized_minor captured_minor "
    "refunded_minor remaining_minor expires_at klarna_order_id state state_since hold_code "
    "hold_text hold_minor hold_since looked_at changed_at chain_length chain_head "
    "store_refunded_minor klarna_read_at comparison differs shop_says_minor klarna_says_minor "
    "placed_at"
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
        found = compared(status, store, (total, captured, refunded, remaining), held=held)
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
            refunded,
            NOW,
            found.verdict.value,
            found.verdict.differs,
            None if found.shop is None else found.shop.minor,
            None if found.klarna is None else found.klarna.minor,
            created,
        )


def compared(
    status: str, store: str, minor: tuple[int, int, int, int], *, held: bool
) -> Comparison:
    """Return what a bookkeeper finds of an order; its amounts as ``orders`` has them."""
    total, captured, refunded, remaining = (Money(each, "SEK") for each in minor)
    halves = Halves(
        read=True,
        store_status=store,
        total=total,
        store_refunded=refunded,
        klarna_status=KlarnaStatus(status),
        authorized=total,
        captured=captured,
        refunded=refunded,
        remaining=remaining,
        hold=HoldCode.REFUSED_BY_KLARNA if held else None,
    )
    return compare(halves, POLICY)


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

    with connection.cursor() as cursor:
        # A page may not take as long as this does on a busy machine.
        cursor.execute("SET statement_timeout = 0")
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
