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
        """Count every sign-in as a proof of who is at the screen."""
        user_logged_in.connect(_note_proof)


def _note_proof(*, request: HttpRequest, **_signal: Any) -> None:
    # Models can be imported only once every app is ready.
    from kvitt.web.accounts import recent

    recent.note(request, now=timezone.now())
