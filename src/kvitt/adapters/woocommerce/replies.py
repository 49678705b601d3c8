"""What a WooCommerce shop answered: a document, or one of our errors. Pure.

The laws:

1. Only WooCommerce itself can say that an order does not exist. A page of a firewall, a
   maintenance notice or a missing route is a shop that does not answer properly, and
   time may cure it (reliability.md T3, T6).
2. What is not JSON of the right shape is ``MalformedReply``, whatever its status says.
"""

import json
from collections.abc import Mapping
from hashlib import sha256

from kvitt.adapters import fields
from kvitt.adapters.exchange import Reply
from kvitt.adapters.fields import Fields
from kvitt.domain.errors import (
    MalformedReply,
    NotAllowed,
    NotFound,
    RateLimited,
    Rejected,
    RemoteError,
    RemoteFault,
    Unauthorized,
)
from kvitt.domain.ids import StoreOrderId
from kvitt.domain.sighting import Sighting

#: An unknown order answers 404 to a GET and 400 to a PUT (woocommerce-facts.md §12).
_UNKNOWN_ORDER = "woocommerce_rest_shop_order_invalid_id"
#: Refusals that WooCommerce calls 500 (woocommerce-facts.md §7). Nothing was booked.
_REFUSED_REFUNDS = frozenset(
    {"woocommerce_rest_cannot_create_order_refund", "woocommerce_rest_invalid_order_refund"}
)
_BY_STATUS: Mapping[int, type[RemoteError]] = {
    401: Unauthorized,
    403: NotAllowed,
    408: RemoteFault,
    410: NotFound,
    425: RemoteFault,
    429: RateLimited,
}
_NOT_FOUND = 404
_CLIENT_ERRORS = range(400, 500)
_SERVER_ERRORS = range(500, 600)
_TEXT_LIMIT = 500


def read_object(reply: Reply, where: str) -> Fields:
    """Return the one object of an answer."""
    check_status(reply)
    return Fields(fields.parse_json(reply.body), where)


def read_list(reply: Reply, where: str) -> tuple[Fields, ...]:
    """Return the objects of a list."""
    check_status(reply)
    return fields.objects(fields.parse_json(reply.body), where)


def read_order(reply: Reply, *, order_id: StoreOrderId) -> Fields:
    """Return the order that was asked for."""
    order = read_object(reply, "order")
    if order.whole("id", 0) != order_id or "status" not in order or "total" not in order:
        raise MalformedReply("the shop's answer is not the order that was asked for")
    return order


def read_sightings(reply: Reply) -> tuple[Sighting, ...]:
    """Return what a list of orders shows, each with the digest of it."""
    check_status(reply)
    rows = fields.parse_json(reply.body)
    items = fields.objects(rows, "orders")
    shown = rows if isinstance(rows, list) else []
    return tuple(_sighting(item, row) for item, row in zip(items, shown, strict=True))


def _sighting(item: Fields, row: object) -> Sighting:
    modified = item.moment("date_modified_gmt")
    if modified is None:
        raise MalformedReply("the shop lists an order without the time of its last change")
    # Numbers with a fraction, such as a price, have become decimals.
    shown = json.dumps(row, sort_keys=True, separators=(",", ":"), default=str)
    return Sighting(
        id=StoreOrderId(item.whole("id")),
        modified_at=modified,
        mark=sha256(shown.encode()).hexdigest(),
    )


def check_status(reply: Reply) -> None:
    """Raise the error that the status and WooCommerce's own code stand for."""
    if reply.ok:
        return
    document = _document(reply)
    code = document.get("code")
    code = code[:_TEXT_LIMIT] if isinstance(code, str) else ""
    message = document.get("message")
    kind = _kind(reply.status, code=code)
    summary = f"the shop answered {reply.status}"
    raise kind(
        f"{summary} {code}" if code else summary,
        status=reply.status,
        code=code or None,
        messages=(message[:_TEXT_LIMIT],) if isinstance(message, str) else (),
        retry_after=reply.retry_after,
    )


def _kind(status: int, *, code: str) -> type[RemoteError]:
    if code in _REFUSED_REFUNDS:
        return Rejected
    if code == _UNKNOWN_ORDER and status in _CLIENT_ERRORS:
        return NotFound
    if status == _NOT_FOUND:
        # A plugin that is switched off answers rest_no_route: the orders are still there.
        return NotFound if code.startswith("woocommerce_rest_") else RemoteFault
    if status in _SERVER_ERRORS:
        return RemoteFault
    if status in _CLIENT_ERRORS:
        return _BY_STATUS.get(status, Rejected)
    raise MalformedReply(
        f"the shop answered {status}, which is no answer of its REST API: "
        "perhaps it moved to another address"
    )


def _document(reply: Reply) -> Mapping[str, object]:
    try:
        document = fields.parse_json(reply.body)
    except MalformedReply:
        return {}
    return document if isinstance(document, dict) else {}
