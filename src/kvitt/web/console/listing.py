"""One page of orders, and how many each tab holds.

The law: the cost of a page does not grow with the table. Pages are found by the
place they start at (keyset), counts stop at ``COUNT_LIMIT``, and a search looks
only at the beginning of an indexed word.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import Order, OrderTerm
from kvitt.adapters.database.reads import Shops
from kvitt.web.console.question import TABS, Question, condition

PAGE = 50
COUNT_LIMIT = 999
#: Where an order without an end stands when the soonest end comes first.
_NEVER = datetime(9999, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A page of the list, with the places of its neighbours."""

    orders: tuple[Order, ...]
    #: ``before`` and ``after`` of the neighbouring pages; empty at the ends.
    previous: str
    next: str


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


def page(question: Question, *, now: datetime, shops: Shops) -> Listing:
    """Return the page of orders that the address asks for."""
    backwards = bool(question.before)
    orders = _sorted(_narrowed(question, now=now, shops=shops), question, backwards=backwards)
    place = _place(question.before or question.after)
    if place is not None:
        orders = _past(orders, place, ascending=_ascending(question) != backwards)
    found = list(orders.select_related("shop").defer(*_HEAVY)[: PAGE + 1])
    more, found = len(found) > PAGE, found[:PAGE]
    if backwards:
        found.reverse()
    has_previous = more if backwards else place is not None
    has_next = (place is not None) if backwards else more
    return Listing(
        orders=tuple(found),
        previous=_mark(found[0]) if found and has_previous else "",
        next=_mark(found[-1]) if found and has_next else "",
    )


#: What an order remembers and no list shows.
_HEAVY = ("store_sealed", "klarna", "refunds_seen", "wishes", "approvals", "plan_text")


def _narrowed(question: Question, *, now: datetime, shops: Shops) -> QuerySet[Order]:
    wanted = condition(question.tab, now=now)
    if question.shop is not None:
        wanted &= Q(shop=question.shop)
    if question.store_status:
        wanted &= Q(store_status=question.store_status)
    if question.klarna_status:
        wanted &= Q(klarna_status=question.klarna_status)
    if question.since:
        wanted &= Q(created_at__gte=_start(question.since))
    if question.until:
        wanted &= Q(created_at__lt=_start(question.until + timedelta(days=1)))
    orders = reads.visible(shops).filter(wanted)
    for word in _words(question.search):
        orders = orders.filter(pk__in=_having(word))
    return orders


def _words(search: str) -> Iterable[str]:
    return search.casefold().replace("#", " ").split()[:5]


def _having(word: str) -> QuerySet[OrderTerm, int]:
    if connection.vendor == "sqlite":
        # A range, because SQLite's LIKE ignores case and so cannot use the index
        # (https://www.sqlite.org/optoverview.html#the_like_optimization).
        terms = OrderTerm.objects.filter(term__gte=word, term__lt=f"{word}\U0010ffff")
    else:
        terms = OrderTerm.objects.filter(term__startswith=word)
    return terms.values_list("order", flat=True)


def _sorted(orders: QuerySet[Order], question: Question, *, backwards: bool) -> QuerySet[Order]:
    key = {
        "changed": Coalesce("changed_at", "created_at"),
        "ends": Coalesce("expires_at", _NEVER),
    }.get(question.sort)
    orders = orders.annotate(key=key) if key is not None else orders
    name = "key" if key is not None else "created_at"
    sign = "" if _ascending(question) != backwards else "-"
    return orders.order_by(f"{sign}{name}", f"{sign}pk")


def _ascending(question: Question) -> bool:
    return question.sort in {"oldest", "ends"}


def _past(
    orders: QuerySet[Order], place: tuple[datetime, int], *, ascending: bool
) -> QuerySet[Order]:
    moment, pk = place
    name = "key" if "key" in orders.query.annotations else "created_at"
    side = "gt" if ascending else "lt"
    # The first condition repeats what the second says, so that an index gives the range.
    return orders.filter(**{f"{name}__{side}e": moment}).filter(
        Q(**{f"{name}__{side}": moment}) | Q(**{name: moment, f"pk__{side}": pk})
    )


def _mark(order: Order) -> str:
    moment: datetime = getattr(order, "key", order.created_at)
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


def _start(day: date) -> datetime:
    """Return when the day begins where the reader is."""
    return timezone.make_aware(datetime.combine(day, time.min))
