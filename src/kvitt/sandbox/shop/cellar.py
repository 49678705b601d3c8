"""Where the books lie when the lights are out: one SQLite file, or nothing at all.

A record is a row of JSON under its kind and id. Nothing here knows what a record means.
"""

import sqlite3
from pathlib import Path

_TABLES = """
CREATE TABLE IF NOT EXISTS record (
    kind TEXT NOT NULL, id INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (kind, id)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS counter (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
"""


class Cellar:
    """A file of records; without a path every call is a no-op and every read is empty.

    The caller holds a lock, so one connection serves all threads.
    """

    def __init__(self, path: Path | None) -> None:
        self._base = sqlite3.connect(path, check_same_thread=False) if path else None
        if self._base:
            self._base.execute("PRAGMA journal_mode=WAL")
            self._base.execute("PRAGMA synchronous=NORMAL")
            self._base.executescript(_TABLES)

    @property
    def keeps(self) -> bool:
        """Whether anything outlives the process."""
        return self._base is not None

    def write(self, kind: str, record_id: int, text: str) -> None:
        """Keep a record in place of an older one."""
        if self._base:
            row = (kind, record_id, text)
            self._base.execute("INSERT OR REPLACE INTO record VALUES (?, ?, ?)", row)

    def erase(self, kind: str, record_id: int) -> None:
        """Forget a record."""
        if self._base:
            self._base.execute(
                "DELETE FROM record WHERE kind = ? AND id = ?", (kind, record_id)
            )

    def write_counter(self, name: str, value: int) -> None:
        """Keep how far a counter has come."""
        if self._base:
            self._base.execute("INSERT OR REPLACE INTO counter VALUES (?, ?)", (name, value))

    def read(self, kind: str) -> list[tuple[int, str]]:
        """Return the ids and texts of all records of a kind, by id."""
        if not self._base:
            return []
        query = "SELECT id, json FROM record WHERE kind = ? ORDER BY id"
        return [(row[0], row[1]) for row in self._base.execute(query, (kind,))]

    def counters(self) -> dict[str, int]:
        """Return how far every counter has come."""
        if not self._base:
            return {}
        return {row[0]: row[1] for row in self._base.execute("SELECT name, value FROM counter")}

    def empty(self) -> None:
        """Forget everything."""
        if self._base:
            self._base.execute("DELETE FROM record")
            self._base.execute("DELETE FROM counter")

    def commit(self) -> None:
        """Make what was written last."""
        if self._base:
            self._base.commit()

    def close(self) -> None:
        """Commit and let go of the file."""
        if self._base:
            self._base.commit()
            self._base.close()
            self._base = None
