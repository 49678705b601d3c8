"""Where the books are kept: nowhere, or in one SQLite file.

Law: what was put is durable when `commit` returns. SQLite runs with a write-ahead log
and `synchronous=FULL`, so a killed process, or a power cut, loses nothing answered.
Callers hold the lock of the books; there is no lock here.
"""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

_SCHEMA = (
    "CREATE TABLE IF NOT EXISTS records (kind TEXT NOT NULL, id TEXT NOT NULL, "
    "body TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID"
)


class Shelf(Protocol):
    """A place that keeps JSON records by kind and id."""

    def put(self, kind: str, key: str, body: Any) -> None:
        """Add or replace a record."""

    def drop(self, kind: str, key: str) -> None:
        """Forget a record."""

    def clear(self) -> None:
        """Forget everything."""

    def commit(self) -> None:
        """Make everything since the last commit durable, all or nothing."""

    def records(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Return what is kept of a kind, by id."""

    def close(self) -> None:
        """Commit and let go of the file."""


class MemoryShelf:
    """Keeps nothing: the books themselves are the memory."""

    def put(self, kind: str, key: str, body: Any) -> None:
        """Pass over the record."""

    def drop(self, kind: str, key: str) -> None:
        """Pass over the record."""

    def clear(self) -> None:
        """Have nothing to forget."""

    def commit(self) -> None:
        """Have nothing to make durable."""

    def records(self, kind: str) -> Iterator[tuple[str, Any]]:  # noqa: ARG002 - a Shelf's
        """Return nothing, as nothing is kept."""
        return iter(())

    def close(self) -> None:
        """Have nothing to let go of."""


class SqliteShelf:
    """Keeps records in a SQLite file."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute(_SCHEMA)

    def put(self, kind: str, key: str, body: Any) -> None:
        """Add or replace a record."""
        self._begin()
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        self._db.execute("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", (kind, key, text))

    def drop(self, kind: str, key: str) -> None:
        """Forget a record."""
        self._begin()
        self._db.execute("DELETE FROM records WHERE kind = ? AND id = ?", (kind, key))

    def clear(self) -> None:
        """Forget everything."""
        self._begin()
        self._db.execute("DELETE FROM records")

    def commit(self) -> None:
        """Make everything since the last commit durable, all or nothing."""
        if self._db.in_transaction:
            self._db.execute("COMMIT")

    def records(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Return what is kept of a kind, by id."""
        rows = self._db.execute("SELECT id, body FROM records WHERE kind = ?", (kind,))
        return ((key, json.loads(body)) for key, body in rows)

    def close(self) -> None:
        """Commit and let go of the file."""
        self.commit()
        self._db.close()

    def _begin(self) -> None:
        if not self._db.in_transaction:
            self._db.execute("BEGIN IMMEDIATE")
