"""The sandbox's clock: real or standing time, moved at will.

Law: nothing else in the sandbox asks the computer for the time.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Self


class Clock:
    """A clock that can be moved: what it reads, plus an offset."""

    def __init__(self, read: Callable[[], datetime]) -> None:
        self._read = read
        #: How far the clock was moved. The books store it, so that a durable
        #: sandbox does not fall back into the past when it starts again.
        self.offset = timedelta(0)

    @classmethod
    def running(cls) -> Self:
        """Return a clock that follows the computer's."""
        return cls(lambda: datetime.now(UTC))

    @classmethod
    def standing(cls, at: datetime) -> Self:
        """Return a clock that stands at `at` until it is moved."""
        return cls(lambda: at)

    def now(self) -> datetime:
        """Return the simulated time in UTC, to the millisecond."""
        moment = self._read() + self.offset
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    def advance(self, by: timedelta) -> datetime:
        """Move the clock and return the new time."""
        self.offset += by
        return self.now()

    def set(self, to: datetime) -> datetime:
        """Put the clock at `to` and return the new time."""
        self.offset = to - self._read()
        return self.now()


def render(moment: datetime) -> str:
    """Write a moment as Klarna does: UTC, milliseconds and Z (klarna-api.md §5)."""
    utc = moment.astimezone(UTC)
    return f"{utc:%Y-%m-%dT%H:%M:%S}.{utc.microsecond // 1000:03d}Z"


def parse(text: str) -> datetime:
    """Read an ISO 8601 moment; one without an offset is taken as UTC."""
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def midnight(moment: datetime) -> datetime:
    """Return the midnight UTC on or before a moment: expiry is cut to it (§7.3)."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
