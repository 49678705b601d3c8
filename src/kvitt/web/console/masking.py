"""What was sent and received, fit to be looked at: who the customer is stays hidden.

The law: a value is shown only under a name that is known to tell nothing of a person.
What is not known is masked, and its shape is kept, so that a fault of form can be seen.
"""

import re
from collections.abc import Mapping
from typing import Any

HIDDEN = "•••"

#: Names in Klarna's calls whose values are about money, goods and order (klarna-api.md §5).
_SHOWN = frozenset(
    {
        "amount",
        "captured_amount",
        "company",
        "description",
        "image_url",
        "merchant_data",
        "merchant_reference1",
        "merchant_reference2",
        "name",
        "number_of_days",
        "order_amount",
        "order_lines",
        "product_url",
        "quantity",
        "quantity_unit",
        "reference",
        "refunded_amount",
        "return_fee",
        "shipping_company",
        "shipping_info",
        "shipping_method",
        "tax_amount",
        "tax_rate",
        "total_amount",
        "total_discount_amount",
        "total_tax_amount",
        "tracking_number",
        "type",
        "unit_price",
    }
)
_LETTER = re.compile(r"[^\W\d_]")
_DIGIT = re.compile(r"\d")


def masked(value: Any, *, name: str = "") -> Any:
    """Return JSON with the values hidden that may tell of a person."""
    if isinstance(value, Mapping):
        return {key: masked(each, name=str(key)) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [masked(each, name=name) for each in value]
    if value in {None, True, False} or name in _SHOWN:
        return value
    return HIDDEN


def shape_of(text: str) -> str:
    """Return a text with every letter an x and every digit a 0: its form without its words."""
    return _DIGIT.sub("0", _LETTER.sub("x", text))
