"""The Celery application, where ``celery -A kvitt.celery_app`` looks for it.

Importing this reads the settings and sets Django up; it asks neither the database nor the
broker anything.
"""

from kvitt import bootstrap
from kvitt import settings as configuration

_settings = configuration.current()
bootstrap.start_django(_settings)

app = bootstrap.celery_of(bootstrap.assemble(_settings)).app
