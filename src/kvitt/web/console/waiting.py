"""Everything that waits for a person, and what it costs to leave it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils.translation import gettext as _t

from kvitt.adapters.database import reads
from kvitt.adapters.database.models import Order, OrderState, Shop
from kvitt.adapters.database.reads import Shops
from kvitt.domain.money import Money
from kvitt.web.console import rows, text
from kvitt.web.console.rows import Row

#: What one page shows and one press of "Retry all" asks for.
PAGE = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """One order that waits."""

    row: Row
    order: Order
    wanted: str
    why: str
    next_step: str
    amount: Money | None
    since: datetime | None
    #: What is lost, and when, if nobody does anything; empty where nothing is.
    cost: Any
    urgent: bool


def cases(*, now: datetime, shops: Shops) -> tuple[Case, ...]:
    """Return what has waited longest first."""
    found = reads.visible(shops).filter(state=OrderState.HELD.value).select_related("shop")
    oldest = found.order_by(F("hold_since").asc(nulls_last=True), "pk")[:PAGE]
    return tuple(_case(order, now=now) for order in oldest)


def count(*, shops: Shops) -> int:
    """Return how many orders wait."""
    return reads.visible(shops).filter(state=OrderState.HELD.value)[:1000].count()


def troubled_shops(*, shops: Shops) -> tuple[Shop, ...]:
    """Return the shops whose connection a person has to mend."""
    return tuple(reads.visible_shops(shops).exclude(trouble="").order_by("trouble_since"))


def _case(order: Order, *, now: datetime) -> Case:
    hold = order.hold or {}
    return Case(
        row=rows.row_of(order, now=now),
        order=order,
        wanted=str(hold.get("wanted", "")),
        why=str(hold.get("why", "")) or order.hold_text,
        next_step=str(hold.get("next_step", "")),
        amount=order.hold_amount,
        since=order.hold_since,
        cost=_cost(order, now=now),
        urgent=rows.expires_soon(order, now=now),
    )


def _cost(order: Order, *, now: datetime) -> str:
    if not order.remaining or order.expires_at is None:
        return ""
    amount = text.money(order.remaining)
    if order.expires_at <= now:
        return _t("The authorisation of %(amount)s has ended.") % {"amount": amount}
    return _t("%(amount)s can no longer be captured after %(day)s, in %(span)s.") % {
        "amount": amount,
        "day": text.day(order.expires_at),
        "span": text.span(order.expires_at - now),
    }
