"""The accounts app, and the groups that exist in every database."""

from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class AccountsConfig(AppConfig):
    """Sign in, sign out, and the four roles."""

    name = "kvitt.web.accounts"
    label = "kvitt_accounts"
    verbose_name = "Accounts"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Make the roles' groups whenever migrations have run."""
        post_migrate.connect(_make_groups, sender=self)


def _make_groups(**_signal: Any) -> None:
    # Models can be imported only once every app is ready.
    from kvitt.web.accounts import roles

    roles.make_groups()
