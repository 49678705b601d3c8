"""What became of a run: each order with its answer, and how far the whole has come."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.db.models import (
    BooleanField,
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
)
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database import shapes
from kvitt.adapters.database.models import Order, PartyHealth, RunItemRow, RunRow, ShopState
from kvitt.adapters.database.reads import Shops
from kvitt.domain.asks import AskState, Request
from kvitt.domain.money import Money
from kvitt.domain.runs import ItemState
from kvitt.web.console.rows import number_of
from kvitt.web.console.words import Badge

#: How many runs a page of the list shows.
PAGE = 30
#: Looks that failed one after another; the next comes by itself, and not soon.
IN_VAIN = 3
SILENT = _(
    "The shop or Klarna does not answer, or work on the shop is stopped. It is done by itself "
    "as soon as that is over."
)


class Outcome(StrEnum):
    """What became of one order of a run."""

    DONE = "done"
    REFUSED = "refused"
    WAITING = "waiting"
    WITHDRAWN = "withdrawn"
    LEFT_OUT = "left_out"


BADGES = {
    Outcome.DONE: Badge(text=_("Done"), tone="good"),
    Outcome.REFUSED: Badge(text=_("Not done"), tone="bad"),
    Outcome.WAITING: Badge(text=_("Waiting"), tone="calm"),
    Outcome.WITHDRAWN: Badge(text=_("Taken back")),
    Outcome.LEFT_OUT: Badge(text=_("Not asked"), tone="warn"),
}
#: What may be asked for once more.
UNDONE = frozenset({Outcome.REFUSED, Outcome.WITHDRAWN, Outcome.LEFT_OUT})


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One order of a run."""

    order: Order
    outcome: Outcome
    #: The answer, or why nothing was asked; a sentence of the domain, in English.
    text: str
    #: What was to move; None where no money is.
    amount: Money | None
    #: Key of its request; None where none was made.
    key: UUID | None
    #: Why it is not looked at now, in the reader's words; empty where it is.
    why_silent: Any = ""

    @property
    def number(self) -> str:
        """Return what people call the order."""
        return number_of(self.order)

    @property
    def badge(self) -> Badge:
        """Return the outcome in words."""
        return BADGES[self.outcome]


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far a run has come."""

    counts: Counter[Outcome] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """Return how many orders it has."""
        return sum(self.counts.values())

    @property
    def waiting(self) -> int:
        """Return how many have no answer yet."""
        return self.counts[Outcome.WAITING]

    @property
    def settled(self) -> int:
        """Return how many are answered."""
        return self.total - self.waiting

    @property
    def done(self) -> int:
        """Return how many were done."""
        return self.counts[Outcome.DONE]

    @property
    def undone(self) -> int:
        """Return how many were not done, and will not be."""
        return sum(self.counts[outcome] for outcome in UNDONE)

    @property
    def told(self) -> list[tuple[Badge, int]]:
        """Return each outcome there is, with its number."""
        return [(BADGES[each], self.counts[each]) for each in Outcome if self.counts[each]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """A run as a row of the list."""

    run: RunRow
    progress: Progress


def find(run: UUID, *, shops: Shops) -> RunRow | None:
    """Return a run that has an order which may be seen."""
    return _visible(shops).filter(uid=run).first()


def items_of(run: RunRow, *, now: datetime, shops: Shops) -> list[Item]:
    """Return the orders of a run that may be seen, as they were chosen."""
    rows = run.items.select_related("run", "order__shop", "ask").annotate(silent=_silent(now))
    rows = rows.only(
        "run__stopped_at",
        "run_id",
        "request",
        "state",
        "why_not",
        "begun_at",
        "order__number",
        "order__store_order_id",
        "order__customer",
        "order__looked_at",
        "order__account",
        "order__shop__name",
        "ask__uid",
        "ask__state",
        "ask__answer",
    )
    if shops is not None:
        rows = rows.filter(order__shop__in=shops)
    return [_item(row) for row in rows.order_by("pk")]


def progress_of(items: Iterable[Item]) -> Progress:
    """Return how far these orders have come."""
    return Progress(counts=Counter(item.outcome for item in items))


def not_done(run: UUID, *, now: datetime, shops: Shops) -> list[int]:
    """Return the orders of a run that were not done, and will not be."""
    found = find(run, shops=shops)
    items = [] if found is None else items_of(found, now=now, shops=shops)
    return [item.order.pk for item in items if item.outcome in UNDONE]


def page(*, before: int | None, now: datetime, shops: Shops) -> tuple[list[Listed], int | None]:
    """Return a page of runs, the newest first, and where the next page begins."""
    rows = _visible(shops)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    runs = list(rows.order_by("-pk")[: PAGE + 1])
    more, runs = len(runs) > PAGE, runs[:PAGE]
    counts = _counts(runs, shops, now=now)
    listed = [
        Listed(run=run, progress=Progress(counts=counts.get(run.pk, Counter()))) for run in runs
    ]
    return listed, runs[-1].pk if more else None


def shops_in(run: RunRow) -> set[int]:
    """Return the row ids of the shops whose orders a run has."""
    return set(run.items.values_list("order__shop", flat=True))


def _visible(shops: Shops) -> "QuerySet[RunRow]":
    if shops is None:
        return RunRow.objects.all()
    theirs = RunItemRow.objects.filter(run=OuterRef("pk"), order__shop__in=shops)
    return RunRow.objects.filter(Exists(theirs))


def _counts(runs: list[RunRow], shops: Shops, *, now: datetime) -> dict[int, Counter[Outcome]]:
    """Count outcomes in the database, for the few runs of a page."""
    rows = RunItemRow.objects.filter(run__in=runs)
    if shops is not None:
        rows = rows.filter(order__shop__in=shops)
    looked = When(order__looked_at__gte=F("begun_at"), then=Value(Outcome.DONE.value))
    stopped = When(run__stopped_at__isnull=False, then=Value(Outcome.WITHDRAWN.value))
    silent = When(silent=True, then=Value(Outcome.REFUSED.value))
    waiting = Value(Outcome.WAITING.value)
    kinds = rows.annotate(silent=_silent(now)).annotate(
        outcome=Case(
            When(state=ItemState.LEFT_OUT.value, then=Value(Outcome.LEFT_OUT.value)),
            When(ask__isnull=False, then=F("ask__state")),
            When(
                state=ItemState.BEGUN.value, then=Case(looked, stopped, silent, default=waiting)
            ),
            default=Value(Outcome.WAITING.value),
            output_field=CharField(),
        )
    )
    found: dict[int, Counter[Outcome]] = {}
    for run, outcome, number in kinds.values_list("run", "outcome").annotate(Count("pk")):
        found.setdefault(run, Counter())[Outcome(outcome)] += number
    return found


def _silent(now: datetime) -> Case:
    """Say of an order whether it cannot be looked at now, nor is soon."""
    health = PartyHealth.objects.filter(
        Q(shop=OuterRef("order__shop")) | Q(account=OuterRef("order__account")),
        blocked_until__gt=now,
    )
    cannot = (
        Q(Exists(health))
        | ~Q(order__shop__state=ShopState.ACTIVE.value)
        | Q(order__failures__gte=IN_VAIN)
    )
    return Case(
        When(cannot, then=Value(value=True)),
        default=Value(value=False),
        output_field=BooleanField(),
    )


def _item(row: RunItemRow) -> Item:
    request = None if row.request is None else shapes.unpack(Request, row.request)
    outcome = _outcome(row, silent=row.__dict__["silent"])
    silent = row.__dict__["silent"] and outcome in {Outcome.WAITING, Outcome.REFUSED}
    answered = bool(row.ask and row.ask.answer)
    return Item(
        order=row.order,
        outcome=outcome,
        text=row.ask.answer if row.ask else row.why_not,
        amount=request.expects if request else None,
        key=row.ask.uid if row.ask else None,
        why_silent=SILENT if silent and not answered else "",
    )


def _outcome(row: RunItemRow, *, silent: bool) -> Outcome:
    if row.state == ItemState.LEFT_OUT:
        return Outcome.LEFT_OUT
    if row.ask is not None:
        return Outcome(AskState(row.ask.state).value)
    if row.state != ItemState.BEGUN:
        return Outcome.WAITING
    return _looked(row, silent=silent)


def _looked(row: RunItemRow, *, silent: bool) -> Outcome:
    """Return what became of an order that is only looked at."""
    looked_at = row.order.looked_at
    if row.begun_at is not None and looked_at is not None and looked_at >= row.begun_at:
        return Outcome.DONE
    if row.run.stopped_at is not None:
        return Outcome.WITHDRAWN
    return Outcome.REFUSED if silent else Outcome.WAITING
