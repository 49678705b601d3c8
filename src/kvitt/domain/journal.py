"""What is remembered of one order between two looks at it.

These values cross between the use cases and the database in both directions,
so they live here, where both may know them. Nothing here reads or writes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from kvitt.domain import part_lines
from kvitt.domain.asks import Ask
from kvitt.domain.ids import CaptureId, KlarnaOrderId, ShopId, StoreOrderId, StoreRefundId
from kvitt.domain.intents import Intent, State
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.lines import Json
from kvitt.domain.money import Money
from kvitt.domain.plan import Hold, Journal
from kvitt.domain.policy import Policy
from kvitt.domain.steps import Capture, Kind, Refund, Update
from kvitt.domain.store_order import StoreOrder


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """An intent as it is stored before it is sent: enough to send it again, byte for byte."""

    id: UUID
    kind: Kind
    klarna_order_id: KlarnaOrderId
    key: UUID
    epoch: int
    reference: str
    amount: Money
    body: Mapping[str, Json]
    body_digest: str
    #: Why it was decided, in a merchant's words.
    reason: str
    #: Of the capture that a tracking number is added to.
    capture_id: CaptureId | None = None
    store_refund_id: StoreRefundId | None = None
    #: Of the lines that are the agreed ones once an update is done.
    fingerprint: str = ""
    #: Order line reference → quantity and minor units, of a capture or a refund.
    quantities: Mapping[str, int] = field(default_factory=dict)
    amounts: Mapping[str, int] = field(default_factory=dict)


def call_of(intent: Intent) -> Call:
    """Return what is stored of an intent."""
    step = intent.step
    lines = step.lines if isinstance(step, Capture | Refund) else ()
    return Call(
        id=intent.id,
        kind=step.kind,
        klarna_order_id=intent.scope.klarna_order_id,
        key=intent.key,
        epoch=intent.epoch,
        reference=intent.reference,
        amount=step.amount,
        body=intent.body,
        body_digest=intent.body_digest,
        reason=step.reason,
        capture_id=getattr(step, "capture_id", None),
        store_refund_id=step.store_refund_id if isinstance(step, Refund) else None,
        fingerprint=step.fingerprint if isinstance(step, Update) else "",
        quantities=part_lines.quantities_of(lines),
        amounts=part_lines.amounts_of(lines),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class StoredCall:
    """A call of the journal with where it stands."""

    call: Call
    state: State
    attempts: int
    first_sent_at: datetime | None
    last_sent_at: datetime | None
    #: It was refused while an earlier attempt may still be on its way: until then the
    #: refusal proves nothing, and nothing is asked.
    quiet_until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Receipt:
    """Klarna's word that a call was carried out."""

    #: ``Capture-Id`` or ``Refund-Id``; empty where the call makes nothing.
    remote_id: str
    correlation_id: str
    status: int


@dataclass(frozen=True, kw_only=True, slots=True)
class StoreNote:
    """An order note in the shop."""

    id: int
    text: str
    created_at: datetime


class WriteKind(StrEnum):
    """What is owed to the shop. Each is one request, so that each is written once."""

    NOTE = "note"
    #: Meta data, with the status where one is given.
    MARKS = "marks"
    REFUND = "refund"


@dataclass(frozen=True, kw_only=True, slots=True)
class BookedLine:
    """A line of a refund that is booked in the shop: what is given back, excluding tax."""

    #: The shop's id of the order's line.
    line: int
    quantity: int
    net: Money
    #: Rate id of the shop → tax at that rate.
    taxes: Mapping[int, Money] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class WriteBack:
    """Something owed to the shop."""

    #: Derived from what it reports, so that the same report is owed once.
    id: UUID
    kind: WriteKind
    note: str = ""
    meta: Mapping[str, str] = field(default_factory=dict)
    status: str = ""
    #: The status the order had when this was owed: if it has moved since, ours is not set.
    status_before: str = ""
    amount: Money | None = None
    reason: str = ""
    #: Klarna's id of the refund that is booked.
    remote_id: str = ""
    #: Of the refund that is booked, where it is by lines.
    lines: tuple[BookedLine, ...] = ()
    #: Put the pieces back into the shop's stock.
    restock: bool = False
    owed_since: datetime | None = None
    #: Tried before: look before writing again.
    attempts: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """The right to work on one order, for a while."""

    #: Row id of the order.
    order: int
    shop: ShopId
    store_order_id: StoreOrderId
    #: The *wanted* counter when the order was claimed; a later hint makes it larger.
    wanted: int
    #: Who claimed it: every write checks it, so that a lost lease cannot write.
    token: UUID
    #: Looks in a row that failed.
    failures: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Snapshot:
    """What the two halves were when we last looked."""

    store: StoreOrder | None = None
    klarna: KlarnaOrder | None = None
    klarna_read_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Case:
    """Everything we remember of one order."""

    journal: Journal
    policy: Policy
    snapshot: Snapshot
    #: Calls whose outcome is not known: resolved before anything else.
    unsettled: tuple[StoredCall, ...] = ()
    owed: tuple[WriteBack, ...] = ()
    #: What operators have asked for and what has no answer yet, oldest first.
    asks: tuple[Ask, ...] = ()
    hold: Hold | None = None
    #: The Klarna account pinned to the order, by row id; None until first seen.
    account: int | None = None
    #: Why there was nothing to do when last looked at, where that is all that people see.
    rests: str | None = None
    #: A backup was put back since: Klarna's record comes before the journal.
    must_match: bool = False
