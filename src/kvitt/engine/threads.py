"""The default engine: threads of one process that claim due orders and look at them.

The law: nothing that a look raises ends a worker. What it raises is logged with ids
only, and the order is given back to be looked at later. Whoever stops the engine
waits for the looks under way; one that takes longer loses nothing, since its lease
ends and the journal says where it was.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, Lock, Thread
from typing import Protocol
from uuid import UUID

from kvitt.domain.errors import LeaseLost
from kvitt.domain.journal import Lease
from kvitt.engine.bell import Bell
from kvitt.engine.periodic import Job, Rounds

logger = logging.getLogger(__name__)

#: A lease is renewed this often while it lasts: one missed renewal loses nothing.
RENEWALS = 3
#: Looks that take longer than this many leases are not waited for any more.
LONGEST_LOOK = 10


class Claims(Protocol):
    """The queue, as an engine drives it."""

    def claim(self, *, worker: str, lease: timedelta) -> Lease | None:
        """Take the order that has been due longest, or None."""
        ...

    def renew(self, lease: Lease, *, lasting: timedelta) -> bool:
        """Hold an order longer; say whether it was still held."""
        ...

    def settle(self, lease: Lease, *, due: datetime | None, failed: bool = False) -> None:
        """Give the order back."""
        ...


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
        self._queue = queue
        self._reconcile = reconcile
        self._pace = pace
        self._bell = bell
        #: Called on the thread after each look and job: closes stale database connections.
        self._after_each = after_each
        self._stopping = Event()
        self._held: dict[UUID, tuple[Lease, float]] = {}
        self._held_lock = Lock()
        self._workers = [
            Thread(target=self._work, args=(name,), name=name, daemon=True)
            for name in (f"{pace.name}-{nth}" for nth in range(1, pace.workers + 1))
        ]
        renewal = Job(
            name="renew leases",
            every=pace.lease / RENEWALS,
            run=self.renew_leases,
            at_start=False,
        )
        self._rounds = [
            Rounds(name, of, monotonic=time.monotonic, after_each=after_each)
            for name, of in (("leases", (renewal,)), ("jobs", tuple(jobs)))
        ]

    def start(self) -> None:
        """Begin to claim orders and to run jobs."""
        for worker in self._workers:
            worker.start()
        for rounds in self._rounds:
            rounds.start()

    def stop(self, *, within: timedelta = timedelta(seconds=10)) -> bool:
        """Claim no more, and wait for what is under way; say whether all has ended."""
        deadline = time.monotonic() + within.total_seconds()
        self._stopping.set()
        self._bell.ring()
        for worker in self._workers:
            worker.join(max(0.0, deadline - time.monotonic()))
        for rounds in self._rounds:
            rounds.stop()
        ended = [rounds.join(max(0.0, deadline - time.monotonic())) for rounds in self._rounds]
        return all(ended) and not self.running

    @property
    def running(self) -> bool:
        """Say whether any worker is alive."""
        return any(worker.is_alive() for worker in self._workers)

    def renew_leases(self) -> None:
        """Hold on to the orders that are being looked at, unless a look hangs."""
        with self._held_lock:
            held = list(self._held.values())
        for lease, since in held:
            if time.monotonic() - since < self._pace.lease.total_seconds() * LONGEST_LOOK:
                self._queue.renew(lease, lasting=self._pace.lease)

    def _work(self, name: str) -> None:
        while not self._stopping.is_set():
            strokes = self._bell.strokes()
            lease = self._claim(name)
            if lease is not None:
                self._look(lease)
            elif not self._stopping.is_set():
                self._bell.wait(since=strokes, at_most=self._pace.poll)

    def _claim(self, name: str) -> Lease | None:
        try:
            return self._queue.claim(worker=name, lease=self._pace.lease)
        except Exception:
            logger.exception("no order could be claimed", extra={"worker": name})
            return None
        finally:
            self._after_each()

    def _look(self, lease: Lease) -> None:
        with self._held_lock:
            self._held[lease.token] = (lease, time.monotonic())
        try:
            self._reconcile(lease)
        except LeaseLost:
            logger.info("another worker has the order", extra=_ids(lease))
        except Exception:
            logger.exception("a look failed", extra=_ids(lease))
            self._give_back(lease)
        finally:
            with self._held_lock:
                del self._held[lease.token]
            self._after_each()

    def _give_back(self, lease: Lease) -> None:
        try:
            self._queue.settle(lease, due=self._pace.retry_at(lease.failures), failed=True)
        except LeaseLost:
            logger.info("another worker has the order", extra=_ids(lease))
        except Exception:
            # The lease ends by itself, and the order is due then.
            logger.exception("an order could not be given back", extra=_ids(lease))


def _ids(lease: Lease) -> dict[str, int]:
    return {
        "order": lease.order,
        "shop": lease.shop,
        "store_order_id": lease.store_order_id,
        "attempts": lease.failures,
    }
