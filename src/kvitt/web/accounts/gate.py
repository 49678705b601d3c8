"""Every page is behind a login; a fragment sends the whole page there."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect

OK = 200


class LoginGate(LoginRequiredMiddleware):
    """Django's own gate, except that a refreshed fragment never becomes a login form."""

    def handle_no_permission(
        self, request: HttpRequest, view_func: Callable[..., HttpResponseBase]
    ) -> HttpResponseRedirect:
        """Redirect to the login page, or have htmx go there with the whole page."""
        answer: Any = super().handle_no_permission(request, view_func)
        redirect: HttpResponseRedirect = answer
        if request.headers.get("HX-Request") == "true":
            # A browser follows a 302 by itself, before htmx sees it.
            redirect.status_code = OK
            redirect.headers["HX-Redirect"] = redirect.url
            del redirect.headers["Location"]
        return redirect
