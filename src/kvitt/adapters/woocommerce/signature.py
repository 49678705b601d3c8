"""The signature on WooCommerce's deliveries. Pure.

The law: the raw bytes are checked before anything is parsed, in constant time, against
every secret that is valid now (two while one is being replaced). The signature is
base64 of HMAC-SHA256 (woocommerce-facts.md §10).
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

from kvitt.domain.errors import WebhookRejected


def sign(body: bytes, *, secret: str) -> str:
    """Return what ``X-WC-Webhook-Signature`` says of this body."""
    return b64encode(hmac.new(secret.encode(), body, sha256).digest()).decode()


def check_signature(body: bytes, *, signature: str, secrets: Sequence[str]) -> None:
    """Raise WebhookRejected where no secret gives this signature."""
    # Bytes, for compare_digest refuses texts outside ASCII; "replace" keeps any header whole.
    given = signature.strip().encode(errors="replace")
    matches = [
        hmac.compare_digest(sign(body, secret=secret).encode(), given)
        for secret in secrets
        # An empty secret would let anybody sign.
        if secret
    ]
    # Every secret is tried, so that the time tells nothing about which one matched.
    if not any(matches):
        raise WebhookRejected("the delivery is not signed with this shop's secret")
