"""The order lines of a capture and of an update, from the shop's own figures.

The shop's total is the truth and is never touched: whatever the lines lack to it is
said in one explicit line. Halves are rounded the way that makes the shop's own sum come
out, for WooCommerce rounds them by a setting that the order does not tell
(woocommerce-facts.md §3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal

from kvitt.domain import tax
from kvitt.domain.lines import LINES_LIMIT, TEXT_LIMIT, LineType, OrderLine, sum_of
from kvitt.domain.money import exponent_of
from kvitt.domain.store_order import LineKind, StoreLine, StoreOrder

ROUNDING = "rounding"
GIFT_CARD = "gift_card"
#: The plugins' reference of the line (plugin-behaviour.md §3.2), which shops' books know.
SALES_TAX = "Sales Tax"
ADJUSTMENT = "adjustment"

_TYPES = {
    LineKind.PRODUCT: LineType.PHYSICAL,
    LineKind.SHIPPING: LineType.SHIPPING_FEE,
    LineKind.FEE: LineType.SURCHARGE,
    LineKind.STORE_CREDIT: LineType.STORE_CREDIT,
    LineKind.GIFT_CARD: LineType.GIFT_CARD,
}
_CREDITS = frozenset({LineKind.STORE_CREDIT, LineKind.GIFT_CARD})


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """An order line, and the shop's line it was built from, where there is one."""

    line: OrderLine
    source: StoreLine | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Manner:
    """How decimals become minor units: net and tax each for itself, or their sum."""

    currency: str
    apart: bool
    halves: str
    #: Sales tax is a line of its own, so no line contains any.
    tax_excluded: bool

    def minor(self, amount: Decimal) -> int:
        """Round a decimal to minor units."""
        scaled = amount.scaleb(exponent_of(self.currency))
        return int(scaled.to_integral_value(self.halves))

    def gross(self, net: Decimal, taxes: Decimal) -> int:
        """Return what Klarna calls the amount of a line."""
        if self.tax_excluded:
            return self.minor(net)
        if self.apart:
            return self.minor(net) + self.minor(taxes)
        return self.minor(net + taxes)

    def contained(self, taxes: Decimal) -> int:
        """Return the tax inside a line."""
        return 0 if self.tax_excluded else self.minor(taxes)


def build_lines(order: StoreOrder) -> tuple[OrderLine, ...]:
    """Return the lines of the whole order; they come to the shop's total exactly."""
    return merged(tuple(row.line for row in build_rows(order)))


def build_rows(order: StoreOrder) -> tuple[Row, ...]:
    """Return the lines of the whole order, each with the shop's line it came from."""
    attempts = []
    for rows in _attempts(order):
        if not _gap(order, rows):
            return rows
        attempts.append(rows)
    best = min(attempts, key=lambda rows: abs(_gap(order, rows)))
    gap = gap_line(_gap(order, best), tolerance=rounding_tolerance(order))
    return (*best, Row(line=gap))


def manners_of(order: StoreOrder) -> tuple[Manner, ...]:
    """Return the ways of rounding to try, the checkout plugins' own first."""
    return tuple(
        Manner(
            currency=order.currency,
            apart=apart,
            halves=halves,
            tax_excluded=order.sales_tax_apart,
        )
        for halves in (ROUND_HALF_UP, ROUND_HALF_DOWN)
        for apart in (True, False)
    )


def rounding_tolerance(order: StoreOrder) -> int:
    """Return how far lines may miss the total by rounding alone.

    One minor unit for each line; but a shop that shows no decimals rounds the total
    to whole units while its lines keep theirs (woocommerce-facts.md §3).
    """
    each_line = len(order.lines) + 1
    unit = int(10 ** exponent_of(order.currency))
    return max(each_line, unit) if order.total.minor % unit == 0 else each_line


def gap_line(gap: int, *, tolerance: int) -> OrderLine:
    """Return the one line that says what the others lack to the total.

    Gift cards and store credit are not among the lines that WooCommerce's REST API
    tells of (plugin-behaviour.md App. A): a gap too large for rounding is theirs.
    """
    if abs(gap) <= tolerance:
        kind = LineType.SURCHARGE if gap > 0 else LineType.DISCOUNT
        return flat_line(gap, kind=kind, reference=ROUNDING, name="Rounding")
    if gap < 0:
        name = "Gift card or store credit"
        return flat_line(gap, kind=LineType.GIFT_CARD, reference=GIFT_CARD, name=name)
    name = "Other charges"
    return flat_line(gap, kind=LineType.SURCHARGE, reference=ADJUSTMENT, name=name)


def flat_line(amount: int, *, kind: LineType, reference: str, name: str) -> OrderLine:
    """Return a line of one piece that contains no tax."""
    return OrderLine(
        type=kind,
        reference=reference,
        name=name,
        quantity=1,
        unit_price=amount,
        tax_rate=0,
        total_amount=amount,
    )


def priced_line(line: OrderLine, *, base: int, percentages: Sequence[Decimal]) -> OrderLine:
    """Return the line with a unit price, a discount and a rate that keep the law.

    A price that the quantity does not divide is rounded up, and the discount takes
    what that is too much, so that the customer's invoice keeps the quantity.
    """
    unit = -(-base // line.quantity)
    rate = tax.choose_rate(
        line.total_amount, tax=line.total_tax_amount, percentages=percentages
    )
    return replace(
        line,
        unit_price=unit,
        total_discount_amount=unit * line.quantity - line.total_amount,
        tax_rate=rate,
        total_tax_amount=tax.settle(line.total_amount, rate=rate, tax=line.total_tax_amount),
    )


def type_of(source: StoreLine, *, amount: int) -> LineType:
    """Return Klarna's type; what lowers the price is a discount, whatever the shop calls it."""
    if amount < 0 and source.kind not in _CREDITS:
        return LineType.DISCOUNT
    if source.kind is LineKind.PRODUCT and source.virtual:
        return LineType.DIGITAL
    return _TYPES[source.kind]


def reference_of(source: StoreLine) -> str:
    """Return how the line is called in both captures and refunds."""
    return (source.reference or str(source.id))[:TEXT_LIMIT]


def merged(lines: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    """Return at most a thousand lines: the last ones become one for each tax rate."""
    if len(lines) <= LINES_LIMIT:
        return lines
    groups = {_group_of(line) for line in lines}
    kept = lines[: LINES_LIMIT - len(groups)]
    rest = lines[len(kept) :]
    together = (
        _together([line for line in rest if _group_of(line) == group])
        for group in sorted({_group_of(line) for line in rest})
    )
    return (*kept, *together)


def _group_of(line: OrderLine) -> tuple[int, bool]:
    return line.tax_rate, line.total_amount < 0


def _together(lines: Sequence[OrderLine]) -> OrderLine:
    total = sum_of(lines)
    rate = lines[0].tax_rate
    taxes = sum(line.total_tax_amount for line in lines)
    return OrderLine(
        type=LineType.DISCOUNT if total < 0 else LineType.PHYSICAL,
        reference="more",
        name=f"{len(lines)} more lines",
        quantity=1,
        unit_price=total,
        tax_rate=rate,
        total_amount=total,
        total_tax_amount=tax.settle(total, rate=rate, tax=taxes),
    )


def _attempts(order: StoreOrder) -> Iterable[tuple[Row, ...]]:
    for manner in manners_of(order):
        rows = tuple(_row(line, manner=manner) for line in order.lines)
        yield (*rows, *sales_tax_rows(order.lines, manner=manner))


def sales_tax_rows(lines: Sequence[StoreLine], *, manner: Manner) -> tuple[Row, ...]:
    """Return the one line that holds all sales tax, where it stands apart (US orders)."""
    if not manner.tax_excluded:
        return ()
    taxes = manner.minor(sum((signed(line)[1] for line in lines), start=Decimal(0)))
    if not taxes:
        return ()
    line = flat_line(taxes, kind=LineType.SALES_TAX, reference=SALES_TAX, name="Sales Tax")
    return (Row(line=line),)


def signed(source: StoreLine) -> tuple[Decimal, Decimal]:
    """Return net and tax; credits lower the total, however the shop signs them."""
    if source.kind in _CREDITS:
        return -abs(source.total), -abs(source.total_tax)
    return source.total, source.total_tax


def _row(source: StoreLine, *, manner: Manner) -> Row:
    net, taxes = signed(source)
    total = manner.gross(net, taxes)
    before = total
    if source.kind not in _CREDITS:
        before = manner.gross(source.subtotal, source.subtotal_tax)
    unpriced = OrderLine(
        type=type_of(source, amount=total),
        reference=reference_of(source),
        name=(source.name or reference_of(source))[:TEXT_LIMIT],
        quantity=max(source.quantity, 1),
        unit_price=0,
        tax_rate=0,
        total_amount=total,
        total_tax_amount=manner.contained(taxes),
        product_url=source.product_url,
        image_url=source.image_url,
    )
    # A total raised above its subtotal by hand has no discount: the higher one counts.
    line = priced_line(unpriced, base=max(before, total), percentages=source.rates)
    return Row(line=line, source=source)


def _gap(order: StoreOrder, rows: Sequence[Row]) -> int:
    return order.total.minor - sum_of(row.line for row in rows)
