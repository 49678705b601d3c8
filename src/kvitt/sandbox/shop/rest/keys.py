"""Who may ask: REST keys by Basic, in the query, or signed with OAuth 1.0a.

Without TLS WordPress does not read Basic at all; the setting `basic_over_http` plays a shop
behind a proxy that ends TLS. An unknown key is as good as none (woocommerce-facts.md §1).
"""

import hmac

from werkzeug.wrappers import Request

from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.catalogue import ApiKey
from kvitt.sandbox.shop.rest import oauth
from kvitt.sandbox.shop.rest.answers import RestError

_READS = frozenset({"GET", "HEAD", "OPTIONS"})


def authenticated(
    request: Request, method: str, *, books: ShopBooks, nonces: oauth.Nonces
) -> ApiKey | None:
    """Return the key a call bears, None when it bears none, and raise when it is wrong."""
    key = None
    if request.scheme == "https" or books.settings.basic_over_http:
        key = _by_secret(request, books)
    if key is None and oauth.is_signed(request):
        key = oauth.verified(request, books=books, nonces=nonces)
    if key is not None:
        _check_permission(key, method)
    return key


def refused(message: str) -> RestError:
    """Return the refusal of a key."""
    return RestError("woocommerce_rest_authentication_error", message, status=401)


def cannot_view() -> RestError:
    """Return what a call without a key gets."""
    return RestError(
        "woocommerce_rest_cannot_view", "Sorry, you cannot view this resource.", status=401
    )


def _by_secret(request: Request, books: ShopBooks) -> ApiKey | None:
    consumer_key = request.args.get("consumer_key", "")
    secret = request.args.get("consumer_secret", "")
    given = request.authorization
    if given and given.type == "basic":
        consumer_key, secret = given.username or "", given.password or ""
    if not consumer_key or not secret:
        return None
    key = next((k for k in books.api_keys() if k.consumer_key == consumer_key), None)
    if key is None:
        return None
    if not hmac.compare_digest(key.consumer_secret.encode(), secret.encode()):
        raise refused("Consumer secret is invalid.")
    return key


def _check_permission(key: ApiKey, method: str) -> None:
    needed = "read" if method in _READS else "write"
    if needed not in key.permissions:
        raise refused(f"The API key provided does not have {needed} permissions.")
