"""Operations on a whole order: klarna-api.md §8, rows 1 to 9."""

import re

from kvitt.sandbox.klarna import errors, lifecycle, postcodes, schemas
from kvitt.sandbox.klarna.errors import KlarnaError
from kvitt.sandbox.klarna.exchange import Answer, Exchange
from kvitt.sandbox.klarna.orders import Json, Order

# Real ids are 8-4-4-4-12 hex but not always a valid RFC 4122 version (§5).
_ID_SHAPE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
#: What an address cannot do without (§8, row 5).
_MANDATORY = ("given_name", "family_name", "street_address", "postal_code", "city", "country")


def done(exchange: Exchange, order: Order) -> Answer:
    """Save a changed order and answer that it is done."""
    exchange.books.save(order)
    return Answer(status=204)


def patched(exchange: Exchange, order: Order, warnings: tuple[str, ...] = ()) -> Answer:
    """Save a changed order and answer as a PATCH does (§17, row 16)."""
    exchange.books.save(order)
    if exchange.settings.patch_status == errors.OK:
        return Answer(status=200, body="", warnings=warnings)
    return Answer(status=204, warnings=warnings)


def get_order(exchange: Exchange) -> Answer:
    """Return the order."""
    if not _ID_SHAPE.fullmatch(exchange.ids["oid"]):
        status = exchange.settings.invalid_order_id_status
        raise KlarnaError(status, "INVALID_ORDER_ID", "Order ID must be a valid UUID.")
    order = exchange.books.order_as_read(exchange.order(), lag_ms=exchange.read_lag_ms)
    return Answer(status=200, body=exchange.books.rendered.order(order, exchange.settings))


def acknowledge(exchange: Exchange) -> Answer:
    """Note that the shop knows of the order."""
    return done(exchange, lifecycle.acknowledge(exchange.order(), exchange.act))


def update_authorization(exchange: Exchange) -> Answer:
    """Replace the order's amount and lines."""
    order = exchange.order()
    body = exchange.read(schemas.authorization(exchange.line_types))
    amount, lines = body["order_amount"], body.get("order_lines", ())
    warnings = exchange.check_lines(lines, amount=amount)
    changed = lifecycle.update_authorization(order, exchange.act, amount=amount, lines=lines)
    return patched(exchange, changed, warnings)


def update_merchant_references(exchange: Exchange) -> Answer:
    """Change the merchant references that were sent."""
    order = exchange.order()
    references = exchange.read(schemas.REFERENCES)
    changed = lifecycle.set_references(order, exchange.act, references=references)
    return patched(exchange, changed)


def update_customer_details(exchange: Exchange) -> Answer:
    """Change the shipping address; the billing address can no longer be changed."""
    order = exchange.order()
    body = exchange.read(schemas.CUSTOMER_DETAILS)
    if "billing_address" in body:
        raise errors.not_allowed(
            "Billing address cannot be updated for user account order. "
            "Customer details cannot be updated."
        )
    address = _merged(order.shipping_address or {}, body.get("shipping_address", {}))
    _check_address(address, sent=body.get("shipping_address", {}))
    changed = lifecycle.set_shipping_address(order, exchange.act, address=address)
    return patched(exchange, changed)


def _merged(before: Json, sent: Json) -> Json:
    """Return the address after a change: only what was sent changes, an empty text clears."""
    return {name: value for name, value in {**before, **sent}.items() if value != ""}


def _check_address(address: Json, *, sent: Json) -> None:
    cleared = any(sent.get(name) == "" for name in _MANDATORY)
    code = address.get("postal_code", "")
    if cleared or (code and not postcodes.fits(code, country=address.get("country", ""))):
        text = "The shipping and/or billing address is invalid"
        raise KlarnaError(422, "INVALID_ADDRESS", text)


def add_shipping_info(exchange: Exchange) -> Answer:
    """Append shipments to the order."""
    order = exchange.order()
    shipments = exchange.read(schemas.SHIPPING_INFO)["shipping_info"]
    changed = lifecycle.add_shipping_info(order, exchange.act, shipments=shipments)
    return done(exchange, changed)


def extend_authorization_time(exchange: Exchange) -> Answer:
    """Move the expiry of the authorization."""
    return done(exchange, lifecycle.extend(exchange.order(), exchange.act))


def release_remaining_authorization(exchange: Exchange) -> Answer:
    """Give up what was not captured."""
    return done(exchange, lifecycle.release(exchange.order(), exchange.act))


def cancel(exchange: Exchange) -> Answer:
    """Give up the whole authorization."""
    return done(exchange, lifecycle.cancel(exchange.order(), exchange.act))
