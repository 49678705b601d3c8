"""Virtual time, and tasks that take turns in it.

One thread, one clock that jumps from event to event. A task is a greenlet: it runs the
use cases as they are written, and gives way only where it asks for time to pass. Which
of two tasks goes first is decided by the times they asked for, never by the machine.
"""

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from greenlet import getcurrent, greenlet

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
#: Microseconds, as all times of a schedule are.
MILLISECOND = 1_000
SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


class Schedule:
    """What happens when; ``now`` is in microseconds since the start."""

    __slots__ = ("_events", "_hub", "_moment", "_nth", "_shown", "_tasks", "now")

    def __init__(self) -> None:
        self.now = 0
        self._events: list[tuple[int, int, Callable[[], object]]] = []
        self._nth = 0
        self._hub: Any = getcurrent()
        self._tasks: list[Any] = []
        # Asked for far more often than it changes.
        self._shown = 0
        self._moment = START

    def moment(self, *, skew: int = 0) -> datetime:
        """Return what a clock that goes wrong by the skew shows now."""
        micros = self.now + skew
        if micros != self._shown:
            self._shown = micros
            self._moment = START + timedelta(microseconds=micros)
        return self._moment

    def at(self, time: int, act: Callable[[], object]) -> None:
        """Have something happen at a time, after all that was put there before."""
        self._nth += 1
        heapq.heappush(self._events, (max(time, self.now), self._nth, act))

    def start(self, work: Callable[[], object]) -> None:
        """Begin a task now."""
        task: Any = greenlet(work, parent=self._hub)
        self._tasks.append(task)
        self.at(self.now, task.switch)

    def sleep(self, span: int) -> None:
        """Let time pass for the task that asks, while others go on."""
        until = self.now + span
        if not self._events or self._events[0][0] > until:
            self.now = until
            return
        current: Any = getcurrent()
        if current is self._hub:
            # An act of a person is over at once.
            return
        self.at(until, current.switch)
        self._hub.switch()

    def wait(self, park: Callable[[Callable[[], object]], object]) -> None:
        """Stop the task that asks until what it hands to ``park`` is called."""
        current: Any = getcurrent()
        park(current.switch)
        self._hub.switch()

    def run(self, until: int) -> None:
        """Let everything happen up to a time."""
        events = self._events
        while events and events[0][0] <= until:
            time, _, act = heapq.heappop(events)
            self.now = max(self.now, time)
            act()
        self.now = max(self.now, until)

    def close(self) -> None:
        """End every task where it stands."""
        self._events.clear()
        for task in self._tasks:
            task.throw()

    def next_at(self) -> int | None:
        """Return when something happens next."""
        return self._events[0][0] if self._events else None
