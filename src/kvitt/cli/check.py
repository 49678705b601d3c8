"""``kvitt check``: whether this installation works, and what it lacks for production."""

from datetime import UTC, datetime

from rich.console import Console

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.domain.errors import ConfigurationError

console = Console(highlight=False)

EXIT_MISSING = 1


def check(*, deploy: bool = False) -> int:
    """Check the settings, the database, and that everything sealed opens.

    Ends with 1 where something must be mended.

    Example: kvitt check --deploy

    Parameters
    ----------
    deploy
        Say as well what is missing before the installation may face the internet.
    """
    settings = configuration.load()
    bootstrap.start_django(settings)
    from django.db import DatabaseError

    try:
        _check_database()
    except DatabaseError:
        raise ConfigurationError(
            "the database does not answer: see KVITT_DATABASE_URL and KVITT_DATA_DIR"
        ) from None
    from kvitt.adapters.database import sealed
    from kvitt.adapters.database.vault import Vault

    counted = sealed.count_by_key(Vault.of(settings))
    if counted[-1]:
        raise ConfigurationError(
            f"{counted[-1]} of {counted.total()} sealed texts open with none of the keys: "
            "put back the keys they were sealed with"
        )
    console.print(f"The database is up to date, and {counted.total()} sealed texts open.")
    return _check_deployment() if deploy else 0


def _check_database() -> None:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    if waiting := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise ConfigurationError(
            f"the database lacks {len(waiting)} changes of this version: run kvitt migrate"
        )


def _check_deployment() -> int:
    from kvitt.web import deployment

    found = deployment.findings(configuration.current(), now=datetime.now(UTC))
    for finding in found:
        console.print(f"{finding.weight.value.upper()}: {finding.says}", soft_wrap=True)
        console.print(f"    {finding.next_step}", soft_wrap=True)
    if not found:
        console.print("Nothing is missing.")
    needed = any(finding.weight is deployment.Weight.MUST for finding in found)
    return EXIT_MISSING if needed else 0
