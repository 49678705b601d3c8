"""Klarna's order lines, built from the shop's own figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class LineType(StrEnum):
    """``type`` of an order line (klarna-api.md §5.2)."""

    PHYSICAL = "physical"
    DISCOUNT = "discount"
    SHIPPING_FEE = "shipping_fee"
    SALES_TAX = "sales_tax"
    STORE_CREDIT = "store_credit"
    GIFT_CARD = "gift_card"
    DIGITAL = "digital"
    SURCHARGE = "surcharge"
    RETURN_FEE = "return_fee"


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderLine:
    """One row as Klarna is sent it: minor units, including tax.

    The law (klarna-api.md §6.1): ``total_amount = quantity × unit_price −
    total_discount_amount``, exactly; ``total_tax_amount`` is contained in the total.
    """

    type: LineType
    reference: str
    name: str
    quantity: int
    unit_price: int
    #: Percent with two implied decimals: 2500 is 25 %.
    tax_rate: int
    total_amount: int
    total_discount_amount: int = 0
    total_tax_amount: int = 0
    product_url: str = ""
    image_url: str = ""

    def body(self) -> dict[str, "str | int"]:  # placeholder: the owner of this file finishes it
        """Return the line as Klarna's JSON."""
        raise NotImplementedError


__all__ = ["LineType", "Mapping", "OrderLine"]
