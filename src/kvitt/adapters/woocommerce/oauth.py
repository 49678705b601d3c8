"""OAuth 1.0a as WooCommerce asks for it where there is no TLS: one leg, HMAC-SHA256. Pure.

Only for the sandbox and shops on this machine: over plain HTTP WooCommerce does not read
Basic credentials at all (woocommerce-facts.md §1). Nonce and time are passed in.
"""

import hmac
from base64 import b64encode
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from urllib.parse import quote

from kvitt.adapters.woocommerce.credentials import StoreCredentials

Pairs = tuple[tuple[str, str], ...]


def signed_query(
    method: str,
    url: str,
    *,
    query: Sequence[tuple[str, str]],
    credentials: StoreCredentials,
    nonce: str,
    now: datetime,
) -> Pairs:
    """Return the query with the parameters of OAuth and the signature over all of it.

    The address is the shop's own (its *home URL*), without a query, for that is what
    WooCommerce puts into its side of the signature.
    """
    pairs = (
        *query,
        ("oauth_consumer_key", credentials.consumer_key),
        ("oauth_nonce", nonce),
        ("oauth_signature_method", "HMAC-SHA256"),
        ("oauth_timestamp", str(int(now.timestamp()))),
        ("oauth_version", "1.0"),
    )
    text = base_string(method, url, pairs)
    # One leg: there is no token, so its half of the key is empty (RFC 5849 §3.4.2).
    key = f"{_escape(credentials.consumer_secret)}&"
    digest = hmac.new(key.encode(), text.encode(), sha256).digest()
    return (*pairs, ("oauth_signature", b64encode(digest).decode()))


def base_string(method: str, url: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Return what is signed (RFC 5849 §3.4.1): method, address, sorted parameters."""
    escaped = sorted((_escape(name), _escape(value)) for name, value in pairs)
    query = "&".join(f"{name}={value}" for name, value in escaped)
    return "&".join((method.upper(), _escape(url), _escape(query)))


def _escape(text: str) -> str:
    return quote(text, safe="~")
