"""How notices leave the sandbox: one POST each, by the standard library.

Law: whatever goes wrong on the way is an `OSError`; the notice is then repeated.
"""

import http.client
import json
from contextlib import closing
from urllib.parse import urlsplit

from kvitt.sandbox.klarna.orders import Json

#: Seconds a shop has for its answer.
TIMEOUT = 10


def post(url: str, body: Json | None) -> int:
    """Post a notice and return the status; OSError if nobody answered as HTTP does."""
    try:
        return _posted(url, body)
    except (ValueError, http.client.HTTPException) as unusable:
        raise OSError(f"{url} did not answer as HTTP does: {unusable}") from unusable


def _posted(url: str, body: Json | None) -> int:
    parts = urlsplit(url)
    kind = (
        http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    )
    where = f"{parts.path or '/'}{'?' if parts.query else ''}{parts.query}"
    with closing(kind(parts.netloc, timeout=TIMEOUT)) as connection:
        if body is None:
            connection.request("POST", where)
        else:
            headers = {"Content-Type": "application/json"}
            connection.request("POST", where, body=json.dumps(body), headers=headers)
        return connection.getresponse().status
