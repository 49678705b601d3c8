"""Forms that another site sends are refused, whatever token they bring.

A second wall beside Django's token: browsers say in ``Sec-Fetch-Site`` where a request
comes from, and no script can forge it (Fetch Metadata; reliability.md §8, ASVS 3.5.1).
What sends no such header is no browser of today, and is left to the token.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.csrf import csrf_failure

SAFE = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
#: ``none`` is a person who typed the address or used a bookmark.
OURS = frozenset({"same-origin", "none", ""})


class OriginGate:
    """Refuses what a page of another origin makes a browser send."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Hand the request on."""
        return self._get_response(request)

    def process_view(
        self,
        request: HttpRequest,
        view: Callable[..., HttpResponseBase],
        args: tuple[Any, ...],
        kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        """Answer what must not reach the view."""
        del args, kwargs
        exempt = getattr(view, "csrf_exempt", False)
        came_from = request.headers.get("Sec-Fetch-Site", "")
        if request.method in SAFE or exempt or came_from in OURS:
            return None
        return csrf_failure(request, reason="Sec-Fetch-Site")
