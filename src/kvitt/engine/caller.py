"""Calls workers of other machines when a hint has been stored here.

The law: what stores hints never waits for the broker, and never fails with it. A call
that cannot be made is forgotten: beat's round finds the orders when the broker is back.
"""

import logging
import threading
from collections.abc import Callable
from datetime import timedelta

from kvitt.engine.bell import Bell

logger = logging.getLogger(__name__)

#: Between two calls, seconds: a burst of webhooks is one call.
BETWEEN = 0.05
#: A call under way is waited for this long, at a stop.
PATIENCE = timedelta(seconds=7)
#: How long the thread listens at a time; it is woken by each stroke.
LISTENING = timedelta(minutes=1)


class Caller:
    """A thread that calls once for all strokes of the bell since its last call."""

    def __init__(
        self, call: Callable[[], object], *, bell: Bell, after_each: Callable[[], None]
    ) -> None:
        self._call = call
        self._bell = bell
        #: Called on the thread after each call: closes stale database connections.
        self._after_each = after_each
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._go, name="caller", daemon=True)

    def start(self) -> None:
        """Begin to listen for the bell."""
        self._thread.start()

    def stop(self, *, within: timedelta = PATIENCE) -> bool:
        """Call nobody any more; say whether the last call has ended."""
        self._stopping.set()
        self._bell.ring()
        self._thread.join(within.total_seconds())
        return not self._thread.is_alive()

    def _go(self) -> None:
        heard = 0
        while not self._stopping.wait(BETWEEN):
            if self._bell.wait(since=heard, at_most=LISTENING):
                # Asked before calling: a stroke during the call is one more call.
                heard = self._bell.strokes()
                self._call_once()

    def _call_once(self) -> None:
        try:
            self._call()
        except Exception:
            logger.exception("no worker could be called")
        finally:
            self._after_each()
