"""The shop's own way out over http.client: webhooks, key callbacks, the plugin's Klarna.

Everything that sends takes a `Sender` or a `KlarnaSend`, so tests pass their own; these are
what a running sandbox uses. No redirect is followed, and what fails raises OSError.
"""

import base64
import http.client
import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from kvitt.sandbox.shop.komcalls import KlarnaCall, KlarnaReply, KlarnaSend
from kvitt.sandbox.shop.webhooks import OutgoingPost

#: The reference plugin waits this long for Klarna (woocommerce-facts.md §14).
_KLARNA_TIMEOUT = 10.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def send(post: OutgoingPost) -> int:
    """Send a POST and return the status of the answer; OSError when there is none."""
    return _exchange("POST", post.url, post.headers, post.body, timeout=post.timeout).status


def to_klarna(base_url: str, *, username: str, password: str) -> KlarnaSend:
    """Return a way to a Klarna at an address, with credentials."""
    pair = base64.b64encode(f"{username}:{password}".encode()).decode()
    headers = {
        "Authorization": f"Basic {pair}",
        "Content-Type": "application/json",
        "User-Agent": "Klarna Order Management for WooCommerce 1.10.3",
    }

    def ask(call: KlarnaCall) -> KlarnaReply:
        path = f"/ordermanagement/v1/orders/{call.klarna_order_id}{call.path}"
        body = b"" if call.body is None else json.dumps(call.body).encode()
        url = f"{base_url.rstrip('/')}{path}"
        answer = _exchange(call.method, url, headers, body, timeout=_KLARNA_TIMEOUT)
        return KlarnaReply(
            status=answer.status, body=_object(answer.body), headers=answer.headers
        )

    return ask


def _exchange(
    method: str, url: str, headers: Mapping[str, str], body: bytes, *, timeout: float
) -> _Answer:
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts.scheme, parts.netloc, timeout)
    try:
        connection.request(method, path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        return _Answer(
            status=answer.status, headers=dict(answer.getheaders()), body=answer.read()
        )
    except http.client.HTTPException as failure:
        raise ConnectionError(str(failure)) from failure
    finally:
        connection.close()


def _connection(scheme: str, netloc: str, timeout: float) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(netloc, timeout=timeout, context=context)
    return http.client.HTTPConnection(netloc, timeout=timeout)


def _object(body: bytes) -> dict[str, Any]:
    """Return a JSON object, or nothing where there is none."""
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
