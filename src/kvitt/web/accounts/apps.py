"""The accounts app."""

import logging
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.http import HttpRequest
from django.utils import timezone

logger = logging.getLogger(__name__)


class AccountsConfig(AppConfig):
    """Signing in and out, the four roles, and who has which in which shop."""

    name = "kvitt.web.accounts"
    label = "kvitt_accounts"
    verbose_name = "Accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Have every sign-in begin a session that knows since when, and count as a proof."""
        user_logged_in.connect(_begin)
        user_login_failed.connect(_note_failure)


def _begin(*, request: HttpRequest, user: Any, **_signal: Any) -> None:
    # Models can be imported only once every app is ready.
    from kvitt.web.accounts import recent, sessions

    sessions.begin(request, now=timezone.now())
    recent.note(request, now=timezone.now())
    logger.info("signed in", extra={"user": user.pk})


def _note_failure(**_signal: Any) -> None:
    # Neither the name that was tried, which may be a password, nor whether it exists.
    logger.info("a sign-in was refused")
