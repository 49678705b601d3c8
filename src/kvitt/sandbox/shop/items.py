"""The items of an order: adding, changing and removing products, fees and shipping.

Everything here takes an order and returns one; who saves it, and whether totals follow, is the
caller's choice. Entries are REST-shaped dictionaries, and what they may leave out is what
WooCommerce lets them leave out (woocommerce-facts.md §4).
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, TypeVar

from kvitt.sandbox.shop import metas, stock, taxes
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.catalogue import Product
from kvitt.sandbox.shop.records import (
    ZERO,
    FeeLine,
    Item,
    LineItem,
    Meta,
    Order,
    ShippingLine,
)
from kvitt.sandbox.shop.refusals import ShopError

Entry = Mapping[str, Any]
Kind = TypeVar("Kind", bound=Item)

#: REST's name of each list of items, and the order's own.
FIELDS = {"line_items": "lines", "shipping_lines": "shipping_lines", "fee_lines": "fees"}

_NULLABLE = ("product_id", "method_id", "method_title", "name", "code")
#: Statuses in which an edited quantity moves stock at once.
_STOCKED = frozenset({"processing", "completed", "on-hold"})


def removes(entry: Entry) -> bool:
    """Tell whether an entry takes its item away: a null, or a quantity of nothing."""
    nulled = any(key in entry and entry[key] is None for key in _NULLABLE)
    return nulled or entry.get("quantity", 1) in {0, "0"}


def find(order: Order, field: str, item_id: int) -> Item:
    """Return an order's item of a kind, or refuse as WooCommerce does."""
    for item in getattr(order, FIELDS[field]):
        if item.id == item_id:
            found: Item = item
            return found
    raise ShopError(
        "Order item ID provided is not associated with order.",
        code="woocommerce_rest_invalid_item_id",
    )


def without(order: Order, item_id: int) -> Order:
    """Return the order without an item."""
    return replace(
        order,
        lines=tuple(line for line in order.lines if line.id != item_id),
        fees=tuple(fee for fee in order.fees if fee.id != item_id),
        shipping_lines=tuple(s for s in order.shipping_lines if s.id != item_id),
    )


def with_item(order: Order, item: Item) -> Order:
    """Return the order with an item in place of the one with its id, or at the end."""
    if isinstance(item, LineItem):
        return replace(order, lines=_placed(order.lines, item))
    if isinstance(item, FeeLine):
        return replace(order, fees=_placed(order.fees, item))
    return replace(order, shipping_lines=_placed(order.shipping_lines, item))


def changed(bench: Bench, order: Order, item: Item, entry: Entry) -> Item:
    """Return an item as an entry changes it, with stock moved along."""
    if isinstance(item, LineItem):
        return _stocked(bench, order, _line(bench, order, item, entry))
    if isinstance(item, FeeLine):
        return _fee(bench, item, entry)
    return _shipping(bench, item, entry)


def added(bench: Bench, order: Order, field: str, entry: Entry) -> Item:
    """Return the new item an entry asks for."""
    item_id = bench.books.next_id("item")
    if field == "fee_lines":
        if not entry.get("name"):
            raise _refused("Fee name is required.", "invalid_fee_item")
        return _fee(bench, FeeLine(id=item_id, name=""), entry)
    if field == "shipping_lines":
        if not entry.get("method_id"):
            raise _refused("Shipping method ID is required.", "invalid_shipping_item")
        return _shipping(bench, ShippingLine(id=item_id, method_title=""), entry)
    product = _product_of(bench, entry)
    if product is None and not entry.get("product_id"):
        raise _refused("Product ID or SKU is required.", "required_product_reference")
    line = LineItem(id=item_id, name="")
    if product:
        line = at_catalogue_price(bench, order, _of_product(bench, line, product), entry)
    return _stocked(bench, order, _line(bench, order, line, {**entry, "product_id": 0}))


def at_catalogue_price(bench: Bench, order: Order, line: LineItem, entry: Entry) -> LineItem:
    """Return a line priced as the catalogue has it now."""
    product = bench.books.product(line.variation_id or line.product_id)
    quantity = int(entry.get("quantity", 1))
    price = product.price if product else ZERO
    net = taxes.net_price(price * quantity, tax_class=line.tax_class, rules=bench.rules(order))
    return replace(line, quantity=quantity, subtotal=net, total=net)


def decimal_of(value: Any) -> Decimal:
    """Return a posted amount; what is no number is zero, as in WooCommerce."""
    try:
        amount = Decimal(str(value).strip())
    except ArithmeticError:
        return ZERO
    return amount if amount.is_finite() else ZERO


def _placed(old_items: tuple[Kind, ...], item: Kind) -> tuple[Kind, ...]:
    ids = [old.id for old in old_items]
    at = ids.index(item.id) if item.id in ids else len(ids)
    return (*old_items[:at], item, *old_items[at + 1 :])


def _refused(text: str, code: str) -> ShopError:
    return ShopError(text, code=f"woocommerce_rest_{code}")


def _stocked(bench: Bench, order: Order, line: LineItem) -> LineItem:
    if order.status not in _STOCKED:
        return line
    return stock.adjusted(bench.books, order, line, author=bench.books.settings.admin_user)


def _product_of(bench: Bench, entry: Entry) -> Product | None:
    if entry.get("sku"):
        return next((p for p in bench.books.products() if p.sku == entry["sku"]), None)
    return bench.books.product(int(entry.get("variation_id") or entry.get("product_id") or 0))


def _of_product(bench: Bench, line: LineItem, product: Product) -> LineItem:
    parent_id = product.parent_id
    attributes = tuple(
        Meta(id=bench.books.next_id("item_meta"), key=name.lower(), value=option, label=name)
        for name, option in product.attributes.items()
        if parent_id
    )
    return replace(
        line,
        name=product.name,
        product_id=parent_id or product.id,
        variation_id=product.id if parent_id else 0,
        tax_class=product.tax_class,
        tax_status=product.tax_status,
        meta=(*line.meta, *attributes),
    )


def _line(bench: Bench, order: Order, line: LineItem, entry: Entry) -> LineItem:
    product = _product_of(bench, entry)
    if product and product.id not in {line.product_id, line.variation_id}:
        line = _of_product(bench, line, product)
        if line.id not in {old.id for old in order.lines}:
            line = at_catalogue_price(bench, order, line, entry)
    if "quantity" in entry:
        line = replace(line, quantity=int(decimal_of(entry["quantity"])))
    if "total" in entry:
        line = replace(line, total=decimal_of(entry["total"]))
    if "subtotal" in entry:
        line = replace(line, subtotal=decimal_of(entry["subtotal"]))
    # WooCommerce raises a subtotal that is less than its total.
    line = replace(line, subtotal=max(line.subtotal, line.total))
    return replace(
        line,
        name=str(entry.get("name", line.name)),
        tax_class=str(entry.get("tax_class", line.tax_class)),
        meta=metas.merged(bench.books, line.meta, entry.get("meta_data"), "item_meta"),
    )


def _fee(bench: Bench, fee: FeeLine, entry: Entry) -> FeeLine:
    return replace(
        fee,
        name=str(entry.get("name", fee.name)),
        amount=str(entry.get("amount", fee.amount)),
        total=decimal_of(entry.get("total", fee.total)),
        tax_class=str(entry.get("tax_class", fee.tax_class)),
        tax_status=str(entry.get("tax_status", fee.tax_status)),
        meta=metas.merged(bench.books, fee.meta, entry.get("meta_data"), "item_meta"),
    )


def _shipping(bench: Bench, line: ShippingLine, entry: Entry) -> ShippingLine:
    return replace(
        line,
        method_title=str(entry.get("method_title", line.method_title)),
        method_id=str(entry.get("method_id", line.method_id)),
        instance_id=str(entry.get("instance_id", line.instance_id)),
        total=decimal_of(entry.get("total", line.total)),
        meta=metas.merged(bench.books, line.meta, entry.get("meta_data"), "item_meta"),
    )
