r"""JSON text as PHP writes it: `\/` for a slash, `\uXXXX` for what is not ASCII, no spaces.

Webhook signatures are over these bytes, so they matter (woocommerce-facts.md §10).
"""

import json
from decimal import Decimal
from typing import Any


def dumps(value: Any) -> str:
    """Return a value as PHP's json_encode would."""
    text = json.dumps(value, separators=(",", ":"), default=_number)
    return text.replace("/", "\\/")


def _number(value: Any) -> Any:
    if isinstance(value, Decimal):
        as_float = float(value)
        return int(as_float) if as_float.is_integer() else as_float
    raise TypeError(f"{type(value).__name__} has no JSON form")
