"""The shop's own way out over http.client, for webhooks and key callbacks.

Everything that sends takes a `Sender`, so tests pass their own; this is what a running
sandbox uses. No redirect is followed, and what fails raises OSError.
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
        answer = connection.getresponse()
        answer.read()
    except http.client.HTTPException as failure:
        raise ConnectionError(str(failure)) from failure
    finally:
        connection.close()
    return answer.status


def _connection(scheme: str, netloc: str, timeout: float) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(netloc, timeout=timeout, context=context)
    return http.client.HTTPConnection(netloc, timeout=timeout)
