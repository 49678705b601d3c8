"""One kind of record in the books: a dictionary that writes itself through to a shelf.

Law: the dictionary is what is asked, the shelf is what survives; both change together.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, TypeVar

from kvitt.sandbox.klarna.store import Shelf

T = TypeVar("T")


class Chapter(Generic[T]):
    """Records of one kind by id, oldest first."""

    def __init__(
        self,
        kind: str,
        *,
        shelf: Shelf,
        write: Callable[[T], Any],
        read: Callable[[Any], T],
        age: Callable[[T], Any],
    ) -> None:
        self.kind = kind
        self._shelf = shelf
        self._write = write
        self._read = read
        self._age = age
        self._items: dict[str, T] = {}

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[T]:
        return iter(tuple(self._items.values()))

    def oldest(self) -> tuple[str, T] | None:
        """Return the oldest record with its id."""
        return next(iter(self._items.items()), None)

    def latest(self) -> T | None:
        """Return the newest record."""
        return next(reversed(self._items.values()), None)

    def newest(self) -> Iterator[T]:
        """Return all records, newest first."""
        return reversed(tuple(self._items.values()))

    def get(self, key: str) -> T | None:
        """Return one record."""
        return self._items.get(key)

    def put(self, key: str, value: T) -> None:
        """Add or replace a record."""
        self._items[key] = value
        self._keep(key, value)

    def drop(self, key: str) -> None:
        """Forget a record."""
        self._items.pop(key, None)
        self._shelf.drop(self.kind, key)

    def drop_oldest(self, *, beyond: int) -> None:
        """Forget the oldest records until only `beyond` are left."""
        while len(self._items) > beyond:
            self.drop(next(iter(self._items)))

    def open(self) -> None:
        """Take in what the shelf has."""
        self._take(dict(self._shelf.records(self.kind)))

    def replace(self, bodies: Mapping[str, Any]) -> None:
        """Take in other records than before, on an emptied shelf."""
        self._take(bodies)
        for key, value in self._items.items():
            self._keep(key, value)

    def dump(self) -> dict[str, Any]:
        """Return every record as JSON."""
        return {key: self._write(value) for key, value in self._items.items()}

    def _keep(self, key: str, value: T) -> None:
        # Writing a record as JSON costs more than most requests; books in memory need none.
        if self._shelf.keeps:
            self._shelf.put(self.kind, key, self._write(value))

    def _take(self, bodies: Mapping[str, Any]) -> None:
        read = {key: self._read(body) for key, body in bodies.items()}
        self._items = dict(sorted(read.items(), key=lambda pair: self._age(pair[1])))
