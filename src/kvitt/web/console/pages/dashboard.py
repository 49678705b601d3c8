"""The pictures of how money stands and moves."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from kvitt.web.accounts import roles
from kvitt.web.accounts.guards import requires
from kvitt.web.accounts.rights import Right
from kvitt.web.console import dashboard

DEFAULT_DAYS = 30


@require_safe
@requires(Right.SEE)
def show(request: HttpRequest) -> HttpResponse:
    """Show how money stands and has moved."""
    asked = request.GET.get("days", "")
    days = int(asked) if asked in {str(span) for span in dashboard.SPANS} else DEFAULT_DAYS
    view = dashboard.read(
        currency=request.GET.get("currency", ""),
        days=days,
        now=timezone.now(),
        shops=roles.shops_of(request.user),
    )
    context = {"section": "dashboard", "view": view, "spans": dashboard.SPANS}
    return render(request, "console/dashboard.html", context)
