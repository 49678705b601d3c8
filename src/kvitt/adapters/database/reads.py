"""The questions that pages ask of the order rows. Nothing here writes.

Every question may be narrowed to the shops a person has rights in (``shops``; None is
all). Lists are paged by a cursor, never by an offset, so that page 1000 of a million
orders costs what page 1 costs.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from kvitt.adapters.database.models import (
    Order,
    OrderState,
    OrderTerm,
    RejectCounter,
    Shop,
)

Shops = Collection[int] | None

_LARGE = ("store_sealed", "klarna", "refunds_seen")
#: Sorts after every letter: the end of a range of words that begin alike.
_LAST = "\U0010ffff"
_BETWEEN = "~"
_LARGEST_ID = 2**63 - 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Filters:
    """What a list is narrowed to; empty is everything."""

    search: str = ""
    state: str = ""
    shop: int | None = None
    store_status: str = ""
    klarna_status: str = ""
    hold_code: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Page:
    """One page of a list, with the cursors of its neighbours; empty at the ends."""

    orders: tuple[Order, ...]
    newer: str
    older: str


def visible(shops: Shops) -> "QuerySet[Order]":
    """Return the orders of these shops."""
    return Order.objects.all() if shops is None else Order.objects.filter(shop__in=shops)


def visible_shops(shops: Shops) -> "QuerySet[Shop]":
    """Return these shops, by name."""
    return Shop.objects.all() if shops is None else Shop.objects.filter(pk__in=shops)


def list_orders(
    filters: Filters, *, cursor: str = "", size: int = 50, shops: Shops = None
) -> Page:
    """Return a page of orders, newest first."""
    rows = _filtered(filters, shops).select_related("shop").defer(*_LARGE)
    backwards, place = _read_cursor(cursor)
    if place is not None:
        rows = rows.filter(_newer_than(*place) if backwards else _older_than(*place))
    order_by = ("created_at", "id") if backwards else ("-created_at", "-id")
    found = list(rows.order_by(*order_by)[: size + 1])
    more = len(found) > size
    found = found[:size]
    if backwards:
        found.reverse()
    has_newer, has_older = (more, True) if backwards else (place is not None, more)
    return Page(
        orders=tuple(found),
        newer=_cursor("<", found[0]) if found and has_newer else "",
        older=_cursor(">", found[-1]) if found and has_older else "",
    )


def count_by_state(*, shops: Shops = None) -> dict[str, int]:
    """Return how many orders stand where; every state is present."""
    counted = visible(shops).values_list("state").annotate(count=Count("id"))
    return {**dict.fromkeys(OrderState.values, 0), **dict(counted)}


def list_holds(*, cursor: str = "", size: int = 50, shops: Shops = None) -> Page:
    """Return a page of the orders a person has to look at, the oldest hold first.

    ``older`` is the cursor of the next page.
    """
    rows = visible(shops).filter(state=OrderState.HELD, hold_since__isnull=False)
    _, place = _read_cursor(cursor)
    if place is not None:
        since, pk = place
        rows = rows.filter(hold_since__gte=since).exclude(hold_since=since, pk__lte=pk)
    found = rows.select_related("shop").defer(*_LARGE).order_by("hold_since", "id")
    held = list(found[: size + 1])
    more, held = len(held) > size, held[:size]
    after = _cursor_at(">", held[-1].hold_since, held[-1].pk) if more else ""
    return Page(orders=tuple(held), newer="", older=after)


def expiring(*, before: datetime, shops: Shops = None, size: int = 50) -> tuple[Order, ...]:
    """Return the orders whose open authorization ends before then, soonest first."""
    rows = visible(shops).filter(expires_at__lt=before, remaining_minor__gt=0)
    return tuple(rows.select_related("shop").defer(*_LARGE).order_by("expires_at", "id")[:size])


def get_order(order_id: int, *, shops: Shops = None) -> Order | None:
    """Return an order by its row id, with its shop and account."""
    return visible(shops).filter(pk=order_id).select_related("shop", "account").first()


def find_order(shop: int, store_order_id: int) -> Order | None:
    """Return an order by its id in the shop."""
    rows = Order.objects.filter(shop=shop, store_order_id=store_order_id)
    return rows.select_related("shop", "account").first()


def counters(shop: int) -> dict[str, int]:
    """Return how often each thing came that left no other trace; 0 is no known shop."""
    rows = RejectCounter.objects.filter(shop=shop).values_list("reason")
    return dict(rows.annotate(times=Sum("count")))


def _filtered(filters: Filters, shops: Shops) -> "QuerySet[Order]":
    # Only what is held has a code: saying so lets the database find the few.
    exact = {
        "state": filters.state or (OrderState.HELD.value if filters.hold_code else ""),
        "shop": filters.shop,
        "store_status": filters.store_status,
        "klarna_status": filters.klarna_status,
        "hold_code": filters.hold_code,
    }
    if any("\0" in str(value) for value in (filters.search, *exact.values())):
        # No row holds this character, and PostgreSQL refuses even to be asked for it.
        return Order.objects.none()
    rows = visible(shops).filter(**{name: value for name, value in exact.items() if value})
    # Each word has to begin one of the order's words: "ek 10" finds order 1042 of Östen Ek.
    for word in filters.search.casefold().split():
        rows = rows.filter(pk__in=_terms_that_begin(word).values("order"))
    return rows


def _terms_that_begin(word: str) -> "QuerySet[OrderTerm]":
    if connection.vendor == "postgresql":
        # How text sorts there depends on the database's language, and only LIKE may use the
        # index that does not.
        return OrderTerm.objects.filter(term__startswith=word)
    # LIKE of SQLite takes no index here, for it does not heed case.
    return OrderTerm.objects.filter(term__gte=word, term__lt=word + _LAST)


def _older_than(moment: datetime, pk: int) -> Q:
    return Q(created_at__lte=moment) & (Q(created_at__lt=moment) | Q(pk__lt=pk))


def _newer_than(moment: datetime, pk: int) -> Q:
    return Q(created_at__gte=moment) & (Q(created_at__gt=moment) | Q(pk__gt=pk))


def _cursor(way: str, order: Order) -> str:
    return _cursor_at(way, order.created_at, order.pk)


def _cursor_at(way: str, moment: datetime | None, pk: int) -> str:
    return f"{way}{moment.astimezone(UTC).isoformat() if moment else ''}{_BETWEEN}{pk}"


def _read_cursor(cursor: str) -> tuple[bool, tuple[datetime, int] | None]:
    """Return the way and the place; a cursor somebody made up is the first page."""
    moment, _, pk = cursor[1:].partition(_BETWEEN)
    try:
        place = (datetime.fromisoformat(moment), int(pk))
    except ValueError:
        return False, None
    if cursor[0] not in "<>" or place[0].tzinfo is None or place[1] > _LARGEST_ID:
        return False, None
    return cursor[0] == "<", place
