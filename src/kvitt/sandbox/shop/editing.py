"""Writing an order as the REST API does: patch what is named, in steps that are not undone.

The steps of `update`, each of which may refuse and leaves what came before
(woocommerce-facts.md §4): existing items are stored one by one; then new items, removals and
fields are saved with taxes and totals anew; then coupons; then the status; then payment.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from kvitt.sandbox.shop import hooks, items, metas, statuses, stock, transitions
from kvitt.sandbox.shop.bench import Bench
from kvitt.sandbox.shop.records import Address, CouponLine, Item, LineItem, Meta, Order
from kvitt.sandbox.shop.refusals import ShopError
from kvitt.sandbox.shop.rounding import number

Changes = Mapping[str, Any]

_FIELDS = {
    "payment_method": "payment_method",
    "payment_method_title": "payment_method_title",
    "transaction_id": "transaction_id",
    "customer_note": "customer_note",
    "customer_id": "customer_id",
    "currency": "currency",
}
_RECALCULATES = frozenset(
    {"billing", "shipping", "line_items", "shipping_lines", "fee_lines", "coupon_lines"}
)


def create(bench: Bench, changes: Changes, *, created_via: str = "rest-api") -> Order:
    """Make an order and return it.

    Its webhooks are `created`, then `updated`; a block checkout has them the other way round.
    """
    books = bench.books
    with books.locked():
        settings, now = books.settings, books.now()
        order = Order(
            id=books.next_id_of(Order),
            status="pending",
            currency=str(changes.get("currency") or settings.currency),
            prices_include_tax=settings.prices_include_tax,
            created=now,
            modified=now,
            order_key=f"wc_order_{books.tokens(13)}",
            created_via=created_via,
        )
        order = _with_fields(bench, order, changes)
        order = _with_new_items(bench, order, changes)
        books.put(bench.calculated(order))
        if created_via != "store-api":
            hooks.announce(books, hooks.CREATED, order.id)
        order = _finish(bench, order.id, changes, created=True)
        hooks.announce(books, hooks.CREATED, order.id)
        return order


def update(bench: Bench, order_id: int, changes: Changes) -> Order:
    """Change an order and return it; the webhook is one `updated`."""
    with bench.books.locked():
        _change_items(bench, order_id, changes)
        order = _with_fields(bench, bench.order(order_id), changes)
        order = _with_new_items(bench, order, changes)
        if _RECALCULATES & changes.keys():
            order = bench.save(bench.calculated(order))
        else:
            bench.books.put(order)
        return _finish(bench, order_id, changes, created=False)


def _finish(bench: Bench, order_id: int, changes: Changes, *, created: bool) -> Order:
    """Carry out coupons, status and payment, and return the order."""
    if changes.get("coupon_lines") is not None:
        _set_coupons(bench, order_id, changes["coupon_lines"])
    order = bench.order(order_id)
    by = bench.books.settings.admin_user if changes.get("manual_update") else ""
    status = _status_asked(changes)
    from_trash = order.status == "trash"
    if status:
        tells = not (from_trash and bench.books.settings.hpos)
        order = transitions.move(bench, order, status, by=by, tells=tells)
    elif changes.get("status"):
        order = bench.save(replace(order, status="pending"))
    elif from_trash:
        bench.books.put(replace(order, modified=bench.books.now()))
    elif changes or bench.books.settings.hpos:
        order = bench.save(order)
    if changes.get("set_paid") is True and (created or _needs_payment(order)):
        paid_by = str(changes.get("transaction_id") or "")
        order = transitions.payment_complete(bench, order, paid_by)
    return bench.order(order.id)


def _status_asked(changes: Changes) -> str | None:
    """Return the status asked for; one that does not exist silently becomes pending.

    A single write never gets here with one, because the schema refuses it; a batch does
    (woocommerce-facts.md §8).
    """
    status = str(changes.get("status") or "")
    return status if status in statuses.NAMES else None


def _needs_payment(order: Order) -> bool:
    return order.status in {"pending", "failed"} and order.total > 0


def _with_fields(bench: Bench, order: Order, changes: Changes) -> Order:
    plain = {
        ours: type(getattr(order, ours))(changes[theirs])
        for theirs, ours in _FIELDS.items()
        if changes.get(theirs) is not None
    }
    return replace(
        order,
        **plain,
        billing=_address(order.billing, changes.get("billing")),
        shipping=_address(order.shipping, changes.get("shipping")),
        meta=metas.merged(bench.books, order.meta, changes.get("meta_data")),
    )


def _address(address: Address, entry: Changes | None) -> Address:
    email = (entry or {}).get("email")
    if email and "@" not in str(email):
        raise ShopError("Invalid billing email address", code="order_invalid_billing_email")
    return address.with_fields(entry or {})


def _entries(changes: Changes) -> Sequence[tuple[str, Mapping[str, Any]]]:
    return [(field, entry) for field in items.FIELDS for entry in changes.get(field) or ()]


def _change_items(bench: Bench, order_id: int, changes: Changes) -> None:
    """Store every edit of an existing item at once; a refusal leaves the ones before it."""
    for field, entry in _entries(changes):
        if not entry.get("id"):
            continue
        order = bench.order(order_id)
        item = items.find(order, field, int(entry["id"]))
        if not items.removes(entry):
            edited = items.changed(bench, order, item, entry)
            bench.books.put(items.with_item(order, edited))


def _with_new_items(bench: Bench, order: Order, changes: Changes) -> Order:
    for field, entry in _entries(changes):
        if not entry.get("id"):
            if not items.removes(entry):
                order = items.with_item(order, items.added(bench, order, field, entry))
        elif items.removes(entry):
            _release(bench, items.find(order, field, int(entry["id"])))
            order = items.without(order, int(entry["id"]))
    return order


def _release(bench: Bench, item: Item) -> None:
    if isinstance(item, LineItem):
        stock.released(bench.books, item)


def _set_coupons(bench: Bench, order_id: int, entries: Sequence[Changes]) -> None:
    order = bench.order(order_id)
    codes = [_coupon_code(bench, entry) for entry in entries]
    if not codes and not order.coupons:
        return
    lines = tuple(coupon_line(bench, code) for code in codes)
    bench.save(bench.with_coupons(replace(order, coupons=lines)))


def _coupon_code(bench: Bench, entry: Changes) -> str:
    if entry.get("id"):
        raise ShopError(
            "Coupon item ID is readonly.", code="woocommerce_rest_coupon_item_id_readonly"
        )
    code = str(entry.get("code") or "").lower()
    if not code:
        raise ShopError("Coupon code is required.", code="woocommerce_rest_invalid_coupon")
    if bench.books.coupon(code) is None:
        raise unknown_coupon(code)
    return code


def unknown_coupon(code: str) -> ShopError:
    """Return the refusal of a coupon that does not exist."""
    return ShopError(
        f"Coupon &quot;{code}&quot; cannot be applied because it does not exist.",
        code="woocommerce_rest_invalid_coupon",
    )


def coupon_line(bench: Bench, code: str) -> CouponLine:
    """Return a new coupon line; its meta says what the coupon was when it was used."""
    coupon = bench.books.coupon(code)
    if coupon is None:
        raise unknown_coupon(code)
    kind = "null" if coupon.type == "fixed_cart" else f'"{coupon.type}"'
    free = ",true" if coupon.free_shipping else ""
    value = f'[{coupon.id},"{coupon.code}",{kind},{number(coupon.amount)}{free}]'
    meta = Meta(id=bench.books.next_id("item_meta"), key="coupon_info", value=value)
    return CouponLine(id=bench.books.next_id("item"), code=coupon.code, meta=(meta,))
