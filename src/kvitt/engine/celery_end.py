"""How ``kvitt work`` ends: within a bounded time, whatever is still under way.

Celery's warm end waits for ever for the messages it has begun. So it is told to drop them
after a while, and where even that hangs, the process leaves with all it has forked. An order
that was being looked at is free when its lease ends; the journal says where the look was.
"""

import logging
import mmap
import os
import signal
import socket
import threading
from contextlib import suppress
from functools import partial

from billiard import active_children
from celery.worker import state

logger = logging.getLogger(__name__)

#: What is under way is waited for this long, seconds; and after this long the process is gone.
PATIENCE, LONGEST = 7.0, 9.0
#: What people and machines stop a process with. SIGQUIT is how Celery is told to drop work.
_ASKED = (signal.SIGINT, signal.SIGTERM)
#: What a shell adds to the number of the signal that ended a command.
_SIGNALLED = 128


class End:
    """The end of one machine: begun in its main process, and seen by all it has forked."""

    def __init__(self) -> None:
        #: One byte that is shared with processes forked later, and needs no lock.
        self._begun = mmap.mmap(-1, 1)

    @property
    def has_begun(self) -> bool:
        """Say whether this machine takes up no more orders."""
        return self._begun[0] != 0

    def begin(self, sig: str, **_: object) -> None:
        """Begin to end with the first signal of this name, and end at once with the second.

        Celery calls this for each signal that stops it.
        """
        number = signal.Signals[sig]
        if number not in _ASKED:
            return
        if self.has_begun:
            _leave(_SIGNALLED + number)
        self._begun[0] = 1
        for after, deed in ((PATIENCE, _drop), (LONGEST, partial(_leave, 0))):
            timer = threading.Timer(after, deed)
            timer.daemon = True
            timer.start()


def worker_name(pid: int) -> str:
    """Return what a process of this machine is called where it has leased an order."""
    return f"{socket.gethostname()[:60]}-{pid}"


def _drop() -> None:
    """Say what is left, and have Celery drop it."""
    for request in list(state.active_requests):
        logger.warning(
            "a look is left, or a job: whoever takes it up when its lease ends goes on from "
            "the journal",
            extra={"job": request.name, "worker": worker_name(request.worker_pid or 0)},
        )
    os.kill(os.getpid(), signal.SIGQUIT)


def _leave(code: int) -> None:
    """End this process at once, with all it has forked."""
    for pid in (child.pid for child in active_children()):
        if pid:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    os._exit(code)
