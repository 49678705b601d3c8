"""The fingerprint of what Klarna has to agree to: the shop's total and lines.

Status, notes, meta data, refunds and addresses of pages are no part of it. Nor is
whether a product is virtual: the shop does not tell that on the order, and a product
that could not be asked about must not look like a change.
"""

from dataclasses import fields

from kvitt.domain.line_builder import build_lines
from kvitt.domain.lines import Json, LineType, OrderLine
from kvitt.domain.steps import digest_of
from kvitt.domain.store_order import Address, StoreOrder

#: Hexadecimal digits of SHA-256 that are kept: 160 bits tell any two orders apart.
FINGERPRINT_DIGITS = 40
ADDRESS_DIGITS = 12


def fingerprint_of(order: StoreOrder) -> str:
    """Return a digest that changes when, and only when, Klarna has to be told."""
    lines: list[Json] = [_essence(line) for line in build_lines(order)]
    whole = digest_of({"currency": order.currency, "total": order.total.minor, "lines": lines})
    return whole[:FINGERPRINT_DIGITS]


def address_digest(address: Address) -> str:
    """Return a digest of a delivery address, so that a change of it is seen."""
    whole = digest_of({field.name: getattr(address, field.name) for field in fields(address)})
    return whole[:ADDRESS_DIGITS]


def _essence(line: OrderLine) -> dict[str, Json]:
    body = line.body()
    body.pop("product_url", None)
    body.pop("image_url", None)
    if line.type is LineType.DIGITAL:
        body["type"] = LineType.PHYSICAL.value
    return body
