"""The money of one order as figures and as a bar.

The law: the bar is drawn in whole units of a thousand and says its numbers in
words; a figure that nobody has read is absent, never zero.
"""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kvitt.adapters.database.models import Order
from kvitt.domain.money import Money
from kvitt.web.console import text

WIDTH = 1000


@dataclass(frozen=True, kw_only=True, slots=True)
class Figure:
    """One amount with its name; ``key`` is its colour in the bar, where it has one."""

    name: Any
    amount: Money | None
    key: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Segment:
    """A stretch of the bar. Text, so that no language writes it with a comma."""

    key: str
    x: str
    width: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MoneyView:
    """What the money box shows."""

    figures: tuple[Figure, ...]
    segments: tuple[Segment, ...]
    #: The bar in words, for those who do not see it.
    words: str
    #: The shop's total and Klarna's amount differ by this; None where they agree.
    difference: Money | None


def money_of(order: Order) -> MoneyView:
    """Return the order's money as it was last read."""
    captured, refunded, remaining = order.captured, order.refunded, order.remaining
    figures = (
        Figure(name=_("Order total"), amount=order.total),
        Figure(name=_("Authorized"), amount=order.authorized),
        Figure(name=_("Captured"), amount=captured, key="captured"),
        Figure(name=_("Refunded"), amount=refunded, key="refunded"),
        Figure(name=_("Remaining"), amount=remaining, key="remaining"),
    )
    segments: tuple[Segment, ...] = ()
    if captured is not None and refunded is not None and remaining is not None:
        whole = max(order.authorized_minor or 0, captured.minor + remaining.minor, 1)
        kept = captured.minor - refunded.minor
        segments = _segments(
            (("captured", kept), ("refunded", refunded.minor), ("remaining", remaining.minor)),
            whole,
        )
    return MoneyView(
        figures=figures,
        segments=segments,
        words=_in_words(order),
        difference=_difference(order),
    )


def _segments(parts: tuple[tuple[str, int], ...], whole: int) -> tuple[Segment, ...]:
    found = []
    start = 0
    for key, minor in parts:
        x, end = start * WIDTH // whole, (start + minor) * WIDTH // whole
        start += minor
        if minor > 0:
            # The smallest capture is still seen.
            found.append(Segment(key=key, x=str(x), width=str(max(end - x, 4))))
    return tuple(found)


def _in_words(order: Order) -> str:
    if order.authorized is None:
        return _t("Klarna's amounts have not been read yet.")
    named = {
        "authorized": order.authorized,
        "captured": order.captured,
        "refunded": order.refunded,
        "remaining": order.remaining,
    }
    return _t(
        "%(authorized)s authorized, %(captured)s captured, %(refunded)s refunded, "
        "%(remaining)s remaining"
    ) % {
        name: text.money(amount or Money.zero(order.currency)) for name, amount in named.items()
    }


def _difference(order: Order) -> Money | None:
    if order.total is None or order.authorized is None:
        return None
    return order.total - order.authorized or None
