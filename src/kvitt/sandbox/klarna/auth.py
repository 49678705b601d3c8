"""Who is calling: HTTP Basic as Klarna and Kustom take it (klarna-api.md §2, §12).

Law: live keys and browser keys never open anything, even if somebody configured them.
"""

import base64
import binascii
import re
import secrets
from collections.abc import Iterable

from kvitt.sandbox.klarna.settings import Merchant

#: Keys that may follow `Basic ` bare: Klarna's, and Kustom's for merchants of its persona.
_BARE = {"klarna": "klarna_test_api_", "kustom": "kco_test_api_"}
_FORBIDDEN = re.compile(r"(klarna|kco)_live_api_|(klarna|kco)_(live|test)_client_")


def merchant_of(header: str, merchants: Iterable[Merchant]) -> Merchant | None:
    """Return the merchant an `Authorization` header belongs to, or None."""
    scheme, _, value = header.strip().partition(" ")
    value = value.strip()
    if scheme.lower() != "basic" or not value:
        return None
    pair = _decoded(value)
    for merchant in merchants:
        bare = value.startswith(_BARE[merchant.persona]) and _any_equal(value, merchant)
        if _allowed(value) and bare:
            return merchant
        if pair and _allowed(pair[1]) and _opens(merchant, *pair):
            return merchant
    return None


def _decoded(value: str) -> tuple[str, str] | None:
    try:
        text = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
    user, colon, password = text.partition(":")
    return (user, password) if colon else None


def _opens(merchant: Merchant, user: str, password: str) -> bool:
    """Say whether a pair fits; with an API key as password the user may be left out."""
    if _any_equal(password, merchant):
        return user in {"", merchant.user}
    return _equal(user, merchant.user) and _equal(password, merchant.password)


def _any_equal(key: str, merchant: Merchant) -> bool:
    return any(_equal(key, known) for known in merchant.api_keys)


def _allowed(key: str) -> bool:
    return not _FORBIDDEN.match(key)


def _equal(one: str, other: str) -> bool:
    return secrets.compare_digest(one.encode(), other.encode())
