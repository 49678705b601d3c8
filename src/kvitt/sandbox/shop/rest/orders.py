"""Orders over REST: get, list, create, change, delete, and many at once.

A batch is not checked against the schema, always answers 200, and reports each refusal in place
of its order (woocommerce-facts.md §8).
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from kvitt.sandbox.shop import statuses
from kvitt.sandbox.shop.records import Order
from kvitt.sandbox.shop.refusals import ShopError, UnknownOrder
from kvitt.sandbox.shop.rest import answers, currencies, listing, schema, views
from kvitt.sandbox.shop.rest.answers import Answer, Call, RestError

MOST_IN_A_BATCH = 100

WRITE: dict[str, schema.Check] = {
    "parent_id": schema.integer(),
    "status": schema.one_of(statuses.WRITABLE),
    "currency": schema.one_of(currencies.CODES),
    "customer_id": schema.integer(),
    "customer_note": schema.text,
    "billing": schema.address,
    "shipping": schema.mapping,
    "payment_method": schema.text,
    "payment_method_title": schema.text,
    "transaction_id": schema.text,
    "meta_data": schema.objects,
    "line_items": schema.objects,
    "shipping_lines": schema.objects,
    "fee_lines": schema.objects,
    "coupon_lines": schema.objects,
    "set_paid": schema.boolean,
    "manual_update": schema.boolean,
}


def list_(call: Call) -> Answer:
    """Answer a list of orders."""
    schema.check(call.params, listing.ORDER_FILTERS)
    return listing.page(call, listing.orders(call), lambda o: views.order(call.lens, o))


def get(call: Call, order_id: int) -> Answer:
    """Answer an order, also a trashed one."""
    return Answer(body=views.order(call.lens, found(call, order_id)))


def create(call: Call) -> Answer:
    """Make an order; the answer has its meta data in the order sent."""
    schema.check(call.params, WRITE)
    order = _tried(lambda: call.desk.create_order(_changes(call.params)))
    location = f"{call.lens.base}/orders/{order.id}"
    body = views.order(call.lens, order, by_key=False)
    return Answer(body=body, status=201, headers={"Location": location})


def update(call: Call, order_id: int) -> Answer:
    """Change an order; an unknown one is a 400 here."""
    schema.check(call.params, WRITE)
    return Answer(body=_update(call, order_id, call.params))


def delete(call: Call, order_id: int) -> Answer:
    """Move an order to the trash, or delete it for good when forced."""
    return Answer(body=_delete(call, order_id, force=call.flag("force")))


def batch(call: Call) -> Answer:
    """Create, change and delete many, each for itself."""
    create_, update_, delete_ = (
        call.params.get(name) or [] for name in ("create", "update", "delete")
    )
    if len(create_) + len(update_) + len(delete_) > MOST_IN_A_BATCH:
        raise RestError(
            "woocommerce_rest_request_entity_too_large",
            f"Unable to accept more than {MOST_IN_A_BATCH} items for this request.",
            status=413,
        )
    body = {
        "create": [_each(0, partial(_create, call, entry)) for entry in create_],
        "update": [_each(_id(e), partial(_update, call, _id(e), e)) for e in update_],
        "delete": [
            _each(int(wanted), partial(_delete, call, int(wanted), force=True))
            for wanted in delete_
        ],
    }
    return Answer(body={name: results for name, results in body.items() if results})


def found(call: Call, order_id: int) -> Order:
    """Return an order, or refuse as GET and DELETE do."""
    order = call.desk.books.order(order_id)
    if order is None:
        raise answers.of_shop(UnknownOrder(order_id))
    return order


def _id(entry: Mapping[str, Any]) -> int:
    return int(entry.get("id") or 0)


def _changes(params: Mapping[str, Any]) -> dict[str, Any]:
    changes = dict(params)
    for name in ("set_paid", "manual_update"):
        if name in changes:
            changes[name] = str(changes[name]).lower() in {"true", "1", "yes"}
    return changes


def _tried(action: Callable[[], Order]) -> Order:
    try:
        return action()
    except ShopError as refusal:
        raise answers.of_shop(refusal) from refusal


def _create(call: Call, entry: Mapping[str, Any]) -> dict[str, Any]:
    return views.order(call.lens, _tried(lambda: call.desk.create_order(_changes(entry))))


def _update(call: Call, order_id: int, params: Mapping[str, Any]) -> dict[str, Any]:
    if call.desk.books.order(order_id) is None:
        raise RestError("woocommerce_rest_shop_order_invalid_id", "ID is invalid.", status=400)
    changes = _changes(params)
    return views.order(call.lens, _tried(lambda: call.desk.update_order(order_id, changes)))


def _delete(call: Call, order_id: int, *, force: bool) -> dict[str, Any]:
    order = found(call, order_id)
    body = views.order(call.lens, order)
    action = call.desk.delete if force else call.desk.trash
    _tried(lambda: action(order_id))
    return body


def _each(record_id: int, action: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    try:
        return action()
    except RestError as refusal:
        error = {"code": refusal.code, "message": refusal.message, "data": refusal.data}
        return {"id": record_id, "error": error}
