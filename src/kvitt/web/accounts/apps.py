"""The accounts app."""

from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest
from django.utils import timezone


class AccountsConfig(AppConfig):
    """Signing in and out, the four roles, and who has which in which shop."""

    name = "kvitt.web.accounts"
    label = "kvitt_accounts"
    verbose_name = "Accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have every sign-in begin a session that knows since when, and count as a proof."""
        user_logged_in.connect(_begin)


def _begin(*, request: HttpRequest, **_signal: Any) -> None:
    # Models can be imported only once every app is ready.
    from kvitt.web.accounts import recent, sessions

    sessions.begin(request, now=timezone.now())
    recent.note(request, now=timezone.now())
