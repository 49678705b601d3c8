"""What became of a run: each order with its answer, and how far the whole has come."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, QuerySet, Value, When
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database import shapes
from kvitt.adapters.database.models import Order, RunItemRow, RunRow
from kvitt.adapters.database.reads import Shops
from kvitt.domain.asks import AskState, Request
from kvitt.domain.money import Money
from kvitt.domain.runs import ItemState
from kvitt.web.console.rows import number_of
from kvitt.web.console.words import Badge

#: How many runs a page of the list shows.
PAGE = 30


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


def items_of(run: RunRow, *, shops: Shops) -> list[Item]:
    """Return the orders of a run that may be seen, as they were chosen."""
    rows = run.items.select_related("order__shop", "ask").only(
        "run_id",
        "request",
        "state",
        "why_not",
        "begun_at",
        "order__number",
        "order__store_order_id",
        "order__customer",
        "order__looked_at",
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


def not_done(run: UUID, *, shops: Shops) -> list[int]:
    """Return the orders of a run that were not done, and will not be."""
    found = find(run, shops=shops)
    items = [] if found is None else items_of(found, shops=shops)
    return [item.order.pk for item in items if item.outcome in UNDONE]


def page(*, before: int | None, shops: Shops) -> tuple[list[Listed], int | None]:
    """Return a page of runs, the newest first, and where the next page begins."""
    rows = _visible(shops)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    runs = list(rows.order_by("-pk")[: PAGE + 1])
    more, runs = len(runs) > PAGE, runs[:PAGE]
    counts = _counts(runs, shops)
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


def _counts(runs: list[RunRow], shops: Shops) -> dict[int, Counter[Outcome]]:
    """Count outcomes in the database, for the few runs of a page."""
    rows = RunItemRow.objects.filter(run__in=runs)
    if shops is not None:
        rows = rows.filter(order__shop__in=shops)
    looked = When(order__looked_at__gte=F("begun_at"), then=Value(Outcome.DONE.value))
    kinds = rows.annotate(
        outcome=Case(
            When(state=ItemState.LEFT_OUT.value, then=Value(Outcome.LEFT_OUT.value)),
            When(ask__isnull=False, then=F("ask__state")),
            When(state=ItemState.BEGUN.value, then=Case(looked, default=Value("waiting"))),
            default=Value(Outcome.WAITING.value),
            output_field=CharField(),
        )
    )
    found: dict[int, Counter[Outcome]] = {}
    for run, outcome, number in kinds.values_list("run", "outcome").annotate(Count("pk")):
        found.setdefault(run, Counter())[Outcome(outcome)] += number
    return found


def _item(row: RunItemRow) -> Item:
    request = None if row.request is None else shapes.unpack(Request, row.request)
    return Item(
        order=row.order,
        outcome=_outcome(row, looked_at=row.order.looked_at),
        text=row.ask.answer if row.ask else row.why_not,
        amount=request.expects if request else None,
        key=row.ask.uid if row.ask else None,
    )


def _outcome(row: RunItemRow, *, looked_at: datetime | None) -> Outcome:
    if row.state == ItemState.LEFT_OUT:
        return Outcome.LEFT_OUT
    if row.ask is not None:
        return Outcome(AskState(row.ask.state).value)
    if row.begun_at is not None and looked_at is not None and looked_at >= row.begun_at:
        return Outcome.DONE
    return Outcome.WAITING
