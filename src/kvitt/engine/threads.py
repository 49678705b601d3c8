"""The default engine: threads of one process that claim due orders and look at them.

Whoever stops the engine waits for the looks under way, but not for ever: a call may wait for
its answer longer than a machine gives us to end. A look that is left loses nothing
(``looks.py``), and is said.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Thread

from kvitt.domain.journal import Lease
from kvitt.engine.bell import Bell
from kvitt.engine.looks import Claims, Looks
from kvitt.engine.periodic import Job, Rounds

logger = logging.getLogger(__name__)

#: What is under way is waited for this long, at a stop.
PATIENCE = timedelta(seconds=7)


def nothing() -> None:
    """Tidy up nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pace:
    """How many, how long and how often."""

    workers: int
    lease: timedelta
    poll: timedelta
    #: When an order is looked at again whose look raised, by looks in a row that failed.
    retry_at: Callable[[int], datetime]
    name: str = "worker"


class ThreadEngine:
    """Workers, and the rounds of periodic jobs."""

    def __init__(
        self,
        queue: Claims,
        reconcile: Callable[[Lease], None],
        *,
        pace: Pace,
        bell: Bell,
        jobs: Sequence[Job] = (),
        after_each: Callable[[], None] = nothing,
    ) -> None:
        self._looks = Looks(queue, reconcile, lasting=pace.lease, retry_at=pace.retry_at)
        self._pace = pace
        self._bell = bell
        #: Called on the thread after each look and job: closes stale database connections.
        self._after_each = after_each
        self._stopping = Event()
        self._workers = [
            Thread(target=self._work, args=(name,), name=name, daemon=True)
            for name in (f"{pace.name}-{nth}" for nth in range(1, pace.workers + 1))
        ]
        self._rounds = [
            Rounds(name, of, monotonic=time.monotonic, after_each=after_each)
            for name, of in (
                ("leases", (self._looks.renewal,)),
                ("jobs", tuple(job for job in jobs if not job.prompt)),
                ("prompt jobs", tuple(job for job in jobs if job.prompt)),
            )
        ]

    def start(self) -> None:
        """Begin to claim orders and to run jobs."""
        for worker in self._workers:
            worker.start()
        for rounds in self._rounds:
            rounds.start()

    def stop(self, *, within: timedelta = PATIENCE) -> bool:
        """Claim no more, and wait for what is under way; say whether all has ended.

        Leases are renewed meanwhile, and never again after this.
        """
        deadline = time.monotonic() + within.total_seconds()
        self._stopping.set()
        leases, *jobs = self._rounds
        for rounds in jobs:
            rounds.stop()
        self._bell.ring()
        for worker in self._workers:
            worker.join(max(0.0, deadline - time.monotonic()))
        leases.stop()
        ended = [rounds.join(max(0.0, deadline - time.monotonic())) for rounds in self._rounds]
        self._say_what_is_left()
        return all(ended) and not self.running

    def _say_what_is_left(self) -> None:
        """Write a line for each look and each job that is not waited for any longer."""
        self._looks.say_what_is_left()
        for job in (rounds.under_way for rounds in self._rounds):
            if job:
                logger.warning("a periodic job is left: it begins anew", extra={"job": job})

    @property
    def running(self) -> bool:
        """Say whether any worker is alive."""
        return any(worker.is_alive() for worker in self._workers)

    def _work(self, name: str) -> None:
        while not self._stopping.is_set():
            strokes = self._bell.strokes()
            lease = self._looks.claim(name)
            if lease is not None:
                self._looks.look(lease)
            self._after_each()
            if lease is None and not self._stopping.is_set():
                self._bell.wait(since=strokes, at_most=self._pace.poll)
