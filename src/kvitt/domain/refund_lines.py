"""The order lines of a refund, from what the shop booked.

Klarna finds the capture to refund by the references of the lines, and only when they
come to the refunded amount (klarna-api.md §8.2). Lines that cannot be made to do so are
not sent: an amount alone is honest, lines that do not add up are not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from kvitt.domain import line_builder
from kvitt.domain.line_builder import Manner
from kvitt.domain.lines import TEXT_LIMIT, LineType, OrderLine, sum_of
from kvitt.domain.money import Money
from kvitt.domain.store_order import LineKind, StoreLine, StoreOrder, StoreRefund

RETURN_FEE = "return_fee"


def build_refund_lines(order: StoreOrder, refund: StoreRefund) -> tuple[OrderLine, ...]:
    """Return lines that come to the refund's amount exactly, or none where none can."""
    attempts = [_attempt(order, refund, manner=m) for m in line_builder.manners_of(order)]
    best = min(attempts, key=lambda lines: abs(refund.amount.minor - sum_of(lines)))
    if not best:
        return ()
    gap = refund.amount.minor - sum_of(best)
    if not gap:
        return line_builder.merged(best)
    tolerance = line_builder.rounding_tolerance(order)
    if abs(gap) > tolerance and not 0 < -gap <= hidden_credit(order):
        return ()
    return line_builder.merged((*best, line_builder.gap_line(gap, tolerance=tolerance)))


def return_fee_line(
    fee: Money, *, taxes: Money, percentages: Sequence[Decimal] = ()
) -> OrderLine:
    """Return the negative line of a fee that is withheld from a refund, gross with its tax."""
    unpriced = line_builder.flat_line(
        -fee.minor, kind=LineType.RETURN_FEE, reference=RETURN_FEE, name="Return fee"
    )
    unpriced = replace(unpriced, total_tax_amount=-taxes.minor)
    return line_builder.priced_line(unpriced, base=-fee.minor, percentages=percentages)


def hidden_credit(order: StoreOrder) -> int:
    """Return what gift cards that REST does not tell of took off the order's total."""
    return -sum_of(
        row.line
        for row in line_builder.build_rows(order)
        if row.line.type in {LineType.GIFT_CARD, LineType.STORE_CREDIT}
    )


def _attempt(
    order: StoreOrder, refund: StoreRefund, *, manner: Manner
) -> tuple[OrderLine, ...]:
    originals = {line.id: line for line in order.lines}
    given = tuple(
        line
        for line in refund.lines
        if (line.total or line.total_tax) and not _is_fee_twice(line, refund)
    )
    lines = tuple(_line(line, originals=originals, manner=manner) for line in given)
    lines += tuple(row.line for row in line_builder.sales_tax_rows(given, manner=manner))
    if refund.return_fee:
        taxes = refund.return_fee_tax or Money.zero(order.currency)
        percentages = _one_rate(order)
        lines += (return_fee_line(refund.return_fee, taxes=taxes, percentages=percentages),)
    return lines


def _one_rate(order: StoreOrder) -> tuple[Decimal, ...]:
    """Return the highest percentage on the order: a return fee is taxed like the goods."""
    return (
        max((sum(line.rates, start=Decimal(0)) for line in order.lines), default=Decimal(0)),
    )


def _is_fee_twice(line: StoreLine, refund: StoreRefund) -> bool:
    """Say whether a line is the return fee, which the refund tells of by itself as well."""
    withheld = line.kind is LineKind.FEE and line.total < 0
    return withheld and bool(refund.return_fee)


def _line(
    source: StoreLine, *, originals: Mapping[int, StoreLine], manner: Manner
) -> OrderLine:
    original = originals.get(source.refunds_line or 0, source)
    net, taxes = line_builder.signed(source)
    total = manner.gross(net, taxes)
    kind = line_builder.type_of(original, amount=total)
    if source.kind is LineKind.FEE and total < 0 and original is source:
        kind = LineType.RETURN_FEE
    unpriced = OrderLine(
        type=kind,
        reference=line_builder.reference_of(original),
        name=(source.name or original.name or line_builder.reference_of(original))[:TEXT_LIMIT],
        quantity=max(source.quantity, 1),
        unit_price=0,
        tax_rate=0,
        total_amount=total,
        total_tax_amount=manner.contained(taxes),
    )
    rates = source.rates or original.rates
    return line_builder.priced_line(unpriced, base=total, percentages=rates)
