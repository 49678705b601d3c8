"""What every test may ask for: a clock that stands still, and a database of its own.

Nothing here reads the settings of the machine: the test run has its own data
directory and keys, given to this process before any test and to processes it starts.
"""

from pathlib import Path

import pytest
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connections
from django.db.models.signals import post_migrate

import installation
from browsing import browser, page_factory
from clocks import StandingClock
from kvitt import settings as configuration
from services import broker, lodging, postgresql
from services.databases import each_database, postgresql_url

__all__ = ["browser", "each_database", "page_factory", "postgresql_url"]

# Before any test module is imported: some read the settings as they are.
_DATA_DIR = installation.begin()


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of the services that this run may start."""
    if not hasattr(config, "workerinput"):
        lodging.begin()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the simulation: browsers and servers that wait later take time from it."""
    items.sort(key=lambda item: "simulation" not in item.path.parts)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the services that this run has started, and leave nothing behind."""
    installation.end(_DATA_DIR)
    if not hasattr(config, "workerinput"):
        lodging.end(postgresql.stop, broker.stop)


@pytest.fixture
def clock() -> StandingClock:
    """Give a clock that stands still at nine on a Monday morning."""
    return StandingClock()


@pytest.fixture(scope="session")
def settings_of_tests() -> configuration.Settings:
    """Give the settings that this test run has."""
    return configuration.current()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keep the test database in a file of this run: threads cannot share one in memory.

    It need not outlive a power cut, which no test plays.
    """
    described = connections["default"].settings_dict
    if described["ENGINE"].endswith("sqlite3"):
        directory: Path = tmp_path_factory.mktemp("database")
        described["TEST"]["NAME"] = str(directory / "kvitt.sqlite3")
        described["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> None:
    """Have a database whose tables are emptied after each test that commits, and no more.

    Django would also make its permissions anew each time: nothing of ours reads them, and it
    takes longer than most of the tests.
    """
    del django_db_setup
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)
