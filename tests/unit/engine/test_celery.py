"""The engine for many machines, with a broker in memory and no process but this one."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from kombu.exceptions import OperationalError

from kvitt.domain.journal import Lease
from kvitt.engine import celery
from kvitt.engine.celery import CALL, JOB, LINE, LONGEST_LINE, WORK, Beat, CeleryEngine, Plan
from kvitt.engine.looks import Looks
from kvitt.engine.periodic import Job
from running import free_port
from unit.engine.test_threads import ListQueue, lease

HOUR = timedelta(hours=1)
LATER = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)


@dataclass
class Bench:
    """An engine over a list of leases, and what its jobs and looks have done."""

    due: int = 0
    queue: ListQueue = field(default_factory=ListQueue)
    looked: list[int] = field(default_factory=list)
    tidied: list[str] = field(default_factory=list)
    #: Names of jobs whose turn it is.
    turns: set[str] = field(default_factory=set)
    run: list[str] = field(default_factory=list)

    def due_count(self, *, at_most: int) -> int:
        return min(self.due, at_most)

    def take(self, name: str, *, every: timedelta) -> bool:
        assert every == HOUR
        return name in self.turns

    def reconcile(self, one: Lease) -> None:
        self.looked.append(one.order)

    def break_down(self) -> None:
        self.run.append("broken")
        raise RuntimeError("no")

    def workshop(self) -> celery.Workshop:
        jobs = (
            Job(name="sweep", every=HOUR, run=lambda: self.run.append("sweep")),
            Job(name="broken", every=HOUR, run=self.break_down),
        )
        return celery.Workshop(
            looks=Looks(self.queue, self.reconcile, lasting=HOUR, retry_at=lambda _: LATER),
            turns=self,
            jobs={job.name: job for job in jobs},
            after_each=lambda: self.tidied.append("tidied"),
        )

    def engine(self, *, broker: str = "memory://", poll: timedelta = HOUR) -> CeleryEngine:
        plan = Plan(broker=broker, processes=2, poll=poll, jobs={"sweep": HOUR})
        return CeleryEngine(plan, counts=self, open_workshop=self.workshop)


@pytest.fixture
def bench() -> Iterator[Bench]:
    """Give an engine whose line is empty: the broker in memory is one for the process."""
    made = Bench()
    empty_line(made.engine())
    yield made
    empty_line(made.engine())


def empty_line(engine: CeleryEngine) -> None:
    with engine.app.connection_or_acquire() as connection, connection.channel() as channel:
        channel.queue_declare(LINE, durable=True, auto_delete=False)
        channel.queue_purge(LINE)


def waiting(engine: CeleryEngine) -> int:
    with engine.app.connection_or_acquire() as connection, connection.channel() as channel:
        count: int = channel.queue_declare(LINE, passive=True).message_count
    return count


@pytest.mark.parametrize(("due", "sent"), [(0, 0), (3, 3), (10_000, LONGEST_LINE)])
def test_as_many_nudges_as_orders_are_due(bench: Bench, due: int, sent: int) -> None:
    """Nobody is called for nothing, and never more than a line."""
    bench.due = due
    engine = bench.engine()
    engine.call()

    assert waiting(engine) == sent


def test_calling_again_makes_no_line_of_nudges(bench: Bench) -> None:
    """Where nobody works, the messages stay as many as the orders."""
    bench.due = 3
    engine = bench.engine()
    for _ in range(5):
        engine.app.tasks[CALL]()

    assert waiting(engine) == 3


def test_a_nudge_is_all_there_is_in_a_message(bench: Bench) -> None:
    """It names no order: one that is forged, doubled or late can do no harm."""
    bench.due = 1
    engine = bench.engine()
    engine.call()
    with engine.app.connection_or_acquire() as connection, connection.channel() as channel:
        message = channel.basic_get(LINE)

    args, kwargs, _ = message.decode()
    assert (message.headers["task"], args, kwargs) == (WORK, [], {})
    assert message.content_type == "application/json"


def test_a_broker_that_is_away_is_said(bench: Bench) -> None:
    """Whoever calls learns it from one class of error."""
    bench.due = 1
    engine = bench.engine(broker=f"redis://127.0.0.1:{free_port()}/0")

    with pytest.raises(OperationalError):
        engine.call()


def test_a_nudge_is_worked_off_until_nothing_is_due(bench: Bench) -> None:
    """One message is enough for a burst; one that comes late finds nothing."""
    bench.queue = ListQueue(lease(1), lease(2), lease(3))
    engine = bench.engine()
    engine.app.tasks[WORK]()
    engine.app.tasks[WORK]()

    assert bench.looked == [1, 2, 3]
    assert bench.tidied == ["tidied", "tidied"]


def test_a_worker_makes_room_for_other_messages(bench: Bench) -> None:
    """After its time it lets others be served, and stops soon when it is told to."""
    bench.queue = ListQueue(lease(1), lease(2))
    engine = bench.engine(poll=timedelta(0))
    engine.app.tasks[WORK]()

    assert bench.looked == [1]


def test_a_queue_that_fails_ends_the_message_and_no_worker(bench: Bench) -> None:
    """The database is away: the next nudge finds it back."""

    class Away(ListQueue):
        def claim(self, *, worker: str, lease: timedelta) -> Lease | None:
            raise OSError(f"the database is away: {worker} {lease}")

    bench.queue = Away()
    bench.engine().app.tasks[WORK]()

    assert bench.tidied == ["tidied"]


@pytest.mark.parametrize(("turns", "run"), [({"sweep"}, ["sweep"]), (set(), [])])
def test_a_job_is_run_by_whoever_has_its_turn(
    bench: Bench, turns: set[str], run: list[str]
) -> None:
    """Beats of several machines ask for the same job; one of them has it run."""
    bench.turns = turns
    bench.engine().app.tasks[JOB]("sweep")

    assert bench.run == run


@pytest.mark.parametrize("job", ["broken", "unknown"])
def test_a_job_that_raises_ends_its_message_only(bench: Bench, job: str) -> None:
    """It comes round again; a message of another version's job is dropped."""
    bench.turns = {"broken"}
    bench.engine().app.tasks[JOB](job)

    assert bench.tidied == ["tidied"]


def test_beat_falls_silent_where_nobody_takes_its_messages(bench: Bench) -> None:
    """A week without workers leaves one line of messages, and not half a million."""
    engine = bench.engine()
    beat = Beat(app=engine.app)
    entry = beat.schedule["call"]
    for _ in range(LONGEST_LINE + 5):
        beat.apply_async(entry, producer=beat.producer)

    assert waiting(engine) == LONGEST_LINE


def test_messages_are_lost_by_nobody_and_kept_by_nobody(bench: Bench) -> None:
    """Acknowledged late, taken one at a time, JSON only, and no results anywhere."""
    told = bench.engine().app.conf

    assert told.task_acks_late
    assert told.task_reject_on_worker_lost
    assert told.worker_prefetch_multiplier == 1
    assert told.accept_content == ["json"]
    assert told.task_ignore_result
    assert not told.result_backend
    assert told.task_default_delivery_mode == "transient"
