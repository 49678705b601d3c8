"""Whoever opens an address that only buttons send to gets a page, not an empty one.

Such an address stands in the browser's bar after a form was refused; loaded once more from
there it is asked for with GET, which ``require_POST`` answers with nothing at all.
"""

from collections.abc import Callable
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


class PressedMiddleware:
    """Fill an empty 405 with words and a way on."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with a page where the answer is that there is none."""
        answer = self.get_response(request)
        refused = answer.status_code == HTTPStatus.METHOD_NOT_ALLOWED
        if not refused or request.method != "GET" or answer.content:
            return answer
        page = render(request, "405.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
        page.headers["Allow"] = answer.headers["Allow"]
        return page
