"""Orders of a shop, as the tests of translation need them."""

from typing import Any

from kvitt.adapters.woocommerce import translate
from kvitt.domain.store_order import StoreOrder
from unit.adapters import samples
from unit.adapters.samples import fields_of


def parse(document: dict[str, Any], refunds: list[dict[str, Any]] | None = None) -> StoreOrder:
    """Return the order of a document, with its refunds."""
    booked = [fields_of(refund, f"refunds[{n}]") for n, refund in enumerate(refunds or [])]
    return translate.parse_order(fields_of(document), refunds=booked)


def one(**changes: Any) -> dict[str, Any]:
    """Return the simplest recorded order: one cup for 125 SEK, with changes."""
    return {**samples.body_of("get_order/one"), **changes}


def meta(**values: Any) -> list[dict[str, Any]]:
    """Return meta data as the shop writes it."""
    return [
        {"id": n, "key": key, "value": value} for n, (key, value) in enumerate(values.items())
    ]


def coupon(amount: str, kind: str) -> dict[str, Any]:
    """Return a coupon line as the shop writes it."""
    return {
        "id": 7,
        "code": "tjugo",
        "discount": amount,
        "discount_tax": "0",
        "discount_type": kind,
    }
