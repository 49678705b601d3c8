"""Whose turn a periodic job is, where several machines could run it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from kvitt.adapters.database.models import Turn

_NEVER = datetime.min.replace(year=1970, tzinfo=UTC)


class JobTurns:
    """When each job has last begun. Whoever moves that on has the turn."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now

    def take(self, name: str, *, every: timedelta) -> bool:
        """Say whether the job is due, and note that it begins."""
        now = self._now()
        Turn.objects.bulk_create([Turn(name=name, begun_at=_NEVER)], ignore_conflicts=True)
        due = Turn.objects.filter(name=name, begun_at__lte=now - every)
        return bool(due.update(begun_at=now))
