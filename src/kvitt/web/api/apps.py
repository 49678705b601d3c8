"""The API as a Django application: its keys have a table."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """Names the application and its tables."""

    name = "kvitt.web.api"
    label = "kvitt_api"
    default_auto_field = "django.db.models.BigAutoField"
