"""Every page is behind a login; a fragment sends the whole page there."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse


class LoginGate(LoginRequiredMiddleware):
    """Django's own gate, except that a refreshed fragment never becomes a login form."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseBase:
        """Redirect to the login page, or have htmx do so."""
        if request.headers.get("HX-Request") != "true":
            answer: Any = super().handle_no_permission(request, view_func)
            return answer
        return HttpResponse(headers={"HX-Redirect": reverse("login")})
