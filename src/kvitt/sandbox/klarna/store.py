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

    #: Whether it is of any use to put something here.
    keeps: bool

    @property
    def waiting(self) -> int:
        """How many records wait for the next commit."""

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

    keeps = False
    waiting = 0

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
    """Keeps records in a SQLite file; between commits they wait in memory."""

    keeps = True

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._db = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._db.execute("PRAGMA journal_mode=WAL")
        self._db.execute("PRAGMA synchronous=FULL")
        self._db.execute(_SCHEMA)
        self._waiting: dict[tuple[str, str], str | None] = {}
        self._cleared = False

    @property
    def waiting(self) -> int:
        """How many records wait for the next commit."""
        return len(self._waiting)

    def put(self, kind: str, key: str, body: Any) -> None:
        """Add or replace a record."""
        text = json.dumps(body, separators=(",", ":"), ensure_ascii=False)
        self._waiting[kind, key] = text

    def drop(self, kind: str, key: str) -> None:
        """Forget a record."""
        self._waiting[kind, key] = None

    def clear(self) -> None:
        """Forget everything."""
        self._waiting.clear()
        self._cleared = True

    def commit(self) -> None:
        """Make everything since the last commit durable, all or nothing."""
        kept = [(*where, text) for where, text in self._waiting.items() if text is not None]
        gone = [where for where, text in self._waiting.items() if text is None]
        with self._db:
            self._db.execute("BEGIN IMMEDIATE")
            if self._cleared:
                self._db.execute("DELETE FROM records")
            self._db.executemany("DELETE FROM records WHERE kind = ? AND id = ?", gone)
            self._db.executemany("INSERT OR REPLACE INTO records VALUES (?, ?, ?)", kept)
        self._waiting.clear()
        self._cleared = False

    def records(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Return what is kept of a kind, by id."""
        rows = self._db.execute("SELECT id, body FROM records WHERE kind = ?", (kind,))
        return ((key, json.loads(body)) for key, body in rows)

    def close(self) -> None:
        """Commit and let go of the file."""
        self.commit()
        self._db.close()
