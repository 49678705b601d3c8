"""The rows of a journal that lives in memory, shared by every worker of a run.

They mirror ``adapters/database/models``; ``test_memory.py`` holds both against each
other. A row is only ever changed by ``ledger.py``, ``queue.py`` and ``desk.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from kvitt.domain.asks import Answer, Ask
from kvitt.domain.errors import KvittError, RemoteError
from kvitt.domain.ids import CaptureId, ShopId, StoreOrderId
from kvitt.domain.intents import IntentRecord, State
from kvitt.domain.journal import Call, Snapshot, StoredCall, WriteBack
from kvitt.domain.money import Money
from kvitt.domain.plan import Hold, Wish
from kvitt.domain.policy import Policy

Now = Callable[[], datetime]


@dataclass(slots=True)
class IntentRow:
    """A call of the journal, and how far it has come."""

    order: int
    call: Call
    actor: str
    state: State = State.PLANNED
    attempts: int = 0
    first_sent_at: datetime | None = None
    last_sent_at: datetime | None = None
    doubtful: bool = False
    quiet_until: datetime | None = None
    remote_id: str = ""
    error_code: str = ""

    def record(self) -> IntentRecord:
        """Return the row as a decision sees it."""
        call = self.call
        return IntentRecord(
            id=call.id,
            kind=call.kind,
            state=self.state,
            amount=call.amount,
            reference=call.reference,
            klarna_order_id=call.klarna_order_id,
            epoch=call.epoch,
            attempts=self.attempts,
            store_refund_id=call.store_refund_id,
            remote_id=CaptureId(self.remote_id) if self.remote_id else None,
            quantities=call.quantities,
            amounts=call.amounts,
            error_code=self.error_code,
            first_sent_at=self.first_sent_at,
            last_sent_at=self.last_sent_at,
        )

    def stored(self) -> StoredCall:
        """Return the row as it is resolved."""
        return StoredCall(
            call=self.call,
            state=self.state,
            attempts=self.attempts,
            first_sent_at=self.first_sent_at,
            last_sent_at=self.last_sent_at,
            quiet_until=self.quiet_until,
        )

    def fail(self, error: KvittError) -> None:
        """Keep what went wrong."""
        if isinstance(error, RemoteError):
            self.error_code = error.code or ""


@dataclass(slots=True)
class OwedRow:
    """Something that is, or was, owed to the shop."""

    order: int
    owed: WriteBack
    outcome: str = ""


@dataclass(slots=True)
class AskRow:
    """What an operator has asked for, and its answer once it has one."""

    ask: Ask
    answer: Answer | None = None


@dataclass(slots=True)
class OrderRow:
    """One order: its place in the queue, and everything that is remembered of it."""

    id: int
    shop: ShopId
    store_order_id: StoreOrderId
    due_at: datetime | None
    wanted: int = 1
    reconciled: int = 0
    lease_token: UUID | None = None
    lease_until: datetime | None = None
    failures: int = 0
    account: int | None = None
    state: str = "working"
    hold: Hold | None = None
    open_hold: Hold | None = None
    guard: str = ""
    #: The reason of the latest plan; None before the first.
    plan_text: str | None = None
    would: bool = False
    last_error: str = ""
    snapshot: Snapshot = field(default_factory=Snapshot)
    agreed_fingerprint: str | None = None
    agreed_amount: Money | None = None
    refunds_seen: dict[int, Money] = field(default_factory=dict)
    wishes: frozenset[Wish] = frozenset()
    approved: frozenset[str] = frozenset()
    adopted: frozenset[str] = frozenset()
    intents: dict[UUID, IntentRow] = field(default_factory=dict)
    owed: dict[UUID, OwedRow] = field(default_factory=dict)
    asks: dict[UUID, AskRow] = field(default_factory=dict)
    switched_off: bool = False
    #: A backup was put back since: Klarna's record comes before the journal.
    must_match: bool = False
    timeline: list[tuple[str, str]] = field(default_factory=list)


class Rows:
    """Every row there is."""

    def __init__(self, policy: Policy | None = None) -> None:
        self.policy = policy or Policy()
        self.orders: dict[int, OrderRow] = {}
        self.by_name: dict[tuple[ShopId, StoreOrderId], OrderRow] = {}
        self.paused: set[ShopId] = set()
        self.watermarks: dict[ShopId, datetime] = {}
        #: Each order's mark, as a list of the shop showed it last.
        self.sighted: dict[tuple[ShopId, StoreOrderId], str] = {}
        #: Every key that was ever given, and to which call: no two calls share one.
        self.keys: dict[UUID, UUID] = {}
        #: Every ask there ever was, and its order.
        self.asks: dict[UUID, int] = {}

    def want(self, shop: ShopId, order_id: StoreOrderId, *, now: datetime) -> None:
        """Note that an order may have changed (``adapters/database/hints.py``)."""
        row = self.by_name.get((shop, order_id))
        if row is None:
            row = OrderRow(
                id=len(self.orders) + 1, shop=shop, store_order_id=order_id, due_at=now
            )
            self.orders[row.id] = self.by_name[shop, order_id] = row
            return
        row.wanted += 1
        if row.lease_until is not None and row.lease_until > now:
            return
        if row.due_at is None or row.due_at >= now:
            row.due_at = now
