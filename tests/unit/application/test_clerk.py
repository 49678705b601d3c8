"""Writing to the shop what it is owed: each thing once, and nothing over a newer wish."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

import pytest

from kvitt.application.ports import Ledger, Store
from kvitt.application.write_back import Clerk
from kvitt.domain.errors import Rejected, RemoteFault
from kvitt.domain.ids import ShopId, StoreOrderId, StoreRefundId
from kvitt.domain.journal import BookedLine, Lease, StoreNote, WriteBack, WriteKind
from kvitt.domain.money import Money
from kvitt.domain.store_order import StoreOrder, StoreRefund

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ORDER = StoreOrder(
    id=StoreOrderId(1042),
    number="1042",
    status="completed",
    total=Money(10_000, "SEK"),
    lines=(),
    payment_method="klarna_payments",
    klarna_order_id=None,
    paid=True,
    modified_at=NOW,
)
LEASE = Lease(
    order=1,
    shop=ShopId(1),
    store_order_id=ORDER.id,
    wanted=1,
    token=UUID(int=7),
    failures=0,
)
NOTE = WriteBack(
    id=UUID(int=1), kind=WriteKind.NOTE, note="Captured for Lind & Co.", owed_since=NOW
)
MARKS = WriteBack(
    id=UUID(int=2),
    kind=WriteKind.MARKS,
    meta={"_wc_klarna_capture_id": "c-1"},
    status="on-hold",
    status_before="completed",
    owed_since=NOW,
)
REFUND = WriteBack(
    id=UUID(int=3),
    kind=WriteKind.REFUND,
    amount=Money(5_000, "SEK"),
    reason="Refunded at Klarna (r-1)",
    remote_id="r-1",
    owed_since=NOW,
)


@dataclass
class Shop:
    """A shop that remembers what was written to it."""

    order: StoreOrder = ORDER
    notes: list[StoreNote] = field(default_factory=list)
    written: list[Any] = field(default_factory=list)
    fails: bool = False
    refuses: bool = False

    def fetch_order(self, order_id: StoreOrderId) -> StoreOrder:
        del order_id
        return self.order

    def fetch_notes(self, order_id: StoreOrderId) -> Sequence[StoreNote]:
        del order_id
        return self.notes

    def add_note(self, order_id: StoreOrderId, text: str) -> None:
        del order_id
        if self.fails:
            raise RemoteFault("the shop has a fault")
        self.written.append(text)

    def set_marks(
        self, order_id: StoreOrderId, *, meta: Mapping[str, str], status: str = ""
    ) -> None:
        del order_id
        self.written.append((dict(meta), status))

    def book_refund(
        self,
        order_id: StoreOrderId,
        amount: Money,
        reason: str,
        *,
        lines: Sequence[BookedLine] = (),
        restock: bool = False,
    ) -> StoreRefundId:
        del order_id, lines, restock
        if self.refuses:
            raise Rejected("the shop answered 400")
        self.written.append((amount, reason))
        return StoreRefundId(9)


@dataclass
class Book:
    """The part of the journal that a clerk writes to."""

    attempted: list[UUID] = field(default_factory=list)
    outcomes: dict[UUID, str] = field(default_factory=dict)
    told: list[str] = field(default_factory=list)
    booked: list[tuple[StoreRefundId, Money]] = field(default_factory=list)

    def record_booked(self, lease: Lease, refund: StoreRefundId, amount: Money) -> None:
        del lease
        self.booked.append((refund, amount))

    def record_event(self, lease: Lease, what: str, text: str) -> None:
        del lease
        self.told.append(f"{what}: {text}")

    def record_write_attempt(self, lease: Lease, write_back: WriteBack) -> None:
        del lease
        self.attempted.append(write_back.id)

    def record_written(self, lease: Lease, write_back: WriteBack, *, outcome: str) -> None:
        del lease
        self.outcomes[write_back.id] = outcome


class StillClock:
    """A clock that stands."""

    def now(self) -> datetime:
        return NOW


def pay(shop: Shop, *owed: WriteBack) -> Book:
    book = Book()
    clerk = Clerk(ledger=cast("Ledger", book), clock=StillClock())
    clerk.pay(LEASE, owed, cast("Store", shop))
    return book


def test_a_note_is_written_without_looking_the_first_time() -> None:
    """The attempt is in the journal before the note is in the shop."""
    shop = Shop()

    book = pay(shop, NOTE)

    assert shop.written == [NOTE.note]
    assert book.attempted == [NOTE.id]
    assert book.outcomes == {NOTE.id: "written"}


def test_a_note_that_may_have_been_written_is_looked_for_first() -> None:
    """The shop shows it, in its own spelling of an ampersand: it is not written again."""
    text = "Captured for Lind &amp; Co."
    shop = Shop(notes=[StoreNote(id=5, text=text, created_at=NOW)])

    book = pay(shop, replace(NOTE, attempts=1))

    assert shop.written == []
    assert book.outcomes == {NOTE.id: "found"}


@pytest.mark.parametrize(
    "standing",
    [
        pytest.param(
            StoreNote(id=5, text="Something else.", created_at=NOW), id="another note"
        ),
        pytest.param(
            StoreNote(id=5, text=NOTE.note, created_at=NOW - timedelta(days=3)),
            id="the same words of an earlier time",
        ),
    ],
)
def test_a_note_that_is_not_there_is_written_at_the_second_attempt(
    standing: StoreNote,
) -> None:
    """Only the same words since it was owed count as ours."""
    shop = Shop(notes=[standing])

    pay(shop, replace(NOTE, attempts=1))

    assert shop.written == [NOTE.note]


def test_a_status_that_moved_since_is_not_overwritten() -> None:
    """The merchant's newer wish stands; the mark is still set."""
    shop = Shop(order=replace(ORDER, status="processing"))

    book = pay(shop, MARKS)

    assert shop.written == [({"_wc_klarna_capture_id": "c-1"}, "")]
    assert book.outcomes == {MARKS.id: "overtaken"}


def test_a_status_without_marks_is_let_go_when_it_was_overtaken() -> None:
    """There is nothing left to write."""
    shop = Shop(order=replace(ORDER, status="processing"))

    book = pay(shop, replace(MARKS, meta={}))

    assert shop.written == []
    assert book.outcomes == {MARKS.id: "overtaken"}


def test_marks_and_status_go_in_one_request() -> None:
    """The order has the status it had: both are set at once."""
    shop = Shop()

    pay(shop, MARKS)

    assert shop.written == [({"_wc_klarna_capture_id": "c-1"}, "on-hold")]


def test_a_refund_that_may_have_been_booked_is_looked_for_by_klarna_s_id() -> None:
    """Its reason bears the id, so the books do not get it twice."""
    booked = StoreRefund(
        id=StoreRefundId(77),
        amount=Money(5_000, "SEK"),
        reason="Refunded at Klarna (r-1)",
        created_at=NOW,
    )
    shop = Shop(order=replace(ORDER, refunds=(booked,)))

    again = pay(shop, replace(REFUND, attempts=1))
    first = Shop()
    pay(first, REFUND)

    assert shop.written == []
    assert again.outcomes == {REFUND.id: "found"}
    assert first.written == [(REFUND.amount, REFUND.reason)]


def test_one_failure_holds_up_nothing_else() -> None:
    """Everything owed is tried; the failure is raised at the end, and stays owed."""
    shop = Shop(fails=True)
    book = Book()
    clerk = Clerk(ledger=cast("Ledger", book), clock=StillClock())

    with pytest.raises(RemoteFault):
        clerk.pay(LEASE, (NOTE, MARKS), cast("Store", shop))

    assert book.outcomes == {MARKS.id: "written"}


def test_what_the_shop_refuses_for_good_is_not_asked_for_again() -> None:
    """A refund that the shop's books have no room for is let go, and the timeline says so."""
    shop = Shop(refuses=True)

    book = pay(shop, REFUND, NOTE)

    assert book.outcomes == {REFUND.id: "rejected", NOTE.id: "written"}
    assert book.told == ["rejected: the shop answered 400"]
