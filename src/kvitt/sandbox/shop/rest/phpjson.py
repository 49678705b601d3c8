r"""JSON text as PHP writes it: `\/` for a slash, `\uXXXX` for what is not ASCII, no spaces.

Webhook signatures are over these bytes, so they matter (woocommerce-facts.md §10).
"""

import json
from typing import Any


def dumps(value: Any) -> str:
    """Return a value as PHP's json_encode would."""
    return json.dumps(value, separators=(",", ":")).replace("/", "\\/")
