"""How Django finds this application."""

from django.apps import AppConfig


class DatabaseConfig(AppConfig):
    """The tables of kvitt."""

    name = "kvitt.adapters.database"
    label = "kvitt"
    default_auto_field = "django.db.models.BigAutoField"
