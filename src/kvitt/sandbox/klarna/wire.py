"""Orders, captures and refunds as Klarna writes them: names, order and absences.

Law: nothing here decides anything. Missing optional texts are `""` where the real
service was seen to do so, and left out elsewhere (klarna-api.md §5, §11).
"""

import json
from collections.abc import Sequence
from typing import Any

from kvitt.sandbox.klarna import clock
from kvitt.sandbox.klarna.orders import Capture, Json, Order, Refund
from kvitt.sandbox.klarna.settings import Settings

_LINE_ORDER = (
    "reference",
    "type",
    "quantity",
    "quantity_unit",
    "name",
    "total_amount",
    "unit_price",
    "total_discount_amount",
    "tax_rate",
    "total_tax_amount",
    "merchant_data",
    "product_url",
    "image_url",
    "product_identifiers",
    "subscription",
)
_LINE_DEFAULTS: Json = {
    "type": "physical",
    "total_discount_amount": 0,
    "tax_rate": 0,
    "total_tax_amount": 0,
}
_LINE_TEXTS = ("reference", "quantity_unit")
_ADDRESS_ORDER = (
    "organization_name",
    "attention",
    "given_name",
    "family_name",
    "title",
    "street_address",
    "street_address2",
    "postal_code",
    "city",
    "region",
    "country",
    "email",
    "phone",
)
_ADDRESS_TEXTS = ("title", "street_address2", "region")


def dumps(value: Any) -> bytes:
    """Write JSON as the real service prints it, with a space before each colon (§3.2)."""
    text = json.dumps(value, indent=2, separators=(",", " : "), ensure_ascii=False)
    return text.encode()


def order(value: Order, *, settings: Settings) -> Json:
    """Return the body of GET order, in the server's field order (§5.4)."""
    body: Json = {
        "order_id": value.order_id,
        "status": value.status.value,
        "fraud_status": value.fraud_status.value,
        "order_amount": value.order_amount,
        "original_order_amount": value.original_order_amount,
        "captured_amount": value.captured_amount,
        "refunded_amount": value.refunded_amount,
        "remaining_authorized_amount": value.remaining_authorized_amount,
        "purchase_currency": value.purchase_currency,
        "locale": value.locale,
        "order_lines": lines(value.order_lines, settings=settings),
        "merchant_reference1": value.merchant_reference1,
        "merchant_reference2": value.merchant_reference2,
        "klarna_reference": value.klarna_reference,
        "customer": value.customer,
        "billing_address": address(value.billing_address, settings=settings),
        "shipping_address": address(value.shipping_address, settings=settings),
        "created_at": clock.render(value.created_at),
        "purchase_country": value.purchase_country,
        "expires_at": clock.render(value.expires_at),
        "captures": [capture(item, settings=settings) for item in value.captures],
        "refunds": [listed_refund(item, settings=settings) for item in value.refunds],
        "merchant_data": value.merchant_data,
        "initial_payment_method": value.payment_method,
        "shipping_info": list(value.shipping_info) or None,
    }
    return _present(body)


def capture(value: Capture, *, settings: Settings) -> Json:
    """Return a capture (§5.5); one made without lines has none."""
    body: Json = {
        "capture_id": value.capture_id,
        "klarna_reference": value.klarna_reference,
        "captured_amount": value.captured_amount,
        "captured_at": clock.render(value.captured_at),
        "description": _text(value.description, settings),
        "reference": value.reference,
        "order_lines": lines(value.order_lines, settings=settings),
        "refunded_amount": value.refunded_amount,
        "billing_address": address(value.billing_address, settings=settings),
        "shipping_address": address(value.shipping_address, settings=settings),
        "shipping_info": list(value.shipping_info) or None,
    }
    return _present(body)


def refund(value: Refund, *, settings: Settings) -> Json:
    """Return a refund (§5.6)."""
    body: Json = {
        "refund_id": value.refund_id,
        "refunded_amount": value.refunded_amount,
        "refunded_at": clock.render(value.refunded_at),
        "description": _text(value.description, settings),
        "reference": value.reference,
        "order_lines": lines(value.order_lines, settings=settings),
    }
    return _present(body)


def listed_refund(value: Refund, *, settings: Settings) -> Json:
    """Return a refund inside an order; older payloads had no id there (§5.6)."""
    body = refund(value, settings=settings)
    if not settings.refund_ids:
        del body["refund_id"]
    return body


def lines(values: Sequence[Json], *, settings: Settings) -> list[Json]:
    """Return order lines with the defaults the service fills in."""
    texts = dict.fromkeys(_LINE_TEXTS, "") if settings.empty_strings else {}
    return [_ordered({**texts, **_LINE_DEFAULTS, **line}, _LINE_ORDER) for line in values]


def address(value: Json | None, *, settings: Settings) -> Json | None:
    """Return an address, or None to leave it out."""
    if not value:
        return None
    texts = dict.fromkeys(_ADDRESS_TEXTS, "") if settings.empty_strings else {}
    return _ordered({**texts, **value}, _ADDRESS_ORDER)


def _text(value: str, settings: Settings) -> str | None:
    return value if value or settings.empty_strings else None


def _ordered(value: Json, names: Sequence[str]) -> Json:
    return {name: value[name] for name in names if name in value}


def _present(body: Json) -> Json:
    return {name: value for name, value in body.items() if value is not None}
