"""A period's orders as books: sums of each shop and currency, and what differs.

The law: sums read one index that holds all they need, and a page of differences one that
holds only differences, so that neither opens an order that agrees. Nothing here writes.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import Order
from kvitt.adapters.database.reads import Shops
from kvitt.domain.books import Book, Read, Reconciliation
from kvitt.domain.comparison import Verdict

#: How many differences a file reads at a time: no reader holds the database for longer.
STRETCH = 500
_SHOWN = (
    "shop",
    "store_order_id",
    "placed_at",
    "number",
    "customer",
    "store_status",
    "klarna_status",
    "fraud_status",
    "currency",
    "total_minor",
    "store_refunded_minor",
    "authorized_minor",
    "captured_minor",
    "refunded_minor",
    "remaining_minor",
    "state",
    "guard",
    "observed",
    "hold_code",
    "hold_text",
    "klarna_order_id",
    "looked_at",
    "klarna_read_at",
    "comparison",
    "shop_says_minor",
    "klarna_says_minor",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Which orders are asked about: placed in a period, in these shops."""

    start: datetime
    end: datetime
    #: None is every shop.
    shops: Shops
    #: Of the differences, those of this reason; None is any.
    verdict: Verdict | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """Differences, the oldest order first, and where the next page begins."""

    orders: tuple[Order, ...]
    #: Row id of the last order; None at the end.
    next: int | None


def reconcile(question: Question) -> Reconciliation:
    """Sum the orders of a period, by shop and currency."""
    rows = _placed(question).exclude(comparison=Verdict.OUTSIDE.value)
    grouped: dict[tuple[int, str], list[tuple[Any, ...]]] = {}
    for shop, currency, *rest in rows.values_list("shop", "currency", "comparison").annotate(
        times=Count("*"),
        in_shop=Sum("shop_says_minor"),
        at_klarna=Sum("klarna_says_minor"),
        shop_oldest=Min("looked_at"),
        shop_newest=Max("looked_at"),
        klarna_oldest=Min("klarna_read_at"),
        klarna_newest=Max("klarna_read_at"),
    ):
        grouped.setdefault((shop, currency), []).append(tuple(rest))
    names = dict(reads.visible_shops({shop for shop, _ in grouped}).values_list("pk", "name"))
    books = [
        _book(shop, names[shop], currency, parts) for (shop, currency), parts in grouped.items()
    ]
    return Reconciliation(
        books=tuple(sorted(books, key=lambda book: (book.shop_name, book.shop, book.currency)))
    )


def differences(question: Question, *, after: int | None = None, size: int = 50) -> Page:
    """Return a page of what differs; ``after`` is ``next`` of the page before."""
    rows = _placed(question).filter(differs=True)
    if question.verdict is not None:
        rows = rows.filter(comparison=question.verdict.value)
    if after is not None:
        rows = _past(rows, after)
    # The shops are fetched apart: joined, SQLite would go through the orders shop by shop.
    listed = rows.order_by("placed_at", "pk").only(*_SHOWN).prefetch_related("shop")
    found = tuple(listed[: size + 1])
    return Page(orders=found[:size], next=found[size - 1].pk if len(found) > size else None)


def every_difference(question: Question) -> Iterator[Order]:
    """Yield all that differs, the oldest order first."""
    after: int | None = None
    while True:
        page = differences(question, after=after, size=STRETCH)
        yield from page.orders
        after = page.next
        if after is None:
            return


def longest_unread(question: Question, *, most: int) -> list[int]:
    """Return row ids of orders of the period that were read longest ago, and are not due."""
    rows = _placed(question).exclude(comparison=Verdict.OUTSIDE.value)
    resting = rows.filter(wanted__lte=F("reconciled"))
    oldest = resting.order_by(F("looked_at").asc(nulls_first=True), "pk")
    return list(oldest.values_list("pk", flat=True)[:most])


def _placed(question: Question) -> "QuerySet[Order]":
    return reads.visible(question.shops).filter(
        placed_at__gte=question.start, placed_at__lt=question.end
    )


def _past(rows: "QuerySet[Order]", after: int) -> "QuerySet[Order]":
    """Return what comes after an order; one that is not there is the beginning."""
    placed = rows.model.objects.filter(pk=after).values_list("placed_at", flat=True).first()
    if placed is None:
        return rows
    # The first condition repeats what the second says, so that an index gives the range.
    return rows.filter(placed_at__gte=placed).filter(Q(placed_at__gt=placed) | Q(pk__gt=after))


def _book(shop: int, name: str, currency: str, parts: Iterable[tuple[Any, ...]]) -> Book:
    counts: dict[Verdict, int] = {}
    sums = {"shop": 0, "klarna": 0}
    shop_read = klarna_read = Read()
    for code, times, in_shop, at_klarna, *moments in parts:
        verdict = Verdict(code)
        counts[verdict] = times
        if verdict.booked:
            sums["shop"] += in_shop or 0
            sums["klarna"] += at_klarna or 0
        shop_read |= Read(oldest=moments[0], newest=moments[1])
        klarna_read |= Read(oldest=moments[2], newest=moments[3])
    return Book(
        shop=shop,
        shop_name=name,
        currency=currency,
        counts=counts,
        shop_minor=sums["shop"],
        klarna_minor=sums["klarna"],
        shop_read=shop_read,
        klarna_read=klarna_read,
    )
