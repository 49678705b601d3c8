"""A bell that workers of this process wait for, so that a hint is taken up at once."""

from datetime import timedelta
from threading import Condition


class Bell:
    """Counts its strokes: one that falls between a look and the wait for it is not missed."""

    def __init__(self) -> None:
        self._struck = Condition()
        self._strokes = 0

    def ring(self) -> None:
        """Wake everybody who waits."""
        with self._struck:
            self._strokes += 1
            self._struck.notify_all()

    def strokes(self) -> int:
        """Return how often the bell has rung; to be asked before looking."""
        with self._struck:
            return self._strokes

    def wait(self, *, since: int, at_most: timedelta) -> bool:
        """Wait until the bell has rung since; say whether it has."""
        with self._struck:
            return self._struck.wait_for(
                lambda: self._strokes != since, timeout=at_most.total_seconds()
            )
