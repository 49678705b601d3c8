"""The ports of one worker: the books of shop and Klarna behind wires that fail.

Each call takes time, in which others act; each may go wrong on its way there, at work,
or on its way back. What goes wrong is drawn in ``weather.py``.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, NoReturn, TypeVar

from kvitt.domain.errors import (
    KvittError,
    MalformedReply,
    OutcomeUnknown,
    RateLimited,
    RemoteFault,
    Unauthorized,
    Unreachable,
)
from kvitt.domain.ids import CaptureId, KlarnaOrderId, ShopId, StoreOrderId, StoreRefundId
from kvitt.domain.journal import BookedLine, Call, Lease, Receipt, StoreNote
from kvitt.domain.klarna_order import DueDateOption, KlarnaOrder
from kvitt.domain.money import Money
from kvitt.domain.sighting import Sighting
from kvitt.domain.store_order import StoreOrder
from simulation.schedule import SECOND
from simulation.shop_books import sighting_of
from simulation.weather import TIMEOUT, Wire

if TYPE_CHECKING:
    from simulation.world import Worker

T = TypeVar("T")

#: How far a read of Klarna may lag behind (klarna-api.md §7.4).
READ_LAG = 5 * SECOND
ACCOUNT = 1
SHOP_NAME = "https://shop.example"


def fail(wire: Wire, service: str) -> NoReturn:
    """Raise what a client makes of a failure that did, or may have done, nothing."""
    raise _ERRORS[wire](service)


_ERRORS: Mapping[Wire, Callable[[str], KvittError]] = {
    Wire.UNREACHABLE: lambda service: Unreachable(f"{service}: no connection"),
    Wire.LOST_BEFORE: lambda service: OutcomeUnknown(f"{service}: no answer"),
    Wire.LOST_AFTER: lambda service: OutcomeUnknown(f"{service}: no answer"),
    Wire.LATE: lambda service: OutcomeUnknown(f"{service}: no answer"),
    Wire.LIMITED: lambda service: RateLimited(
        f"{service} answered 429", status=429, retry_after=timedelta(seconds=20)
    ),
    Wire.FAULT_BEFORE: lambda service: RemoteFault(f"{service} answered 503", status=503),
    Wire.FAULT_AFTER: lambda service: RemoteFault(f"{service} answered 504", status=504),
    Wire.UNREADABLE: lambda service: MalformedReply(f"{service} answered with a page"),
    Wire.UNAUTHORIZED: lambda service: Unauthorized(f"{service} answered 401", status=401),
    Wire.CONFLICT: lambda service: RemoteFault(f"{service} answered 409", status=409),
}
#: Nothing is done while a client waits for these until its time is over.
_NOTHING_DONE = frozenset({Wire.LOST_BEFORE, Wire.LATE})
_BEFORE = frozenset(
    {
        Wire.UNREACHABLE,
        Wire.LOST_BEFORE,
        Wire.LIMITED,
        Wire.FAULT_BEFORE,
        Wire.UNAUTHORIZED,
        Wire.CONFLICT,
    }
)
_AFTER = frozenset({Wire.LOST_AFTER, Wire.FAULT_AFTER, Wire.UNREADABLE})


class KlarnaPort:
    """Klarna, as one worker reaches it."""

    environment = "playground"
    account = "K1"

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker

    def fetch_order(self, order_id: KlarnaOrderId) -> KlarnaOrder:
        """Read one order."""
        worker, world = self._worker, self._worker.world
        worker.cross("klarna read")
        wire = world.weather.wire(world.weather.klarna_reads, "klarna", now=world.now)
        _travel(worker, wire)
        if wire not in (Wire.FINE, Wire.ODD):
            world.tell(worker.name, f"read Klarna: {wire.name}")
            fail(wire, "Klarna")
        order = world.klarna.read(
            order_id, now=world.now, lag=READ_LAG if wire is Wire.ODD else 0
        )
        worker.read_klarna(order)
        return order

    def fetch_due_date_options(
        self, order_id: KlarnaOrderId, capture_id: CaptureId
    ) -> Sequence[DueDateOption]:
        """Say that Klarna offers no more time for any payment of a run."""
        del order_id, capture_id
        return ()

    def send(self, call: Call) -> Receipt:
        """Carry out one call under its key."""
        worker, world = self._worker, self._worker.world
        worker.cross("klarna send")
        world.witness.sending(worker, call)
        wire = world.weather.wire(world.weather.klarna_writes, "klarna", now=world.now)
        world.tell(worker.name, f"sends {call.kind} {call.amount} #{call.epoch}: {wire.name}")
        _travel(worker, wire)
        if wire is Wire.FAULT_BEFORE:
            raise world.klarna.fault(call, now=world.now)
        if wire in _BEFORE:
            fail(wire, "Klarna")
        if wire is Wire.LATE:
            arrives = world.now - TIMEOUT + world.weather.arrival()
            world.schedule.at(arrives, lambda: world.arrive(call))
            fail(wire, "Klarna")
        receipt = self._carry_out(call, charge_fails=wire is Wire.ODD)
        if wire is Wire.DOUBLED:
            arrives = world.now + world.weather.arrival()
            world.schedule.at(arrives, lambda: world.arrive(call))
        if wire in _AFTER:
            _wait_in_vain(worker, wire)
            fail(wire, "Klarna")
        worker.cross("klarna answered")
        return receipt

    def _carry_out(self, call: Call, *, charge_fails: bool) -> Receipt:
        world = self._worker.world
        world.klarna.charge_fails = charge_fails
        try:
            return world.klarna.carry_out(call, now=world.now, moment=world.moment())
        finally:
            world.klarna.charge_fails = False


class StorePort:
    """The shop, as one worker reaches it."""

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker

    def fetch_order(self, order_id: StoreOrderId) -> StoreOrder:
        """Read an order with its refunds."""
        order = self._read("read shop", lambda: self._worker.world.shop.read(order_id))
        self._worker.read_store(order)
        return order

    def fetch_notes(self, order_id: StoreOrderId) -> Sequence[StoreNote]:
        """Read the order's notes."""
        return self._read("read notes", lambda: tuple(self._worker.world.shop.notes[order_id]))

    def modified_since(self, moment: datetime, *, page: int) -> Sequence[Sighting]:
        """Return a page of orders modified after the moment; empty past the end."""
        shop = self._worker.world.shop
        return self._read(
            "sweep", lambda: shop.modified_since(moment)[page - 1 : page] if page else []
        )

    def sight(self, order_ids: Sequence[StoreOrderId]) -> Sequence[Sighting]:
        """Return those of these orders that are there."""
        shop = self._worker.world.shop
        return self._read(
            "list",
            lambda: [
                sighting_of(order)
                for order in map(shop.orders.get, order_ids)
                if order is not None and order.status != "trash"
            ],
        )

    def add_note(self, order_id: StoreOrderId, text: str) -> None:
        """Add a private note."""
        world = self._worker.world
        self._write(
            "note", text, lambda: world.shop.add_note(order_id, text, now=world.moment())
        )

    def set_marks(
        self, order_id: StoreOrderId, *, meta: Mapping[str, str], status: str = ""
    ) -> None:
        """Set meta data, and the status where one is given, in one request."""
        world = self._worker.world
        fields: dict[str, object] = {"status": status} if status else {}
        if "_wc_klarna_capture_id" in meta:
            fields["capture_id"] = meta["_wc_klarna_capture_id"]
        if "_wc_klarna_cancelled" in meta:
            fields["cancelled_mark"] = True

        def act() -> None:
            if status:
                world.witness.moving(self._worker, order_id, status)
            world.shop.change(order_id, now=world.moment(), **fields)

        self._write("marks", f"{dict(meta)} {status}", act)

    def book_refund(
        self,
        order_id: StoreOrderId,
        amount: Money,
        reason: str,
        *,
        lines: Sequence[BookedLine] = (),
        restock: bool = False,
    ) -> StoreRefundId:
        """Book a refund without calling the gateway."""
        del lines, restock
        world = self._worker.world

        def act() -> StoreRefundId:
            refund = world.shop.refund(
                order_id, amount.minor, now=world.moment(), reason=reason
            )
            world.witness.booked(order_id, reason)
            return refund.id

        return self._write("books refund", f"{amount} {reason}", act)

    def _read(self, what: str, act: Callable[[], T]) -> T:
        worker, world = self._worker, self._worker.world
        worker.cross(what)
        wire = world.weather.wire(world.weather.shop_reads, "shop", now=world.now)
        _travel(worker, wire)
        if wire is not Wire.FINE:
            world.tell(worker.name, f"{what}: {wire.name}")
            fail(wire, "The shop")
        return act()

    def _write(self, what: str, detail: str, act: Callable[[], T]) -> T:
        worker, world = self._worker, self._worker.world
        worker.cross(what)
        wire = world.weather.wire(world.weather.shop_writes, "shop", now=world.now)
        world.tell(worker.name, f"{what} {detail}: {wire.name}")
        _travel(worker, wire)
        if wire in _BEFORE:
            fail(wire, "The shop")
        done = act()
        if wire in _AFTER:
            _wait_in_vain(worker, wire)
            fail(wire, "The shop")
        worker.cross("shop answered")
        return done


class ConnectionsPort:
    """The clients of one worker."""

    def __init__(self, worker: "Worker") -> None:
        self._worker = worker
        self._store = StorePort(worker)
        self._klarna = KlarnaPort(worker)

    def store(self, shop: ShopId) -> StorePort:
        """Return the shop's client."""
        del shop
        return self._store

    def klarna(self, lease: Lease, order: StoreOrder, *, account: int | None) -> KlarnaPort:
        """Return the client of the account that made the order, and pin it."""
        del order
        row = self._worker.world.rows.orders.get(lease.order)
        if account is None and row is not None:
            row.account = ACCOUNT
        return self._klarna

    def shop_name(self, shop: ShopId) -> str:
        """Return the shop's identity, as it is part of every key."""
        del shop
        return SHOP_NAME


def _travel(worker: "Worker", wire: Wire) -> None:
    """Let the time pass that a request takes, or that an answer is waited for in vain."""
    world = worker.world
    world.schedule.sleep(TIMEOUT if wire in _NOTHING_DONE else world.weather.latency())


def _wait_in_vain(worker: "Worker", wire: Wire) -> None:
    if wire is Wire.LOST_AFTER:
        worker.world.schedule.sleep(TIMEOUT)
