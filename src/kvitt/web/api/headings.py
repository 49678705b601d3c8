"""What every answer of the API says in its headers.

The law: it is said of every answer, refusals included, in one place. An operation adds its
own with ``say``.
"""

import re
from collections.abc import Callable
from functools import wraps
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from kvitt.web.api.auth import allowance_of

REQUEST_ID = "X-Request-Id"
_OWN_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_SAID = "kvitt_said"

View = Callable[..., HttpResponseBase]


def say(request: HttpRequest, name: str, value: str) -> None:
    """Have the answer to this request bear a header."""
    said: dict[str, str] = getattr(request, _SAID, {})
    setattr(request, _SAID, {**said, name: value})


def link(request: HttpRequest, **cursors: str | None) -> None:
    """Say where the pages beside this one are, by relation: ``next``, ``prev`` (RFC 8288)."""
    links = []
    for relation, cursor in cursors.items():
        if cursor:
            asked = {name: value for name, value in request.GET.items() if name != "cursor"}
            query = urlencode({**asked, "cursor": cursor})
            links.append(f'<{request.path}?{query}>; rel="{relation}"')
    if links:
        say(request, "Link", ", ".join(links))


def with_headings(view: View) -> View:
    """Return the view with the request's id and the caller's rate on every answer.

    The rate is told as draft-ietf-httpapi-ratelimit-headers has it. A caller's own
    ``X-Request-Id`` is kept where it is one that can be written down.
    """

    @wraps(view)
    def answered(request: HttpRequest, *args: object, **given: object) -> HttpResponseBase:
        own = request.headers.get(REQUEST_ID, "")
        say(request, REQUEST_ID, own if _OWN_ID.fullmatch(own) else str(uuid4()))
        response = view(request, *args, **given)
        for name, value in getattr(request, _SAID, {}).items():
            response[name] = value
        # What a key may see is nobody else's, and no cache may say so later.
        response.headers.setdefault("Cache-Control", "no-store")
        if isinstance(response, HttpResponse):
            patch_vary_headers(response, ("Authorization",))
        _say_allowance(request, response)
        return response

    return answered


def _say_allowance(request: HttpRequest, response: HttpResponseBase) -> None:
    allowance = allowance_of(request)
    if allowance is not None:
        response["RateLimit-Limit"] = str(allowance.limit)
        response["RateLimit-Remaining"] = str(allowance.remaining)
        response["RateLimit-Reset"] = str(allowance.reset)
