"""Klarna's order lines as values: what a line is, and the law it keeps.

The law (klarna-api.md §6.1): ``total_amount = quantity × unit_price −
total_discount_amount``, exactly, and the tax contained in the total is within one
minor unit of what the rate says. ``line_builder.py`` and ``part_lines.py`` make lines;
``steps.py`` sends them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

#: What a body may hold.
Json: TypeAlias = "bool | int | str | list[Json] | dict[str, Json] | None"

#: Klarna's limits on one line and on a list of them (klarna-api.md §3.3, §5.2).
TEXT_LIMIT = 255
URL_LIMIT = 1024
LINES_LIMIT = 1000


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
    """One row as Klarna is sent it: minor units, including tax."""

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

    @property
    def lawful(self) -> bool:
        """Say whether the figures of this line agree with each other."""
        exact = self.quantity * self.unit_price - self.total_discount_amount
        return (
            self.total_amount == exact
            and self.total_discount_amount >= 0
            and within_tolerance(
                self.total_amount, rate=self.tax_rate, tax=self.total_tax_amount
            )
        )

    def body(self) -> dict[str, Json]:
        """Return the line as Klarna's JSON, without addresses of pages where there are none."""
        body: dict[str, Json] = {
            "type": self.type.value,
            "reference": self.reference,
            "name": self.name,
            "quantity": self.quantity,
            "unit_price": self.unit_price,
            "tax_rate": self.tax_rate,
            "total_amount": self.total_amount,
            "total_discount_amount": self.total_discount_amount,
            "total_tax_amount": self.total_tax_amount,
        }
        # Cut, a URL would lead nowhere, so one that is too long is left out.
        if self.product_url and len(self.product_url) <= URL_LIMIT:
            body["product_url"] = self.product_url
        if self.image_url and len(self.image_url) <= URL_LIMIT:
            body["image_url"] = self.image_url
        return body


def within_tolerance(total: int, *, rate: int, tax: int) -> bool:
    """Say whether the tax is within one minor unit of what the rate finds in the total."""
    whole = 10_000 + rate
    return abs(tax * whole - total * rate) <= whole


def sum_of(lines: Iterable[OrderLine]) -> int:
    """Return what the lines come to, in minor units."""
    return sum(line.total_amount for line in lines)
