"""How the serving process ends: within a bounded time, whatever is still under way.

1. With the first signal the background stops claiming and waits for what it has begun, while
   the server answers the requests it has taken.
2. Where both are over the process ends, also where the server itself does not find its end.
3. What is not over in time is left: the process ends all the same, with code 0. An order that
   was being looked at is free when its lease ends, and the journal says which call was on its
   way; a webhook that was not answered is sent again or found by a sweep.

A server waits as long as a client lets it, so the bound cannot be the server's.
"""

import logging
import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

logger = logging.getLogger(__name__)

#: The process is gone this long after the signal, seconds: ten are promised.
LONGEST = 9.0
#: The server is given this long to find its end by itself, seconds.
GRACE = 1.0
#: How often requests under way are counted meanwhile, seconds.
_COUNTED_EVERY = 0.05
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Ending:
    """The end of one process; made and watched for in its main thread, before it serves."""

    def __init__(
        self,
        *,
        stop: Callable[[], None],
        close: Callable[[], None],
        leave: Callable[[int], object] = os._exit,
        longest: float = LONGEST,
        grace: float = GRACE,
    ) -> None:
        #: Stops the background; takes less than the longest time.
        self._stop = stop
        #: Gives back what requests needed, when no request is answered any more.
        self._close = close
        self._leave = leave
        self._longest = longest
        self._grace = grace
        self._once = threading.Lock()
        self._done: set[str] = set()
        self._counting = threading.Lock()
        self._under_way = 0

    def counted(self, application: Callable[..., Any]) -> Callable[..., Any]:
        """Return the application, whose requests are waited for."""

        def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Any:
            with self._counting:
                self._under_way += 1
            try:
                return application(environ, start_response)
            finally:
                with self._counting:
                    self._under_way -= 1

        return answer

    def watch(self) -> None:
        """Begin to end with the first signal, whoever handles it beside this."""
        hear_signals(lambda _number: self.end())

    def finish(self) -> None:
        """Stop the background and give back what is left; does nothing a second time."""
        self._do_once("stop", self._stop)
        self._do_once("close", self._close)

    def end(self) -> None:
        """Leave when nothing is under way any more, or when the longest time is over."""
        deadline = time.monotonic() + self._longest
        self._do_once("stop", self._stop)
        pause = threading.Event()
        pause.wait(self._grace)
        while self._under_way and time.monotonic() < deadline:
            pause.wait(_COUNTED_EVERY)
        if self._under_way:
            logger.warning("requests are left unanswered", extra={"count": self._under_way})
        closing = threading.Thread(target=self.finish, daemon=True)
        closing.start()
        closing.join(self._grace)
        self._leave(0)

    def _do_once(self, name: str, deed: Callable[[], None]) -> None:
        """Do it, or wait until whoever does it has done so."""
        with self._once:
            if name not in self._done:
                self._done.add(name)
                deed()


def hear_signals(deed: Callable[[int], None]) -> None:
    """Call the deed, in a thread, with the number of each signal that asks for the end.

    To be called in the main thread. Python itself writes the number of each signal to a
    socket (https://docs.python.org/3/library/signal.html#signal.set_wakeup_fd), so other
    handlers stay as they are. They alone are not enough: they run in the main thread, which
    does not always wake up when another thread was given the signal.
    """
    heard, told = socket.socketpair()
    told.setblocking(False)
    signal.set_wakeup_fd(told.fileno(), warn_on_full_buffer=False)

    def listen() -> None:
        # Held here as well: nobody else keeps the writing end open.
        with heard, told:
            while number := heard.recv(1):
                if number[0] in SIGNALS:
                    deed(number[0])

    threading.Thread(target=listen, name="signals", daemon=True).start()


def leave_while_starting() -> None:
    """Let a signal end a process that does not serve yet; the server's handlers come later."""
    # The parent's, which is told of its own signals alone.
    signal.set_wakeup_fd(-1)
    for each in SIGNALS:
        signal.signal(each, _end)


def _end(_number: int, _frame: FrameType | None) -> None:
    raise SystemExit(0)
