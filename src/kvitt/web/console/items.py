"""The lines of an order, with what of each is captured and refunded.

Quantities captured come from our own captures; a capture made elsewhere names no
quantities, so a line of it is only sure once the whole order is captured.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kvitt.adapters.database.models import IntentRow
from kvitt.domain.intents import State
from kvitt.domain.klarna_order import KlarnaOrder, KlarnaStatus
from kvitt.domain.money import Money, exponent_of
from kvitt.domain.steps import Kind
from kvitt.domain.store_order import LineKind, StoreLine, StoreOrder


@dataclass(frozen=True, kw_only=True, slots=True)
class Item:
    """One line as the page shows it."""

    name: str
    reference: str
    kind: LineKind
    quantity: int
    #: None where nobody can tell.
    captured: int | None
    refunded: int
    #: With tax, as the shop's customer paid it.
    total: Money


def items_of(
    store: StoreOrder, klarna: KlarnaOrder | None, intents: Sequence[IntentRow]
) -> tuple[Item, ...]:
    """Return the order's lines."""
    sent = _captured_by_us(intents)
    back = _refunded(store)
    return tuple(
        Item(
            name=line.name,
            reference=line.reference,
            kind=line.kind,
            quantity=line.quantity,
            captured=_captured(line, klarna, sent, intents),
            refunded=back[line.id],
            total=_gross(line, store.currency),
        )
        for line in store.lines
    )


def _captured(
    line: StoreLine,
    klarna: KlarnaOrder | None,
    sent: Counter[str],
    intents: Sequence[IntentRow],
) -> int | None:
    if klarna is None or not klarna.captured:
        return 0
    if klarna.status is KlarnaStatus.CAPTURED:
        return line.quantity
    if sent.total() == 0 or len(klarna.captures) > len(_captures(intents)):
        return None
    return min(sent[line.reference], line.quantity)


def _captures(intents: Sequence[IntentRow]) -> list[IntentRow]:
    return [
        intent
        for intent in intents
        if intent.kind == Kind.CAPTURE.value and intent.state == State.DONE.value
    ]


def _captured_by_us(intents: Sequence[IntentRow]) -> Counter[str]:
    found: Counter[str] = Counter()
    for intent in _captures(intents):
        found.update({str(name): int(many) for name, many in intent.quantities.items()})
    return found


def _refunded(store: StoreOrder) -> Counter[int]:
    found: Counter[int] = Counter()
    for refund in store.refunds:
        for line in refund.lines:
            if line.refunds_line is not None:
                found[line.refunds_line] += line.quantity
    return found


def _gross(line: StoreLine, currency: str) -> Money:
    """Return what the line costs with tax, to the minor unit for reading."""
    gross = (line.total + line.total_tax).scaleb(exponent_of(currency))
    return Money(int(gross.to_integral_value()), currency)
