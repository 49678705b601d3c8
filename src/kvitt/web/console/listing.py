"""One page of orders, and how many each tab holds.

The law: the cost of a page does not grow with the table. Pages are found by the
place they start at (keyset), counts stop at ``COUNT_LIMIT``, and each order of the
list has an index of its own (``bench/console.py`` shows what a page takes).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Count as CountOf
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import Movement, Order
from kvitt.adapters.database.reads import Shops
from kvitt.adapters.database.sums import Share
from kvitt.web.console import search
from kvitt.web.console.moved import Moved, Stretch, orders_of, share_of, start_of
from kvitt.web.console.question import TABS, Question, condition

PAGE = 50
COUNT_LIMIT = 999
#: How many orders an export reads at a time: no reader holds the database for longer.
STRETCH = 500


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A page of the list, with the places of its neighbours."""

    orders: tuple[Order, ...]
    #: ``before`` and ``after`` of the neighbouring pages; empty at the ends.
    previous: str
    next: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Neighbours:
    """The orders beside one in a list; None at its ends."""

    previous: Order | None
    next: Order | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How many orders a tab holds, as far as they are counted."""

    number: int

    def __str__(self) -> str:
        return f"{COUNT_LIMIT}+" if self.number > COUNT_LIMIT else str(self.number)


def count(*, now: datetime, shops: Shops) -> dict[str, Count]:
    """Count the orders of every tab."""
    seen = reads.visible(shops)
    return {
        tab.code: Count(
            number=seen.filter(condition(tab.code, now=now))[: COUNT_LIMIT + 1].count()
        )
        for tab in TABS
    }


def page(question: Question, *, now: datetime, shops: Shops, size: int = PAGE) -> Listing:
    """Return the page of orders that the address asks for."""
    backwards = bool(question.before)
    place = _place(question.before or question.after)
    orders = _Part(question=question, now=now, shops=shops).past(
        place, backwards=backwards, most=size + 1
    )
    # The shops are fetched apart: joined, SQLite would go through the orders shop by shop.
    found = list(orders.prefetch_related("shop").defer(*HEAVY))
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    has_previous = more if backwards else place is not None
    has_next = (place is not None) if backwards else more
    return Listing(
        orders=tuple(found),
        previous=_mark(question, found[0]) if found and has_previous else "",
        next=_mark(question, found[-1]) if found and has_next else "",
    )


def beside(question: Question, order: Order, *, now: datetime, shops: Shops) -> Neighbours:
    """Return what stands before and after an order in a list, by the order's own place.

    The order need not be in the list any more: what was captured leaves *To capture*, and the
    next one is found all the same. One that has no place in it has no neighbours.
    """
    place = _place_of(question, order)
    if place is None:
        return Neighbours(previous=None, next=None)
    part = _Part(question=question, now=now, shops=shops)
    found = [
        part.past(place, backwards=way, most=1).only("number", "store_order_id").first()
        for way in (True, False)
    ]
    return Neighbours(previous=found[0], next=found[1])


def every(question: Question, *, now: datetime, shops: Shops) -> Iterator[Order]:
    """Yield every order that the address asks for, whatever page it names."""
    question = replace(question, after="", before="")
    while True:
        stretch = page(question, now=now, shops=shops, size=STRETCH)
        yield from stretch.orders
        if not stretch.next:
            return
        question = replace(question, after=stretch.next)


def whole(question: Question, *, now: datetime, shops: Shops) -> Share | None:
    """Return what the whole list comes to: what moved, or what is left to capture.

    None where it cannot be said in one currency, or would take more than a few days' rows.
    """
    if question.moved and question.only_moved:
        return share_of(question.moved, currency=question.currency, shops=shops)
    if question.tab not in {"to-capture", "expires-soon"} or not question.currency:
        return None
    summed = _narrowed(question, now=now, shops=shops).aggregate(
        count=CountOf("pk"), minor=Sum("remaining_minor")
    )
    return Share(count=summed["count"], minor=summed["minor"] or 0)


#: What an order remembers and no list shows.
HEAVY = (
    "store_sealed",
    "klarna",
    "refunds_seen",
    "wishes",
    "approvals",
    "plan_text",
    "hold",
    "open_hold",
    "agreed_fingerprint",
    "agreed_amount",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Part:
    """The part of the orders that a list shows a reader."""

    question: Question
    now: datetime
    shops: Shops

    def past(
        self, place: tuple[datetime, int] | None, *, backwards: bool, most: int
    ) -> QuerySet[Order]:
        """Return what comes after a place of the list, or before it: the nearest first."""
        question = self.question
        if question.only_moved and question.moved and question.sort in _BY_ID:
            ascending = _ascending(question) != backwards
            beyond = None if place is None else place[1]
            stretch = Stretch(beyond=beyond, ascending=ascending, most=most)
            ids = orders_of(
                question.moved, stretch, currency=question.currency, shops=self.shops
            )
            return Order.objects.filter(pk__in=ids).order_by("pk" if ascending else "-pk")
        orders = _narrowed(question, now=self.now, shops=self.shops)
        orders = _sorted(orders, question, backwards=backwards)
        if place is not None:
            orders = _past(orders, question, place, backwards=backwards)
        return orders[:most]


def _narrowed(question: Question, *, now: datetime, shops: Shops) -> QuerySet[Order]:
    wanted = condition(question.tab, now=now) & _times(question)
    if question.shop is not None:
        wanted &= Q(shop=question.shop)
    if question.store_status:
        wanted &= Q(store_status=question.store_status)
    if question.klarna_status:
        wanted &= Q(klarna_status=question.klarna_status)
    if question.moved is not None:
        wanted &= Q(pk__in=_moved(question.moved, question.currency))
    elif question.currency:
        wanted &= Q(currency=question.currency)
    if question.ends_unknown:
        wanted &= Q(expires_at__isnull=True)
    if question.sort == "ends":
        # Only what is still authorized has an end that matters, and an index by it.
        wanted &= Q(remaining_minor__gt=0, expires_at__isnull=False)
    return search.narrow(reads.visible(shops).filter(wanted), question.search)


def _times(question: Question) -> Q:
    """Return the conditions on days, each whole where the reader is."""
    wanted = Q()
    for name, first, last in (
        ("created_at", question.since, question.until),
        ("expires_at", question.ends_from, question.ends_to),
    ):
        if first:
            wanted &= Q(**{f"{name}__gte": start_of(first)})
        if last:
            wanted &= Q(**{f"{name}__lt": start_of(last + timedelta(days=1))})
    return wanted


def _moved(asked: Moved, currency: str) -> QuerySet[Movement, int]:
    rows = Movement.objects.filter(asked.condition)
    if currency:
        rows = rows.filter(currency=currency)
    return rows.values_list("order", flat=True)


def _sorted(orders: QuerySet[Order], question: Question, *, backwards: bool) -> QuerySet[Order]:
    if question.sort == "changed":
        # As the index has it: an order that nobody has looked at yet came last when it came.
        orders = orders.annotate(key=Coalesce("changed_at", "created_at"))
    name = _KEYS.get(question.sort, "created_at")
    sign = "" if _ascending(question) != backwards else "-"
    return orders.order_by(f"{sign}{name}", f"{sign}pk")


_KEYS = {"changed": "key", "ends": "expires_at"}
#: Orders get their ids as they are received.
_BY_ID = frozenset({"newest", "oldest"})


def _ascending(question: Question) -> bool:
    return question.sort in {"oldest", "ends"}


def _past(
    orders: QuerySet[Order],
    question: Question,
    place: tuple[datetime, int],
    *,
    backwards: bool,
) -> QuerySet[Order]:
    moment, pk = place
    name = _KEYS.get(question.sort, "created_at")
    side = "gt" if _ascending(question) != backwards else "lt"
    # The first condition repeats what the second says, so that an index gives the range.
    return orders.filter(**{f"{name}__{side}e": moment}).filter(
        Q(**{f"{name}__{side}": moment}) | Q(**{name: moment, f"pk__{side}": pk})
    )


def _place_of(question: Question, order: Order) -> tuple[datetime, int] | None:
    moments = {"changed": order.changed_at or order.created_at, "ends": order.expires_at}
    moment = moments.get(question.sort, order.created_at)
    return None if moment is None else (moment, order.pk)


def _mark(question: Question, order: Order) -> str:
    moment: datetime = getattr(order, _KEYS.get(question.sort, "created_at"))
    return f"{moment.isoformat()}~{order.pk}"


def _place(mark: str) -> tuple[datetime, int] | None:
    """Read a mark; one that was tampered with is the beginning."""
    moment, _, pk = mark.partition("~")
    try:
        found = datetime.fromisoformat(moment), int(pk)
    except ValueError:
        return None
    inside = found[0].tzinfo is not None and 0 < found[1] < 2**63
    return found if inside else None
