"""Jobs that come round: sweeps, health checks, the renewal of leases.

One thread runs them one after another. A job that raises is logged, by name and
class of error, and comes round again.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from threading import Event, Thread

logger = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Something to be done now and then."""

    name: str
    every: timedelta
    run: Callable[[], object]
    #: Whether it is due as soon as the engine starts, or only after the first interval.
    at_start: bool = True
    #: A person waits for it: it does not wait behind jobs that may wait for a service.
    prompt: bool = False


class Rounds:
    """The thread that runs jobs."""

    def __init__(
        self,
        name: str,
        jobs: Sequence[Job],
        *,
        monotonic: Callable[[], float],
        after_each: Callable[[], None],
    ) -> None:
        self._jobs = tuple(jobs)
        self._monotonic = monotonic
        self._after_each = after_each
        self._stopping = Event()
        self._under_way = ""
        self._thread = Thread(target=self._go, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Begin no other job."""
        self._stopping.set()

    def join(self, timeout: float) -> bool:
        """Wait for the job under way; say whether it has ended."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    @property
    def under_way(self) -> str:
        """The name of the job that is being run; empty for none."""
        return self._under_way

    def _go(self) -> None:
        begun = self._monotonic()
        due = [
            begun if job.at_start else begun + job.every.total_seconds() for job in self._jobs
        ]
        while due and not self._stopping.wait(max(0.0, min(due) - self._monotonic())):
            nth = due.index(min(due))
            self._run(self._jobs[nth])
            # Counted from the end: a job that takes longer than its interval still rests.
            due[nth] = self._monotonic() + self._jobs[nth].every.total_seconds()

    def _run(self, job: Job) -> None:
        self._under_way = job.name
        try:
            job.run()
        except Exception:
            logger.exception("a periodic job failed", extra={"job": job.name})
        finally:
            self._under_way = ""
            self._after_each()
