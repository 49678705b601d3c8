"""Which shop a webhook's address belongs to, kept in memory.

Asking the database for each request would let anybody who guesses addresses keep
it busy, so all doors are known at once and read anew at most once a second.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Lock

from kvitt.domain.ids import ShopId


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """A shop's webhook address, and the secrets its deliveries may be signed with."""

    shop: ShopId
    secrets: tuple[str, ...] = field(repr=False)
    #: Where the shop lives, as hosts; empty where that is not known.
    hosts: frozenset[str] = frozenset()


class Doors:
    """Every webhook address by its token."""

    def __init__(
        self,
        load: Callable[[], Mapping[str, Door]],
        *,
        monotonic: Callable[[], float],
        freshest: float = 1.0,
        stalest: float = 60.0,
    ) -> None:
        self._load = load
        self._monotonic = monotonic
        #: Not read anew more often than this, seconds.
        self._freshest = freshest
        #: Not believed for longer than this, seconds.
        self._stalest = stalest
        self._doors: Mapping[str, Door] = {}
        self._read_at: float | None = None
        self._lock = Lock()

    def find(self, token: str) -> Door | None:
        """Return the door, as it is known."""
        self._read_if_older(self._stalest)
        return self._doors.get(token)

    def find_anew(self, token: str) -> Door | None:
        """Return the door, read again: a shop or a secret may have come since."""
        self._read_if_older(self._freshest)
        return self._doors.get(token)

    def _read_if_older(self, age: float) -> None:
        with self._lock:
            if self._read_at is None or self._monotonic() - self._read_at >= age:
                self._doors = self._load()
                self._read_at = self._monotonic()
