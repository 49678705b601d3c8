"""OAuth 1.0a as WooCommerce takes it over plain http: one-legged, HMAC-SHA1 or -SHA256.

The signature is over the shop's home address, not the address that was called, and over the
query alone (woocommerce-facts.md §1).
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping
from urllib.parse import quote, unquote

from werkzeug.wrappers import Request

from kvitt.sandbox.shop.books import ShopBooks
from kvitt.sandbox.shop.catalogue import ApiKey
from kvitt.sandbox.shop.rest.answers import RestError

WINDOW = 15 * 60

_HASHES = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
_NEEDED = (
    "oauth_consumer_key",
    "oauth_timestamp",
    "oauth_nonce",
    "oauth_signature",
    "oauth_signature_method",
)

#: Used nonces by key id, each with the time it was used at.
Nonces = dict[int, dict[str, int]]


def is_signed(request: Request) -> bool:
    """Tell whether a call tries OAuth at all."""
    return any(name in _given(request) for name in _NEEDED)


def verified(request: Request, *, books: ShopBooks, nonces: Nonces) -> ApiKey:
    """Return the key a call is signed with, or raise what WooCommerce answers."""
    given = _given(request)
    missing = [name for name in _NEEDED if not given.get(name)]
    if missing:
        many = "s" if len(missing) > 1 else ""
        text = f"Missing OAuth parameter{many} {', '.join(missing)}"
        raise RestError("woocommerce_rest_authentication_missing_parameter", text, status=401)
    wanted = given["oauth_consumer_key"]
    key = next((k for k in books.every(ApiKey) if k.consumer_key == wanted), None)
    if key is None:
        raise _refused("Consumer key is invalid.")
    _check_signature(request, given, key, home=books.settings.home_url)
    used = nonces.setdefault(key.id, {})
    _check_freshness(given, used, now=int(books.instant().timestamp()))
    return key


def signature(
    method: str, url: str, params: Mapping[str, str], *, secret: str, algorithm: str
) -> str:
    """Return the signature of a call to an address with some parameters."""
    pairs = sorted((_escape(name), _escape(value)) for name, value in params.items())
    query = "&".join(f"{name}={value}" for name, value in pairs)
    base = "&".join(_escape(part) for part in (method.upper(), url, query))
    digest = hmac.new(f"{secret}&".encode(), base.encode(), _HASHES[algorithm]).digest()
    return base64.b64encode(digest).decode()


def _given(request: Request) -> dict[str, str]:
    header = request.headers.get("Authorization", "")
    given = dict(request.args.items())
    if header.lower().startswith("oauth "):
        for part in header[6:].split(","):
            name, _, value = part.strip().partition("=")
            given[unquote(name)] = unquote(value.strip('"'))
        given.pop("realm", None)
    return given


def _check_signature(
    request: Request, given: Mapping[str, str], key: ApiKey, *, home: str
) -> None:
    algorithm = given["oauth_signature_method"]
    if algorithm not in _HASHES:
        raise _refused("Invalid signature - signature method is invalid.")
    signed = {name: value for name, value in given.items() if name != "oauth_signature"}
    url = f"{home.rstrip('/')}{request.path}"
    wanted = signature(
        request.method, url, signed, secret=key.consumer_secret, algorithm=algorithm
    )
    offered = given["oauth_signature"].replace(" ", "+")
    if not hmac.compare_digest(wanted.encode(), offered.encode()):
        raise _refused("Invalid signature - provided signature does not match.")


def _check_freshness(given: Mapping[str, str], used: dict[str, int], *, now: int) -> None:
    moment = given["oauth_timestamp"]
    if not moment.isdecimal() or abs(now - int(moment)) > WINDOW:
        raise _refused("Invalid timestamp.")
    for nonce in [n for n, at in used.items() if now - at > WINDOW]:
        del used[nonce]
    if given["oauth_nonce"] in used:
        raise _refused("Invalid nonce - nonce has already been used.")
    used[given["oauth_nonce"]] = now


def _escape(value: str) -> str:
    return quote(value, safe="~")


def _refused(message: str) -> RestError:
    return RestError("woocommerce_rest_authentication_error", message, status=401)
