"""What comes before any part: Django with our settings, and the shape of the database.

The law: models may be imported only after ``start_django``, so the imports that need them
stand inside the functions, here and in the whole package.
"""

import os

from kvitt import settings as configuration
from kvitt.domain.errors import ConfigurationError
from kvitt.settings import Settings


def start_django(settings: Settings) -> None:
    """Make these the settings of the process, and set Django up with them."""
    configuration.install(settings)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "kvitt.web.settings")
    import django

    django.setup()


def migrate() -> None:
    """Bring the database to the shape that this version needs."""
    from kvitt.adapters.database import shape

    shape.migrate()


def check_shape() -> None:
    """Stop where the database has another shape. Raises ConfigurationError."""
    from django.db import connections

    from kvitt.adapters.database import shape

    if not shape.is_current():
        raise ConfigurationError("the database is not of this version: run kvitt migrate first")
    # Processes that are forked from this one open connections of their own.
    connections.close_all()
