"""Copies of an SQLite database while it is in use, and putting one back.

SQLite's own backup is used, which copies a consistent state beside readers and the writer
(https://www.sqlite.org/backup.html). A copy of the file alone could be half of a commit.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from kvitt.domain.errors import ConfigurationError

#: Pages copied before others get a turn.
_PAGES = 2048
_PATIENCE = 20.0
#: Without these it is not ours.
_TABLES = ("kvitt_order", "kvitt_intent", "kvitt_timeline")


def copy(source: Path, target: Path) -> None:
    """Copy a database to a new file. Raises ConfigurationError."""
    if target.exists():
        raise ConfigurationError(f"{target} exists already: choose another name")
    try:
        # Nobody else may read it, from its first byte on.
        target.touch(mode=0o600)
        with _opened(source, "ro") as from_, closing(sqlite3.connect(target)) as to:
            from_.backup(to, pages=_PAGES)
            # One file that is whole by itself, without a write-ahead log beside it.
            to.execute("PRAGMA journal_mode=DELETE")
    except (sqlite3.Error, OSError) as error:
        target.unlink(missing_ok=True)
        raise ConfigurationError(f"the backup failed: {error}") from error
    check(target)


def check(file: Path) -> None:
    """Return where this is a whole database of kvitt. Raises ConfigurationError."""
    try:
        with _opened(file, "ro") as database:
            (said,) = database.execute("PRAGMA integrity_check(1)").fetchone()
            (tables,) = database.execute(
                "SELECT count(*) FROM sqlite_master WHERE name IN (?, ?, ?)", _TABLES
            ).fetchone()
    except sqlite3.Error as error:
        raise ConfigurationError(f"{file} is not a database that can be read") from error
    if said != "ok":
        raise ConfigurationError(f"{file} is damaged: {said}")
    if tables != len(_TABLES):
        raise ConfigurationError(f"{file} is not a database of kvitt")


def put_back(file: Path, database: Path) -> None:
    """Replace the content of a database by a backup's. Raises ConfigurationError."""
    check(file)
    try:
        with (
            _opened(file, "ro") as from_,
            closing(sqlite3.connect(database, timeout=_PATIENCE)) as to,
        ):
            from_.backup(to, pages=-1)
    except sqlite3.Error as error:
        raise ConfigurationError(
            f"the backup could not be put back: {error}; stop kvitt and try again"
        ) from error


def _opened(file: Path, mode: str) -> "closing[sqlite3.Connection]":
    if not file.is_file():
        raise ConfigurationError(f"{file} does not exist")
    uri = f"{file.absolute().as_uri()}?mode={mode}"
    return closing(sqlite3.connect(uri, uri=True, timeout=_PATIENCE))
