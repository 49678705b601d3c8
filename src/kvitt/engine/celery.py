"""The engine for many machines: Celery wakes workers, and the queue of orders is the truth.

A message is a nudge and says "some order is due", no more. Whoever gets it claims what has
been due longest, as a thread of the default engine would. So a message that is lost costs
nothing (the row is still due, and the next round nudges again), one that comes twice or
late finds nothing to claim, and one that is forged can name no order.

1. Beat sends ``kvitt.call`` once every ``poll``; whoever gets that counts what is due and
   sends as many nudges, unless that many wait already. A process that stores webhooks does
   so by itself (``caller.py``). No line of messages grows where nobody works.
2. ``kvitt.work`` claims and looks for a ``poll``, then makes room for another message.
3. ``kvitt.job`` runs a periodic job if it is its turn. Beats that run twice do no harm.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from celery import Celery, signals
from celery.beat import Scheduler
from celery.exceptions import OperationalError

from kvitt.engine.celery_end import End, worker_name
from kvitt.engine.looks import Looks
from kvitt.engine.periodic import Job, Rounds

logger = logging.getLogger(__name__)

#: The one queue of messages.
LINE = "kvitt"
#: More nudges than this never wait: more processes than this never starve.
LONGEST_LINE = 100
#: Beat asks this much oftener whether a job is due: it may have begun anew meanwhile.
ASKED_PER_TURN = 8

#: A Redis that has gone without a word is noticed.
_REDIS = {"socket_connect_timeout": 5, "socket_keepalive": True}

CALL, WORK, JOB = "kvitt.call", "kvitt.work", "kvitt.job"


class Counts(Protocol):
    """How many orders are due."""

    def due_count(self, *, at_most: int) -> int:
        """Return how many orders wait to be looked at now, counted no further than this."""
        ...


class Turns(Protocol):
    """Whose turn a job is, among all machines."""

    def take(self, name: str, *, every: timedelta) -> bool:
        """Say whether the job is due, and note that it begins."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Workshop:
    """What a worker process works with; made in that process, after it was forked."""

    looks: Looks
    turns: Turns
    jobs: Mapping[str, Job]
    #: Called after each message: closes stale database connections.
    after_each: Callable[[], None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What must be known before any process has its workshop."""

    broker: str
    processes: int
    poll: timedelta
    #: Name and interval of each periodic job.
    jobs: Mapping[str, timedelta]


class CeleryEngine:
    """The application that ``celery -A`` and ``kvitt work`` run, and who calls its workers."""

    def __init__(
        self, plan: Plan, *, counts: Counts, open_workshop: Callable[[], Workshop]
    ) -> None:
        self._plan = plan
        self._counts = counts
        self._workshop = _once(open_workshop)
        self._end = End()
        # Celery's fix-ups for Django would open a connection for every message;
        # ``after_each`` knows which connections are stale.
        self.app = Celery("kvitt", broker=plan.broker, fixups=[])
        self.app.conf.update(_configuration(plan))
        self._define_tasks()
        # Weak references would let these go at once.
        signals.worker_process_init.connect(self._open_early, weak=False)
        signals.worker_shutting_down.connect(self._end.begin, weak=False)
        signals.setup_logging.connect(_leave_logging_alone, weak=False)

    def call(self) -> None:
        """Send a nudge for each order that is due, unless as many wait already.

        Raises OperationalError where the broker is away.
        """
        due = self._counts.due_count(at_most=LONGEST_LINE)
        if not due:
            return
        with self.app.connection_or_acquire() as connection:
            try:
                with connection.channel() as channel:
                    producer = self.app.amqp.Producer(channel)
                    for _ in range(due - _waiting(channel)):
                        self.app.send_task(WORK, producer=producer)
            except connection.connection_errors as error:
                raise OperationalError(str(error)) from error

    def _define_tasks(self) -> None:
        # Functions, for Celery hands a method no ``self``; known to this application only.
        @self.app.task(name=CALL, shared=False)
        def call() -> None:
            with self._working():
                self.call()

        @self.app.task(name=WORK, shared=False)
        def work() -> None:
            self._work()

        @self.app.task(name=JOB, shared=False)
        def run_job(job: str) -> None:
            self._run_job(job)

    def _work(self) -> None:
        worker = worker_name(os.getpid())
        until = time.monotonic() + self._plan.poll.total_seconds()
        with self._working() as shop:
            while not self._end.has_begun:
                lease = shop.looks.claim(worker)
                if lease is None:
                    return
                shop.looks.look(lease)
                if time.monotonic() >= until:
                    return

    def _run_job(self, job: str) -> None:
        with self._working() as shop:
            one = shop.jobs[job]
            if shop.turns.take(job, every=one.every):
                one.run()

    @contextmanager
    def _working(self) -> Iterator[Workshop]:
        """Give this process's workshop for one message; what is raised is logged and ends."""
        shop = self._workshop()
        try:
            yield shop
        except Exception:
            logger.exception("a message could not be worked off")
        finally:
            shop.after_each()

    def _open_early(self, **_: object) -> None:
        self._workshop()


def _configuration(plan: Plan) -> dict[str, Any]:
    calls = {"task": CALL, "schedule": plan.poll.total_seconds()}
    jobs = {
        name: {
            "task": JOB,
            "schedule": every.total_seconds() / ASKED_PER_TURN,
            "args": (name,),
        }
        for name, every in plan.jobs.items()
    }
    return {
        "task_default_queue": LINE,
        # Nothing in the broker is worth keeping through its restart.
        "task_default_delivery_mode": "transient",
        "task_ignore_result": True,
        "task_serializer": "json",
        "accept_content": ["json"],
        # A message goes back when its process dies; whether it does makes no difference.
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "worker_prefetch_multiplier": 1,
        "worker_concurrency": plan.processes,
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "worker_hijack_root_logger": False,
        "worker_redirect_stdouts": False,
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": _REDIS if plan.broker.startswith("redis") else {},
        # Beat keeps no file: when a job has last begun stands in the database.
        "beat_scheduler": Beat,
        "beat_max_loop_interval": 1,
        "beat_schedule": {"call": calls, **jobs},
    }


def _waiting(channel: Any) -> int:
    """Return how many messages wait to be taken."""
    # As Celery declares it; RabbitMQ refuses one that differs.
    line = channel.queue_declare(LINE, durable=True, exclusive=False, auto_delete=False)
    return int(line.message_count)


class Beat(Scheduler):
    """Celery's beat, which falls silent while nobody takes its messages."""

    def apply_async(
        self, entry: Any, producer: Any = None, advance: bool = True, **options: Any
    ) -> Any:
        """Send what is due, unless the line is full."""
        with self.connection.channel() as channel:
            waiting = _waiting(channel)
        if waiting < LONGEST_LINE:
            return super().apply_async(entry, producer=producer, advance=advance, **options)
        logger.warning("no worker takes messages", extra={"count": waiting})
        return None


def _once(open_workshop: Callable[[], Workshop]) -> Callable[[], Workshop]:
    """Open the workshop of this process when it is first needed, and keep its leases alive."""
    opened: list[Workshop] = []
    lock = threading.Lock()

    def workshop() -> Workshop:
        with lock:
            if not opened:
                shop = open_workshop()
                renewing = Rounds(
                    "leases",
                    (shop.looks.renewal,),
                    monotonic=time.monotonic,
                    after_each=shop.after_each,
                )
                renewing.start()
                opened.append(shop)
            return opened[0]

    return workshop


def _leave_logging_alone(**_: object) -> None:
    """Let log lines be written as everywhere in kvitt: Celery asks before it changes them."""
