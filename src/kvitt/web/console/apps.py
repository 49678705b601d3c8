"""The console app. It has no tables of its own: it reads what the journal keeps."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Pages for the people who keep the shop."""

    name = "kvitt.web.console"
    label = "kvitt_console"
    verbose_name = "Console"
