"""The rows of the order items box: what each item costs, and what was given back of it.

Amounts are without tax, as WooCommerce's admin shows them; tax has its own columns. What an
input field starts with is made here too, and `line_forms` and `refund_forms` read it back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from kvitt.sandbox.shop.records import ZERO, FeeLine, Item, LineItem, Order, ShippingLine
from kvitt.sandbox.shop.screen import money
from kvitt.sandbox.shop.screen.pages import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What of an item has not been refunded yet."""

    quantity: int
    total: Decimal
    taxes: dict[int, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxCell:
    """One tax rate's part of one item; the texts without a currency are for input fields."""

    rate_id: int
    label: str
    #: Whether the item bears this tax at all.
    applies: bool
    text: str
    refunded: str
    typed: str
    left: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemRow:
    """A product, fee or shipping line as the items box shows it."""

    id: int
    kind: str
    name: str
    details: Sequence[tuple[str, str]]
    cost: str
    quantity: int
    total: str
    discount: str
    refunded_quantity: int
    refunded_total: str
    typed_total: str
    typed_subtotal: str
    left_quantity: int
    left_total: str
    taxes: Sequence[TaxCell]


def build(visit: Visit, order: Order) -> list[ItemRow]:
    """Return the rows in WooCommerce's order: products, shipping, fees."""
    items: tuple[Item, ...] = (*order.lines, *order.shipping_lines, *order.fees)
    return [_row(visit, order, item) for item in items]


def quantity_of(item: Item) -> int:
    """Return how many of an item were bought; a fee or shipping is one."""
    return item.quantity if isinstance(item, LineItem) else 1


def tax_amount(item: Item, rate_id: int) -> Decimal:
    """Return the unrounded tax of one rate on an item."""
    return next((tax.total for tax in item.taxes if tax.rate_id == rate_id), ZERO)


def left_of(visit: Visit, order: Order, item: Item) -> Left:
    """Return what a refund may still give back of an item."""
    desk, number = visit.desk, order.id
    return Left(
        quantity=max(0, quantity_of(item) - abs(desk.refunded_quantity(number, item.id))),
        total=item.total - abs(desk.refunded_total(number, item.id)),
        taxes={
            line.rate_id: tax_amount(item, line.rate_id)
            - abs(desk.refunded_tax(number, item.id, line.rate_id))
            for line in order.tax_lines
        },
    )


def _row(visit: Visit, order: Order, item: Item) -> ItemRow:
    left = left_of(visit, order, item)
    quantity = quantity_of(item)
    subtotal = item.subtotal if isinstance(item, LineItem) else item.total
    refunded = item.total - left.total
    cost = subtotal / quantity if quantity else subtotal
    return ItemRow(
        id=item.id,
        kind=_kind(item),
        name=item.method_title if isinstance(item, ShippingLine) else item.name,
        details=_details(visit, item),
        cost=visit.shown(cost, order.currency),
        quantity=quantity,
        total=visit.shown(item.total, order.currency),
        discount=_below(visit, order, subtotal - item.total),
        refunded_quantity=quantity - left.quantity,
        refunded_total=_below(visit, order, refunded),
        typed_total=money.typed(item.total, order.currency),
        typed_subtotal=money.typed(subtotal, order.currency),
        left_quantity=left.quantity,
        left_total=money.typed(left.total, order.currency),
        taxes=[
            _tax_cell(visit, order, item, (line.rate_id, line.label, left.taxes[line.rate_id]))
            for line in order.tax_lines
        ],
    )


def _tax_cell(
    visit: Visit, order: Order, item: Item, rate: tuple[int, str, Decimal]
) -> TaxCell:
    rate_id, label, left = rate
    amount = tax_amount(item, rate_id)
    applies = any(tax.rate_id == rate_id for tax in item.taxes)
    return TaxCell(
        rate_id=rate_id,
        label=label,
        applies=applies,
        text=visit.shown(amount, order.currency) if amount else "–",
        refunded=_below(visit, order, amount - left),
        typed=money.typed(amount, order.currency) if applies else "",
        left=money.typed(left, order.currency),
    )


def _below(visit: Visit, order: Order, amount: Decimal) -> str:
    """Return an amount taken off, with its minus; nothing when it rounds to nothing."""
    decimals = visit.desk.books.settings.decimals
    return visit.shown(-amount, order.currency) if money.rounded(amount, decimals) else ""


def _kind(item: Item) -> str:
    if isinstance(item, LineItem):
        return "product"
    return "fee" if isinstance(item, FeeLine) else "shipping"


def _details(visit: Visit, item: Item) -> list[tuple[str, str]]:
    if not isinstance(item, LineItem):
        return []
    product = visit.desk.books.product(item.variation_id or item.product_id)
    details = [("SKU", product.sku)] if product and product.sku else []
    named = [(meta.label, str(meta.value)) for meta in item.meta if meta.label]
    return [*details, *named]
