"""What a person is to be told of a stretch of time. Nothing here writes.

The law: what is told begins inside the stretch, so that one message after another tells
everything once. What somebody else looks after, or has put aside, is not told.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import User
from django.db.models import F, Q, QuerySet

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import Order, OrderState, Shop
from kvitt.adapters.database.reads import Shops
from kvitt.adapters.database.sums import OPEN
from kvitt.web.accounts import roles
from kvitt.web.console import care, waiting
from kvitt.web.console.models import Notices
from kvitt.web.console.waiting import Case

#: So long before its end an authorization is told of; what is put aside comes back then too.
AHEAD = care.BEFORE_THE_END
#: The most that one message lists of each kind; the rest is a number and a link.
MOST = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """From one moment, which is left out, up to another."""

    after: datetime
    until: datetime

    def holds(self, name: str, *, later: timedelta = timedelta()) -> Q:
        """Return which rows have a moment in it, or in it and so much later."""
        begin, end = self.after + later, self.until + later
        return Q(**{f"{name}__gt": begin, f"{name}__lte": end})


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Orders of one kind: the first of them, and how many there are."""

    cases: tuple[Case, ...] = ()
    number: int = 0

    @property
    def more(self) -> int:
        """Return how many are not listed."""
        return self.number - len(self.cases)


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """Everything that one message tells."""

    held: Part
    ending: Part
    shops: tuple[Shop, ...]

    def __bool__(self) -> bool:
        return bool(self.held.number or self.ending.number or self.shops)


def of(notices: Notices, stretch: Stretch, *, now: datetime) -> News:
    """Return what the person of these notices is to be told of a stretch of time."""
    user = notices.user
    shops = roles.shops_of(user) if user.is_active else frozenset[int]()
    held = _held(stretch, user, shops)
    ending = _ending(stretch, user, shops)
    if notices.held:
        # Its end is told with what it waits for.
        ending = ending.exclude(pk__in=held.order_by().values("pk"))
    return News(
        held=_part(held, now) if notices.held else Part(),
        ending=_part(ending, now) if notices.ending else Part(),
        shops=_shops(stretch, shops) if notices.shops else (),
    )


def _held(stretch: Stretch, user: User, shops: Shops) -> "QuerySet[Order]":
    """Return what waits since then, or was put aside and has come back since then."""
    waiting_now = _of(user, shops).filter(state=OrderState.HELD.value)
    back = Q(care__snoozed_code=F("hold_code")) & stretch.holds("care__snoozed_until")
    found = waiting_now.filter(stretch.holds("hold_since") | back)
    return found.exclude(care.out_of_sight(now=stretch.until)).order_by("hold_since", "pk")


def _ending(stretch: Stretch, user: User, shops: Shops) -> "QuerySet[Order]":
    soon = _of(user, shops).filter(OPEN, stretch.holds("expires_at", later=AHEAD))
    return soon.order_by("expires_at", "pk")


def _of(user: User, shops: Shops) -> "QuerySet[Order]":
    """Return the orders that nobody else looks after."""
    mine = Q(care=None) | Q(care__assignee=None) | Q(care__assignee=user)
    return reads.visible(shops).filter(mine)


def _shops(stretch: Stretch, shops: Shops) -> tuple[Shop, ...]:
    begun = stretch.holds("trouble_since") | stretch.holds("standing__problem_since")
    known = set(Shop.objects.filter(begun).values_list("pk", flat=True))
    return tuple(shop for shop in waiting.troubled_shops(shops=shops) if shop.pk in known)


def _part(orders: "QuerySet[Order]", now: datetime) -> Part:
    listed = orders.prefetch_related("shop", "care__assignee").defer("store_sealed", "klarna")
    cases = tuple(waiting.case_of(order, now=now) for order in listed[:MOST])
    number = len(cases) if len(cases) < MOST else orders.count()
    return Part(cases=cases, number=number)
