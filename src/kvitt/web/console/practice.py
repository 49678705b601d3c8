"""The four walkthroughs with a practice order each, whose steps tick themselves.

Nothing is staged: the steps look at the order as kvitt has read it and at what has
happened to it since the walkthrough was begun.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import IntentRow, Order, TimelineRow, WriteBackRow
from kvitt.adapters.database.reads import Shops
from kvitt.domain.intents import State


@dataclass(frozen=True, kw_only=True, slots=True)
class Since:
    """An order and what has happened to it since a walkthrough began with it."""

    order: Order
    #: Statuses the shop's order was seen to change to, oldest first.
    statuses: tuple[str, ...]
    #: Calls that Klarna has carried out.
    done: frozenset[str]
    #: Notes that are written in the shop.
    noted: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """One thing to do or to see, and whether it is so by now."""

    text: Any
    is_done: Callable[[Since], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class Walkthrough:
    """One thing that a merchant does, step by step."""

    code: str
    title: Any
    #: ``store_status`` and ``klarna_status`` of an order it can begin with.
    begins_with: tuple[str, str]
    steps: tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Ticked:
    """A step as the page shows it."""

    text: Any
    done: bool


_NOTED = Step(
    text=_("The order note is written in the shop."), is_done=lambda since: since.noted
)


def _became(status: str) -> Callable[[Since], bool]:
    return lambda since: status in since.statuses


def _did(kind: str) -> Callable[[Since], bool]:
    return lambda since: kind in since.done


def _back_in_processing(since: Since) -> bool:
    if "on-hold" not in since.statuses:
        return False
    return "processing" in since.statuses[since.statuses.index("on-hold") :]


ALL: Mapping[str, Walkthrough] = {
    each.code: each
    for each in (
        Walkthrough(
            code="cancel",
            title=_("Cancel an order"),
            begins_with=("processing", "AUTHORIZED"),
            steps=(
                Step(
                    text=_("In the shop, set Order status to Cancelled and press Save Order."),
                    is_done=_became("cancelled"),
                ),
                Step(text=_("The order is cancelled at Klarna."), is_done=_did("cancel")),
                _NOTED,
            ),
        ),
        Walkthrough(
            code="update",
            title=_("Update an order"),
            begins_with=("processing", "AUTHORIZED"),
            steps=(
                Step(
                    text=_("In the shop, set Order status to On hold and press Save Order."),
                    is_done=_became("on-hold"),
                ),
                Step(
                    text=_(
                        "Change an item's quantity or price, press Save, and calculate again."
                    ),
                    is_done=_did("update"),
                ),
                Step(
                    text=_("Set Order status back to Processing and press Save Order."),
                    is_done=_back_in_processing,
                ),
                _NOTED,
            ),
        ),
        Walkthrough(
            code="capture",
            title=_("Capture an order"),
            begins_with=("processing", "AUTHORIZED"),
            steps=(
                Step(
                    text=_("In the shop, set Order status to Completed and press Save Order."),
                    is_done=_became("completed"),
                ),
                Step(text=_("The money is captured at Klarna."), is_done=_did("capture")),
                _NOTED,
            ),
        ),
        Walkthrough(
            code="refund",
            title=_("Refund an order"),
            begins_with=("completed", "CAPTURED"),
            steps=(
                Step(
                    text=_(
                        "In the shop, press Refund below the items, give an amount or "
                        "quantities, and press Refund via Klarna Payments."
                    ),
                    is_done=_did("refund"),
                ),
                Step(text=_("The money is given back at Klarna."), is_done=_did("refund")),
                _NOTED,
            ),
        ),
    )
}


def order_for(walkthrough: Walkthrough, *, shops: Shops) -> Order | None:
    """Return the newest order that the walkthrough can begin with."""
    store, klarna = walkthrough.begins_with
    fitting = reads.visible(shops).filter(store_status=store, klarna_status=klarna)
    if walkthrough.code == "refund":
        fitting = fitting.filter(refunded_minor=0)
    return fitting.order_by("-created_at", "-pk").first()


def steps_of(walkthrough: Walkthrough, order: Order, *, after: int) -> tuple[Ticked, ...]:
    """Return the steps, ticked by what came after the ``after``th row of the timeline."""
    since = _since(order, after)
    return tuple(Ticked(text=step.text, done=step.is_done(since)) for step in walkthrough.steps)


def _since(order: Order, after: int) -> Since:
    rows = list(TimelineRow.objects.filter(order=order, nth__gt=after).order_by("nth"))
    facts = [row.data if isinstance(row.data, dict) else {} for row in rows]
    begun = rows[0].at if rows else None
    done: frozenset[str] = frozenset()
    noted = False
    if begun is not None:
        calls = IntentRow.objects.filter(
            order=order, state=State.DONE.value, settled_at__gte=begun
        )
        done = frozenset(calls.values_list("kind", flat=True))
        noted = WriteBackRow.objects.filter(
            order=order, kind="note", outcome__in=("written", "found"), settled_at__gte=begun
        ).exists()
    statuses = [str(each["store_status"]) for each in facts if each.get("store_status")]
    return Since(order=order, statuses=tuple(statuses), done=done, noted=noted)
