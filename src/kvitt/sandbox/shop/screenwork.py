"""What the order screen does that the REST API does not.

Its Save below the items keeps the amounts that were typed and adds them up; its Update button
saves in any case; and an order made by hand is announced as updated before it is announced as
created (woocommerce-facts.md §10).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from kvitt.sandbox.shop import editing, hooks, items, stock, transitions
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.records import Item, ItemTax, LineItem, Order
from kvitt.sandbox.shop.refusals import ShopError


@dataclass(frozen=True, slots=True, kw_only=True)
class LineEdit:
    """What was typed for one item; None is left alone. Amounts are without tax."""

    item_id: int
    quantity: int | None = None
    subtotal: Decimal | None = None
    total: Decimal | None = None
    #: Tax by rate id, as typed.
    taxes: Mapping[int, Decimal] | None = None
    name: str | None = None


def new_order(bench: Bench) -> Order:
    """Make the order behind an opened form: a draft nobody is told of."""
    books, now = bench.books, bench.books.now()
    order = Order(
        id=books.next_id_of(Order),
        status="auto-draft",
        currency=books.settings.currency,
        prices_include_tax=books.settings.prices_include_tax,
        created=now,
        modified=now,
        order_key=f"wc_order_{books.tokens(13)}",
        created_via="admin",
    )
    return books.put(order)


def save(
    bench: Bench,
    order_id: int,
    fields: Mapping[str, Any],
    *,
    status: str | None,
    created: datetime | None,
    by: str,
) -> Order:
    """Save the order screen: fields first, then the status; it is always one `updated`."""
    with bench.books.locked():
        order = bench.order(order_id)
        draft = order.status == "auto-draft"
        order = _with_fields(order, fields, created)
        if draft:
            order = replace(order, status=status or "pending")
            order = bench.save(order)
            hooks.announce(bench.books, hooks.CREATED, order_id)
            return order
        bench.books.put(order)
        # Plugins hear of the items before the status changes, on every press of Update.
        bench.tell_items(order)
        order = bench.order(order_id)
        return transitions.move(bench, order, status or order.status, by=by)


def edit_items(bench: Bench, order_id: int, edits: Sequence[LineEdit]) -> Order:
    """Store what was typed below the items, and add it up."""
    with bench.books.locked():
        order = bench.order(order_id)
        for edit in edits:
            item = order.item(edit.item_id)
            if item is None:
                raise ShopError("Order item ID provided is not associated with order.")
            if isinstance(item, LineItem) and edit.quantity == 0:
                order = _removed(bench, order, item)
            else:
                order = items.with_item(order, _edited(bench, order, item, edit))
        order = bench.save(bench.totalled(order))
    bench.tell_items(order)
    return bench.order(order_id)


def add_item(bench: Bench, order_id: int, field: str, entry: Mapping[str, Any]) -> Order:
    """Add an item, taxed, with the totals added up."""
    with bench.books.locked():
        order = bench.order(order_id)
        if field == "line_items" and bench.books.product(int(entry["product_id"])) is None:
            raise ShopError("Product ID or SKU is required.")
        order = items.with_item(order, items.added(bench, order, field, entry))
        return bench.save(bench.calculated(order))


def remove_item(bench: Bench, order_id: int, item_id: int) -> Order:
    """Take an item off, with the totals added up."""
    with bench.books.locked():
        order = bench.order(order_id)
        item = order.item(item_id)
        if item is None:
            raise ShopError("Order item ID provided is not associated with order.")
        return bench.save(bench.calculated(_removed(bench, order, item)))


def apply_coupon(bench: Bench, order_id: int, code: str) -> Order:
    """Put a coupon on an order."""
    with bench.books.locked():
        order = bench.order(order_id)
        if any(coupon.code == code.lower() for coupon in order.coupons):
            raise ShopError("Coupon code already applied!")
        line = editing.coupon_line(bench, code.lower())
        return bench.save(bench.with_coupons(replace(order, coupons=(*order.coupons, line))))


def remove_coupon(bench: Bench, order_id: int, code: str) -> Order:
    """Take a coupon off an order."""
    with bench.books.locked():
        order = bench.order(order_id)
        left = tuple(coupon for coupon in order.coupons if coupon.code != code.lower())
        return bench.save(bench.with_coupons(replace(order, coupons=left)))


def recalculate(bench: Bench, order_id: int) -> Order:
    """Tax every item by the present rates and add the totals up."""
    order = bench.change(order_id, bench.calculated)
    bench.tell_items(order)
    return bench.order(order_id)


def _with_fields(order: Order, fields: Mapping[str, Any], created: datetime | None) -> Order:
    note = fields.get("customer_note")
    return replace(
        order,
        billing=order.billing.with_fields(fields.get("billing") or {}),
        shipping=order.shipping.with_fields(fields.get("shipping") or {}),
        customer_note=order.customer_note if note is None else note,
        created=created or order.created,
    )


def _removed(bench: Bench, order: Order, item: Item) -> Order:
    if isinstance(item, LineItem):
        stock.released(bench.books, item)
    return items.without(order, item.id)


def _edited(bench: Bench, order: Order, item: Item, edit: LineEdit) -> Item:
    if edit.total is not None:
        item = replace(item, total=edit.total)
    if edit.taxes is not None:
        item = replace(item, taxes=_typed_taxes(item, edit.taxes))
    if isinstance(item, LineItem):
        subtotal = item.subtotal if edit.subtotal is None else edit.subtotal
        item = replace(
            item,
            subtotal=max(subtotal, item.total),
            quantity=item.quantity if edit.quantity is None else edit.quantity,
        )
        if item.subtotal == item.total:
            # Without a discount there is one tax, before and after it.
            same = tuple(replace(tax, subtotal=tax.total) for tax in item.taxes)
            item = replace(item, taxes=same)
        return stock.adjusted(bench.books, order, item, author="")
    return item


def _typed_taxes(item: Item, typed: Mapping[int, Decimal]) -> tuple[ItemTax, ...]:
    before = {tax.rate_id: tax.subtotal for tax in item.taxes}
    made = []
    for rate_id, tax in typed.items():
        subtotal = before.get(rate_id)
        if isinstance(item, LineItem):
            subtotal = max(subtotal or tax, tax)
        made.append(ItemTax(rate_id=rate_id, total=tax, subtotal=subtotal))
    return tuple(made)
