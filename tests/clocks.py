"""A clock that moves only when a test says so."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass
class StandingClock:
    """Nine on a Monday morning, until told otherwise."""

    moment: datetime = field(default=datetime(2026, 3, 2, 9, 0, tzinfo=UTC))

    def now(self) -> datetime:
        """Return the moment."""
        return self.moment

    def pass_by(self, span: timedelta) -> None:
        """Let time pass."""
        self.moment += span
