"""The console app. Its own tables hold what people have chosen; orders are the journal's."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Pages for the people who keep the shop."""

    name = "kvitt.web.console"
    label = "kvitt_console"
    verbose_name = "Console"
    default_auto_field = "django.db.models.BigAutoField"
