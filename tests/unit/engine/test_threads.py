"""The default engine, driven by a queue made of a list."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from threading import Event, Lock, Thread
from uuid import UUID

import pytest

from kvitt.domain.errors import LeaseLost
from kvitt.domain.ids import ShopId, StoreOrderId
from kvitt.domain.journal import Lease
from kvitt.engine.bell import Bell
from kvitt.engine.looks import Looks
from kvitt.engine.periodic import Job
from kvitt.engine.threads import Pace, ThreadEngine

#: Long enough to be sure that nothing happened by itself; no test waits for it.
FOR_EVER = timedelta(hours=1)
SOON = 10.0
LATER = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)


def lease(order: int, *, failures: int = 0) -> Lease:
    return Lease(
        order=order,
        shop=ShopId(1),
        store_order_id=StoreOrderId(order),
        wanted=1,
        token=UUID(int=order),
        failures=failures,
    )


class ListQueue:
    """Hands out the leases it was given, once each, and remembers what came back."""

    def __init__(self, *leases: Lease) -> None:
        self.due = list(leases)
        self.settled: list[tuple[int, datetime | None, bool]] = []
        self.renewed: list[int] = []
        self.was_settled = Event()
        self.asked = Event()
        self._lock = Lock()

    def claim(self, *, worker: str, lease: timedelta) -> Lease | None:
        del worker, lease
        with self._lock:
            self.asked.set()
            return self.due.pop(0) if self.due else None

    def renew(self, lease: Lease, *, lasting: timedelta) -> bool:
        del lasting
        self.renewed.append(lease.order)
        return True

    def settle(self, lease: Lease, *, due: datetime | None, failed: bool = False) -> None:
        with self._lock:
            self.settled.append((lease.order, due, failed))
        self.was_settled.set()


def pace(workers: int = 1) -> Pace:
    return Pace(workers=workers, lease=FOR_EVER, poll=FOR_EVER, retry_at=lambda _: LATER)


def run(
    queue: ListQueue,
    reconcile: Callable[[Lease], None],
    *,
    until: Event,
    workers: int = 1,
    jobs: Sequence[Job] = (),
) -> ThreadEngine:
    """Run an engine until the event, then stop it."""
    engine = ThreadEngine(queue, reconcile, pace=pace(workers), bell=Bell(), jobs=jobs)
    engine.start()
    assert until.wait(SOON)
    assert engine.stop(within=timedelta(seconds=SOON))
    return engine


def test_every_due_order_is_looked_at() -> None:
    """Workers take orders until none is due."""
    queue, looked, all_seen = ListQueue(*(lease(nth) for nth in range(1, 21))), set(), Event()

    def look(one: Lease) -> None:
        looked.add(one.order)
        if len(looked) == 20:
            all_seen.set()

    run(queue, look, until=all_seen, workers=4)

    assert looked == set(range(1, 21))


def test_a_look_that_raises_gives_the_order_back_and_ends_no_worker() -> None:
    """The poison order is retried later; the order after it is looked at by the same worker."""
    queue, seen = ListQueue(lease(1, failures=3), lease(2)), Event()

    def look(one: Lease) -> None:
        if one.order == 1:
            raise RuntimeError("poison")
        seen.set()

    run(queue, look, until=seen)

    assert queue.settled == [(1, LATER, True)]


def test_an_order_that_another_worker_has_is_dropped_quietly() -> None:
    """Who was overtaken gives nothing back."""
    queue, seen = ListQueue(lease(1), lease(2)), Event()

    def look(one: Lease) -> None:
        if one.order == 1:
            raise LeaseLost
        seen.set()

    run(queue, look, until=seen)

    assert queue.settled == []


def test_a_queue_that_fails_is_asked_again() -> None:
    """A database that is away for a moment ends no worker."""
    seen = Event()

    class Flaky(ListQueue):
        failed = False

        def claim(self, *, worker: str, lease: timedelta) -> Lease | None:
            if not self.failed:
                self.failed = True
                bell.ring()
                raise OSError("the database is away")
            return super().claim(worker=worker, lease=lease)

    bell = Bell()
    engine = ThreadEngine(Flaky(lease(1)), lambda _: seen.set(), pace=pace(), bell=bell)
    engine.start()

    assert seen.wait(SOON)
    assert engine.stop()


def test_a_ring_wakes_a_worker_at_once() -> None:
    """A hint in this process is taken up without waiting for the next poll."""
    queue, seen, bell = ListQueue(), Event(), Bell()
    engine = ThreadEngine(queue, lambda _: seen.set(), pace=pace(), bell=bell)
    engine.start()
    assert queue.asked.wait(SOON)
    queue.due.append(lease(1))
    bell.ring()

    assert seen.wait(SOON)
    assert engine.stop()


def test_a_ring_between_a_look_and_the_wait_is_not_missed() -> None:
    """Waiting for a bell that has rung since ends at once."""
    bell = Bell()
    before = bell.strokes()
    bell.ring()

    assert bell.wait(since=before, at_most=FOR_EVER)


def test_stopping_waits_for_the_look_under_way() -> None:
    """What was begun is finished, and nothing new is claimed."""
    queue, begun, may_end = ListQueue(lease(1), lease(2)), Event(), Event()
    finished: list[int] = []

    def look(one: Lease) -> None:
        begun.set()
        assert may_end.wait(SOON)
        finished.append(one.order)

    engine = ThreadEngine(queue, look, pace=pace(), bell=Bell())
    engine.start()
    assert begun.wait(SOON)
    stopped_at_once = engine.stop(within=timedelta(0))
    may_end.set()

    assert not stopped_at_once
    assert engine.stop(within=timedelta(seconds=SOON))
    assert finished == [1]


def test_orders_that_are_looked_at_are_held_on_to() -> None:
    """A lease is renewed while the look lasts, and not after it."""
    queue, begun, may_end = ListQueue(lease(1)), Event(), Event()

    def look(_: Lease) -> None:
        begun.set()
        assert may_end.wait(SOON)

    looks = Looks(queue, look, lasting=pace().lease, retry_at=pace().retry_at)
    worker = Thread(target=looks.look, args=(lease(1),))
    worker.start()
    assert begun.wait(SOON)
    looks.renewal.run()
    may_end.set()
    worker.join(SOON)
    looks.renewal.run()

    assert queue.renewed == [1]
    assert not worker.is_alive()


def test_a_job_that_raises_comes_round_again() -> None:
    """Jobs run while the engine does; a failure of one ends neither it nor the others."""
    rounds: list[str] = []
    twice = Event()

    def fail() -> None:
        rounds.append("failing")
        if rounds.count("failing") == 2:
            twice.set()
        raise RuntimeError("no")

    jobs = (
        Job(name="sweep", every=FOR_EVER, run=lambda: rounds.append("sweep")),
        Job(name="failing", every=timedelta(milliseconds=1), run=fail),
        Job(name="later", every=FOR_EVER, run=lambda: rounds.append("later"), at_start=False),
    )
    run(ListQueue(), lambda _: None, until=twice, jobs=jobs)

    assert rounds[:3] == ["sweep", "failing", "failing"]
    assert "later" not in rounds


def test_connections_are_tidied_after_each_look() -> None:
    """The hook runs on the worker's own thread after a look, also after one that raised."""
    tidied, seen = [], Event()
    queue = ListQueue(lease(1))

    def look(_: Lease) -> None:
        tidied.append("look")
        raise RuntimeError("no")

    def tidy() -> None:
        tidied.append("tidy")
        if tidied[-2:] == ["look", "tidy"]:
            seen.set()

    engine = ThreadEngine(queue, look, pace=pace(), bell=Bell(), after_each=tidy)
    engine.start()

    assert seen.wait(SOON)
    assert engine.stop()


@pytest.mark.parametrize("workers", [1, 3])
def test_a_stopped_engine_does_not_run(workers: int) -> None:
    """Before the start and after the stop no worker is alive."""
    queue = ListQueue()
    engine = ThreadEngine(queue, lambda _: None, pace=pace(workers), bell=Bell())
    before = engine.running
    engine.start()
    during = engine.running
    engine.stop()

    assert (before, during, engine.running) == (False, True, False)
