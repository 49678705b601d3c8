"""``kvitt backup`` and ``kvitt restore``: copies of the database, and putting one back.

A restored database has forgotten what was sent since the backup. So after a restore nothing
is sent for an order before it was read anew at Klarna and its calls were matched there.
"""

from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from kvitt import bootstrap
from kvitt import settings as configuration
from kvitt.domain.errors import ConfigurationError
from kvitt.settings import BACKUP_STAMP, ENCRYPTION_FILE, OWNER_ONLY, Settings

console = Console(highlight=False)

_SQLITE = "sqlite:///"
_POSTGRESQL = (
    "the database is PostgreSQL, which has its own tools: pg_dump --format=custom makes a "
    "backup, pg_restore puts one back; then say so with: kvitt restore --put-back-already"
)


def backup(file: Path) -> None:
    """Copy the database to a new file while kvitt runs (SQLite).

    Example: kvitt backup copy.sqlite3

    Parameters
    ----------
    file
        The file to make.
    """
    from kvitt.adapters.database import backups

    settings = configuration.load()
    backups.copy(_database_of(settings), file.absolute())
    (settings.data_dir / BACKUP_STAMP).touch(mode=OWNER_ONLY)
    console.print(f"The database is copied to {file}, whole and checked.", soft_wrap=True)
    keys = settings.data_dir / ENCRYPTION_FILE
    where = str(keys) if keys.exists() else "KVITT_ENCRYPTION_KEYS"
    console.print(
        f"It opens only with the encryption keys ({where}): keep a copy of those as well, in "
        "another place.",
        soft_wrap=True,
    )


def restore(file: Path | None = None, *, put_back_already: bool = False) -> None:
    """Put a backup in the place of the database, and read every order anew before sending.

    The database as it was is kept beside it. Stop kvitt first.

    Example: kvitt restore copy.sqlite3

    Parameters
    ----------
    file
        A file that kvitt backup made (SQLite).
    put_back_already
        The database was put back by other means, like pg_restore: only read orders anew.
    """
    settings = configuration.load()
    if (file is None) is not put_back_already:
        raise ConfigurationError("name either the backup's file or --put-back-already")
    if file is not None:
        _put_back(file.absolute(), settings)
    bootstrap.start_django(settings)
    bootstrap.migrate()
    from kvitt.adapters.database.restoring import Restoring

    now = bootstrap.SystemClock().now
    orders = Restoring(data_dir=settings.data_dir, now=now).enter()
    console.print(
        f"{orders} orders are read anew at Klarna, each before anything is sent for it. What "
        "people had asked for and was not answered has to be asked for again.",
        soft_wrap=True,
    )


def _put_back(file: Path, settings: Settings) -> None:
    from kvitt.adapters.database import backups

    database = _database_of(settings)
    backups.check(file)
    if database.exists():
        moment = datetime.now(UTC).strftime("%Y%m%d-%H%M%S")
        kept = database.with_name(f"{database.name}.before-{moment}")
        backups.copy(database, kept)
        console.print(f"The database as it was is kept as {kept}.", soft_wrap=True)
    backups.put_back(file, database)
    console.print("The backup is put back.")


def _database_of(settings: Settings) -> Path:
    if not settings.database.startswith(_SQLITE):
        raise ConfigurationError(_POSTGRESQL)
    return Path(settings.database.removeprefix(_SQLITE))
