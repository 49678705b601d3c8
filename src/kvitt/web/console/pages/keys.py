"""What the keys do."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from kvitt.web.accounts.guards import own_account
from kvitt.web.console import preferences, shortcuts


@require_safe
@own_account
def show(request: HttpRequest) -> HttpResponse:
    """List the shortcuts, and say where they are switched off."""
    context = {
        "section": "help",
        "groups": shortcuts.GROUPS,
        "on": preferences.of(request).shortcuts,
    }
    return render(request, "console/keys.html", context)
