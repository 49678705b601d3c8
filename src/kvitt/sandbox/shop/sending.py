"""The shop's own way out: one POST over plain http.client, with no redirect followed.

Everything that sends takes a `Sender`, so tests pass their own; this one is what a running
sandbox uses.
"""

import http.client
import ssl
from urllib.parse import urlsplit

from kvitt.sandbox.shop.webhooks import OutgoingPost


def send(post: OutgoingPost) -> int:
    """Send a POST and return the status of the answer; OSError when there is none."""
    parts = urlsplit(post.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    connection = _connection(parts.scheme, parts.netloc, post.timeout)
    try:
        connection.request("POST", path, body=post.body, headers=dict(post.headers))
        return connection.getresponse().status
    except http.client.HTTPException as failure:
        raise ConnectionError(str(failure)) from failure
    finally:
        connection.close()


def _connection(scheme: str, netloc: str, timeout: float) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(netloc, timeout=timeout, context=context)
    return http.client.HTTPConnection(netloc, timeout=timeout)
