"""Every address Django answers. Webhooks and health are answered before it (wsgi.py)."""

from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from kvitt.web.accounts.guards import for_anybody
from kvitt.web.api import root

urlpatterns: list[URLPattern | URLResolver] = [
    # The login page offers the choice too.
    path("language/", for_anybody(set_language), name="set_language"),
    path("api/v1/", include((root.urlpatterns(), "api"))),
    path("", include("kvitt.web.accounts.urls")),
    path("", include("kvitt.web.console.urls")),
]
