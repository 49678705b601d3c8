"""The shape of the database: brought about by one process at a time, and checked by all."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.core.management import call_command
from django.db import OperationalError, connection
from django.db.migrations.executor import MigrationExecutor

from kvitt.domain.errors import ConfigurationError

#: Any number that nobody else locks: ``kvit`` in ASCII.
_LOCK = 0x6B766974


def migrate() -> None:
    """Bring the database to the shape that this version needs. Raises ConfigurationError."""
    with _reached(), _alone():
        call_command("migrate", verbosity=0, interactive=False)


def is_current() -> bool:
    """Say whether no part of the shape is missing. Raises ConfigurationError."""
    with _reached():
        executor = MigrationExecutor(connection)
        return not executor.migration_plan(executor.loader.graph.leaf_nodes())


@contextmanager
def _reached() -> Iterator[None]:
    """Connect, or say in one line why that cannot be done."""
    try:
        connection.ensure_connection()
    except OperationalError as error:
        # The driver names host, port and user, and never the password.
        raise ConfigurationError(
            f"the database cannot be reached: {str(error).strip().splitlines()[0]}"
        ) from error
    yield


@contextmanager
def _alone() -> Iterator[None]:
    """Let servers that start at the same moment on one PostgreSQL wait for each other."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        # An index of a million orders takes longer to build than any question may.
        cursor.execute("SET statement_timeout = 0")
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(%s)", [_LOCK])
        # But a table that somebody holds is not waited for: all others would queue behind.
        cursor.execute("RESET lock_timeout")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
            cursor.execute("RESET statement_timeout")
