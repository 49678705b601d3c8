"""One run: books, workers, people, weather, and time, made from choices alone.

A run has two halves. In the first, people act and everything fails that the weather
holds. Then faults stop and nobody interferes, and within a bounded time every order has
to be in step, or held where a person sees it (``verdict.py``).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from kvitt.application.asking import Asking
from kvitt.application.budget import RetryBudget
from kvitt.application.look import Reader
from kvitt.application.pacing import Pace
from kvitt.application.reconcile import Reconcile
from kvitt.application.send import Sender
from kvitt.application.sweep import Sweep
from kvitt.application.write_back import Clerk
from kvitt.domain.asks import Ask
from kvitt.domain.errors import KvittError, LeaseLost, RemoteError
from kvitt.domain.ids import KlarnaOrderId, ShopId, StoreOrderId
from kvitt.domain.journal import Call, Lease, Receipt
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.sighting import Sighting
from kvitt.domain.store_order import StoreOrder
from simulation import weather
from simulation.choices import Choices
from simulation.klarna_books import KlarnaBooks
from simulation.memory import restoring
from simulation.memory.ledger import MemoryLedger
from simulation.memory.queue import MemoryQueue
from simulation.memory.rows import OrderRow, Rows
from simulation.network import ConnectionsPort
from simulation.schedule import DAY, HOUR, MINUTE, SECOND, Schedule
from simulation.shop_books import ShopBooks
from simulation.weather import Post, Turn, Weather
from simulation.witness import View, Witness

SHOP = ShopId(1)
LEASE = timedelta(minutes=5)
#: Looks come sooner than in life, so that a run ends sooner; nothing rests on how soon.
PACE = Pace(
    half_life=timedelta(hours=5),
    review=timedelta(minutes=10),
    held=timedelta(hours=6),
    open=timedelta(hours=6),
)


class Crash(BaseException):
    """The process of a worker has died. Nothing in it may notice."""


class DatabaseDown(Exception):
    """The database did not answer; not an error of ours, as none of a driver's is."""


def lean(schedule: Schedule) -> KlarnaBooks:
    """Return the books that a run of some milliseconds needs."""
    del schedule
    return KlarnaBooks()


class World:
    """Everything there is in one run."""

    def __init__(
        self,
        choices: Choices,
        *,
        tape: Callable[[int, str, str], None] | None = None,
        klarna: Callable[[Schedule], KlarnaBooks] = lean,
    ) -> None:
        self.choices = choices
        self.schedule = Schedule()
        self.clock = TrueClock(self.schedule)
        self.rows = Rows()
        self.shop = ShopBooks(announce=self._announce)
        self.witness = Witness(self)
        self.klarna = klarna(self.schedule)
        self.klarna.witness = self.witness.effect
        self.weather: Weather = weather.draw(choices, workers=0, horizon=0)
        self.workers: list[Worker] = []
        #: Which order at Klarna is which of the shop.
        self.klarna_ids: dict[StoreOrderId, KlarnaOrderId] = {}
        #: When a person last moved, or switched off, an order.
        self.moved_at: dict[StoreOrderId, int] = {}
        self.switched_at: dict[StoreOrderId, int] = {}
        #: What a person does next; called where somebody acts between two calls.
        self.interrupt: Callable[[], object] = lambda: None
        #: Raised by a restored backup, for which every worker is stopped.
        self.era = 0
        self._backup: Rows | None = None
        #: Leases cannot keep two workers from telling the shop the same: clocks differ by
        #: more than a lease, or a worker stood still right before it wrote.
        self.loose = False
        self.jumped = self.stood_still = False
        #: When somebody next sees what is due.
        self._alarm: int | None = None
        self._idle: list[Callable[[], object]] = []
        self._tokens = 0
        self._tape = tape

    @property
    def now(self) -> int:
        """The true time, in microseconds since the start."""
        return self.schedule.now

    def moment(self) -> datetime:
        """Return the true time."""
        return self.schedule.moment()

    def tell(self, who: str, what: str) -> None:
        """Write a line on the tape, where there is one."""
        if self._tape is not None:
            self._tape(self.schedule.now, who, what)

    def new_token(self) -> UUID:
        """Return a token that no lease has had."""
        self._tokens += 1
        return UUID(int=self._tokens)

    def start_worker(self, nth: int, *, skew: int) -> None:
        """Begin a worker, which begins anew whenever it dies."""
        worker = Worker(self, f"worker {nth}", skew=skew)
        self.workers.append(worker)
        self.schedule.start(worker.work)

    def ring(self) -> None:
        """Wake every worker that waits."""
        idle, self._idle = self._idle, []
        for switch in idle:
            self.schedule.at(self.now, switch)

    def park(self, switch: Callable[[], object], *, until: datetime | None) -> None:
        """Keep a worker waiting until something is due, or the bell rings."""
        self._idle.append(switch)
        if until is None:
            return
        at = self.now + max((until - self.moment()) // timedelta(microseconds=1), 0)
        if self._alarm is None or at < self._alarm:
            self._alarm = at
            self.schedule.at(at, lambda: self._wake(at))

    def arrive(self, call: Call) -> None:
        """Carry out a request that was given up, or repeated by a proxy."""
        self.tell("wire", f"arrives late: {call.kind} {call.amount} #{call.epoch}")
        try:
            self.klarna.carry_out(call, now=self.now, moment=self.moment())
        except RemoteError as error:
            self.tell("wire", f"nobody hears the answer: {error}")

    def hint(self, order_id: StoreOrderId, why: str) -> None:
        """Take in that an order may have changed."""
        self.tell(why, f"order {order_id} may have changed")
        self.rows.want(SHOP, order_id, now=self.moment())
        self.ring()

    def back_up(self) -> None:
        """Keep a copy of the database."""
        self.tell("operator", "makes a backup")
        self._backup = restoring.backup(self.rows)

    def put_back(self) -> None:
        """Stop every worker, put the backup back, and go on (P6)."""
        if self._backup is not None and not self.weather.calm:
            self.tell("operator", "stops kvitt, puts the backup back, and starts it again")
            self.era += 1
            restoring.restore(self.rows, self._backup)
            restoring.enter(self.rows, self.moment)
            self.ring()

    def jump(self) -> None:
        """Set one machine's clock wrong by an hour or a day."""
        if not self.weather.calm:
            worker = self.choices.one(self.workers)
            by = self.choices.one((DAY, -DAY, HOUR, -HOUR))
            self.tell(worker.name, f"its clock jumps by {by // HOUR} hours")
            worker.skew += by
            self.jumped = self.loose = True

    def set_clocks_right(self) -> None:
        """Set every clock that has jumped to where it was wrong before."""
        for worker, skew in zip(self.workers, self.weather.skews, strict=True):
            worker.skew = skew
        self.ring()

    def unexpected(self, error: Exception) -> None:
        """Note what a look must never raise."""
        if not isinstance(error, DatabaseDown):
            self.witness.broken("11", f"a look raised {error!r}")

    def _wake(self, alarm: int) -> None:
        """Have the worker that has waited longest see what is due."""
        if alarm == self._alarm:
            self._alarm = None
        if self._idle:
            self._idle.pop(0)()

    def _announce(self, order_id: StoreOrderId) -> None:
        """Post a webhook, as well as the post works."""
        post = self.weather.post()
        if post is Post.LOST:
            self.tell("webhook", f"of order {order_id} is lost")
            return
        wait = SECOND
        if post is Post.LATE:
            wait += self.choices.below(30 * MINUTE)
        for _ in range(2 if post is Post.DOUBLED else 1):
            self.schedule.at(self.now + wait, lambda: self.hint(order_id, "webhook"))


@dataclass(frozen=True, slots=True)
class TrueClock:
    """The true time, as the console's machine has it."""

    schedule: Schedule

    def now(self) -> datetime:
        """Return the present moment."""
        return self.schedule.moment()


class Worker:
    """One worker process: its clock, its ports, and the use cases as they are."""

    def __init__(self, world: World, name: str, *, skew: int) -> None:
        self.world = world
        self.name = name
        self.skew = skew
        self.views: dict[StoreOrderId, View] = {}
        self.read_at = 0
        self.lease: Lease | None = None
        self._renewed_at = 0
        self.claimed_at = 0
        self.era = world.era
        self.queue = MemoryQueue(
            world.rows,
            self.now,
            new_token=world.new_token,
            crossing=self.cross,
            on_hint=world.ring,
        )
        self.ledger = WitnessedLedger(self)
        self.connections = ConnectionsPort(self)
        reader = Reader(ledger=self.ledger, connections=self.connections, clock=self, pace=PACE)
        sender = Sender(ledger=self.ledger, reader=reader, clock=self)
        self.reconcile = Reconcile(
            queue=self.queue,
            ledger=self.ledger,
            reader=reader,
            sender=sender,
            asking=Asking(ledger=self.ledger, reader=reader, sender=sender),
            clerk=Clerk(ledger=self.ledger, clock=self),
            clock=self,
            dice=world.choices.below,
            budget=RetryBudget(clock=self),
        )
        self.sweep = Sweep(
            queue=self.queue, connections=self.connections, watermarks=self, clock=self
        )

    def now(self) -> datetime:
        """Return what this worker takes the time to be."""
        return self.world.schedule.moment(skew=self.skew)

    def work(self) -> None:
        """Claim and look for ever; whoever dies is followed by another of the name."""
        while True:
            try:
                self._work()
            except Crash:
                self.world.tell(self.name, "dies, and is started anew")
                self.views.clear()
                self.lease = None
                self.era = self.world.era
                self.world.schedule.sleep(10 * SECOND)

    def sweep_once(self) -> None:
        """Sweep the shop, as a periodic job does."""
        self.era = self.world.era
        try:
            self.sweep()
        except (Crash, DatabaseDown):
            self.world.tell(self.name, "the sweep was broken off")

    def cross(self, where: str) -> None:
        """Go from one port call to the next: here others act, and workers die."""
        world = self.world
        turn = world.weather.turn()
        self._renew()
        if turn is not Turn.ON:
            self._stumble(turn, where)
        if self.era != world.era:
            raise Crash

    def _stumble(self, turn: Turn, where: str) -> None:
        """Let happen what keeps a worker from going straight on."""
        world = self.world
        world.tell(self.name, f"at {where}: {turn.name}")
        if turn is Turn.INTERRUPTED:
            world.interrupt()
        elif turn is Turn.SLOW:
            world.schedule.sleep(world.choices.below(90 * SECOND))
        elif turn is Turn.PAUSED:
            # WooCommerce has no keys: who stands still right before a write to the shop for
            # longer than the lease writes what another has written (never money).
            world.loose = world.loose or where in UNGUARDED
            world.stood_still = True
            world.schedule.sleep(world.weather.pause())
        elif turn is Turn.CRASHED:
            raise Crash
        elif where in _DATABASE:
            raise DatabaseDown

    def _renew(self) -> None:
        """Hold on to the lease, as the engine does meanwhile; who stands still does not."""
        if self.lease is not None and self.world.now - self._renewed_at > MINUTE:
            self._renewed_at = self.world.now
            row = self.world.rows.orders.get(self.lease.order)
            if row is not None and row.lease_token == self.lease.token:
                row.lease_until = row.due_at = self.now() + LEASE

    def read_store(self, order: StoreOrder) -> None:
        """Remember what this worker has read of the shop."""
        self.views[order.id] = View(store=order)
        self.read_at = self.world.now

    def read_klarna(self, order: KlarnaOrder) -> None:
        """Remember what this worker has read of Klarna."""
        for view in self.views.values():
            if view.store is not None and view.store.klarna_order_id == order.id:
                view.klarna = order
                view.foreign = self.world.klarna.foreign_in(order)

    def holds(self, row: OrderRow) -> bool:
        """Say whether this worker has the order's lease."""
        return self.lease is not None and row.lease_token == self.lease.token

    # --- Watermarks of the sweep ---

    def shops(self) -> list[ShopId]:
        """Return the shops that are to be swept."""
        return [SHOP]

    def watermark(self, shop: ShopId) -> datetime | None:
        """Return up to when the shop was swept."""
        return self.world.rows.watermarks.get(shop)

    def advance(self, shop: ShopId, to: datetime) -> None:
        """Remember that the shop was swept up to then."""
        self.world.rows.watermarks[shop] = to

    def news(self, shop: ShopId, seen: Sequence[Sighting]) -> Sequence[Sighting]:
        """Return those that were never seen, or not with this content."""
        sighted = self.world.rows.sighted
        return [one for one in seen if sighted.get((shop, one.id)) != one.mark]

    def remember(self, shop: ShopId, seen: Sequence[Sighting]) -> None:
        """Remember what was seen."""
        self.world.rows.sighted |= {(shop, one.id): one.mark for one in seen}

    def _work(self) -> None:
        while True:
            held = [(row.id, row.lease_until) for row in self.world.rows.orders.values()]
            lease = self.queue.claim(worker=self.name, lease=LEASE)
            if lease is None:
                due = self.queue.next_due()
                true_due = None if due is None else due - timedelta(microseconds=self.skew)
                self.world.schedule.wait(
                    lambda switch, at=true_due: self.world.park(switch, until=at)  # type: ignore[misc]
                )
                continue
            self.lease = lease
            self.claimed_at = self.world.now
            if any(row == lease.order and end and end > self.now() for row, end in held):
                self.world.witness.broken(
                    "P2", "an order was claimed that another worker holds"
                )
            self._renewed_at = self.world.now
            self.world.tell(self.name, f"claims order {lease.store_order_id}")
            self._look(lease)

    def _look(self, lease: Lease) -> None:
        """Look as the engine does (``engine/threads.py``): nothing ends a worker."""
        try:
            self.reconcile(lease)
        except LeaseLost:
            self.world.tell(self.name, "has lost its lease")
        except Exception as error:  # noqa: BLE001
            self.world.tell(self.name, f"the look raised {error!r}")
            self.world.unexpected(error)
            self._give_back(lease)

    def _give_back(self, lease: Lease) -> None:
        try:
            self.queue.settle(lease, due=self.now() + timedelta(seconds=30), failed=True)
        except (LeaseLost, DatabaseDown):
            self.world.tell(self.name, "could not give the order back")


class WitnessedLedger(MemoryLedger):
    """The journal as one worker has it, with the witness looking on."""

    def __init__(self, worker: Worker) -> None:
        super().__init__(worker.world.rows, worker.now, crossing=worker.cross)
        self._worker = worker
        self._witness = worker.world.witness

    def stored(self, row: OrderRow, call: Call, ask: Ask | None) -> None:
        """Show the witness what was decided."""
        self._worker.world.tell(self._worker.name, f"plans {call.kind} {call.amount}")
        self._witness.planned(self._worker, row, call, ask=ask)

    def settled_done(self, call: Call, receipt: Receipt) -> None:
        """Show the witness what is taken for done."""
        self._witness.done(call, receipt)

    def settled_refused(self, call: Call, error: KvittError) -> None:
        """Show the witness what is taken for refused."""
        self._witness.refused(call, error)

    def _open(self, what: str, lease: Lease) -> OrderRow:
        row = super()._open(what, lease)
        self._worker.world.tell(self._worker.name, f"journal: {what}")
        if row.lease_token != lease.token:
            self._witness.broken("P2", f"{what} by a worker that has lost its lease")
        return row


#: Right before a write to the shop.
UNGUARDED = frozenset({"record_write_attempt", "attempted", "note", "marks", "books refund"})
#: Calls to the database, where it may be gone.
_DATABASE = frozenset(
    {
        "load",
        "settle",
        "want",
        "save_snapshot",
        "save_agreement",
        "save_plan",
        "save_wish",
        "record_planned",
        "planned",
        "record_sent",
        "sent",
        "record_done",
        "done",
        "record_refused",
        "refused",
        "record_refused_in_doubt",
        "refused in doubt",
        "record_unsent",
        "record_unknown",
        "unknown",
        "rotate_key",
        "rotated",
        "owe",
        "owed",
        "record_write_attempt",
        "record_booked",
        "booked",
        "record_written",
        "written",
        "record_adopted",
        "record_event",
        "record_matched",
        "settle_ask",
        "answered",
    }
)
