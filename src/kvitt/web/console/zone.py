"""Times in the reader's own zone, as the browser told it (``console.js``)."""

from collections.abc import Callable
from functools import cache
from urllib.parse import unquote
from zoneinfo import ZoneInfo, available_timezones

from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

COOKIE = "zone"


class ZoneMiddleware:
    """Use the zone of the cookie while the page is made; the settings' zone without one."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the reader's zone."""
        name = unquote(request.COOKIES.get(COOKIE, ""))
        if name not in _names():
            return self.get_response(request)
        with timezone.override(ZoneInfo(name)):
            return self.get_response(request)


@cache
def _names() -> frozenset[str]:
    # Compared with the known names before it is opened: a zone's name is a file's path.
    return frozenset(available_timezones())
