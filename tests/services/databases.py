"""Both databases, one after the other, for suites that have to hold on each.

A module asks for ``each_database`` beside ``django_db``: its tests run on the SQLite that
every test has, and once more with a PostgreSQL in its place.
"""

from collections.abc import Iterator

import pytest
from django.db import connections
from pytest_django.plugin import DjangoDbBlocker

from kvitt.adapters.database import address
from services import postgresql

ALIAS = "default"


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """Give this process's own database on PostgreSQL."""
    with postgresql.fresh_database() as url:
        yield url


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def each_database(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[str]:
    """Put the database of that name behind Django, in this thread and in those to come."""
    del django_db_setup
    if request.param == "sqlite":
        yield "sqlite"
        return
    described = address.parse(request.getfixturevalue("postgresql_url"))
    before = connections.settings[ALIAS]
    with django_db_blocker.unblock():
        connections[ALIAS].close()
        connections.settings[ALIAS] = connections.configure_settings({ALIAS: described})[ALIAS]
        del connections[ALIAS]
        yield "postgresql"
        connections[ALIAS].close()
        connections.settings[ALIAS] = before
        del connections[ALIAS]
