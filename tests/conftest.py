"""What every test may ask for: a clock that stands still, and a database of its own.

Nothing here reads the settings of the machine: the test run has its own data
directory and keys, given to this process before any test and to processes it starts.
"""

import os
import tempfile
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.db import connections

from browsing import browser, page_factory
from clocks import StandingClock
from kvitt import settings as configuration
from services import broker, lodging, postgresql
from services.databases import each_database, postgresql_url

__all__ = ["browser", "each_database", "page_factory", "postgresql_url"]

#: 32 bytes, Base64; invented.
ENCRYPTION_KEY = "a3ZpdHQtdGVzdHMta3ZpdHQtdGVzdHMta3ZpdHQtISE="

_DIRECTORY = tempfile.TemporaryDirectory(prefix="kvitt-tests-")

# pytest-django reads Django's settings before any conftest; what it read is replaced here.
for _name in [name for name in os.environ if name.startswith(configuration.PREFIX)]:
    # KVITT_TEST_… tells the tests themselves something: where the browser is.
    if not _name.startswith("KVITT_TEST_"):
        del os.environ[_name]
os.environ["KVITT_DATA_DIR"] = _DIRECTORY.name
os.environ["KVITT_SECRET_KEY"] = "the tests sign with this and nothing else does"
os.environ["KVITT_ENCRYPTION_KEYS"] = ENCRYPTION_KEY
os.environ["KVITT_ENVIRONMENT"] = "playground"
configuration.install(configuration.load())
django_settings.KVITT = configuration.current()
django_settings.SECRET_KEY = os.environ["KVITT_SECRET_KEY"]
# Passwords of tests cost nothing; what real ones cost is looked at by tests/security.
django_settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def pytest_configure(config: pytest.Config) -> None:
    """Make the folder of the services that this run may start."""
    if not hasattr(config, "workerinput"):
        lodging.begin()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the services that this run has started."""
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
    """Keep the test database in a file of this run: threads cannot share one in memory."""
    described = connections["default"].settings_dict
    if described["ENGINE"].endswith("sqlite3"):
        directory: Path = tmp_path_factory.mktemp("database")
        described["TEST"]["NAME"] = str(directory / "kvitt.sqlite3")
