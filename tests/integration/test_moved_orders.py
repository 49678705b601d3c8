"""The shop's order changes while a call of it is unknown: the call's own Klarna order counts.

A call that nobody answered is a fact about the order at Klarna that it was sent to. An id
that was corrected, another payment method, other credentials or a new number change what is
wanted from now on, and nothing of what was sent.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from integration.worlds import World
from kvitt.adapters.database.models import IntentRow, OrderState
from kvitt.domain.asks import Command, Request
from kvitt.domain.money import Money
from kvitt.domain.plan import HoldCode
from kvitt.sandbox.klarna import Order as KlarnaRecord
from kvitt.sandbox.shop.records import Order

pytestmark = pytest.mark.django_db(transaction=True)

#: Longer than a key lives.
LONG = timedelta(hours=32)
BEFORE, AFTER = "timeout_before_commit", "timeout_after_commit"

Move = Callable[[World, Order], None]


def paid_otherwise(world: World, order: Order) -> None:
    """Let the merchant choose another payment method in the order screen."""
    books = world.town.desk.books
    books.put(replace(world.store(order), payment_method="bacs"))


def nameless(world: World, order: Order) -> None:
    """Take the Klarna order's id off the shop's order."""
    books, known = world.town.desk.books, world.store(order)
    rest = tuple(meta for meta in known.meta if "klarna" not in meta.key)
    books.put(replace(known, transaction_id="", meta=rest))


def another_id(world: World, order: Order) -> None:
    """Put the id of another customer's Klarna order on the shop's order."""
    rebind(world, order, world.store(world.buy()).transaction_id)


def rebind(world: World, order: Order, klarna_id: str) -> None:
    """Put an id on the shop's order, in both places where a plugin keeps it."""
    books, known = world.town.desk.books, world.store(order)
    changed = tuple(
        replace(meta, value=klarna_id) if meta.key == "_wc_klarna_order_id" else meta
        for meta in known.meta
    )
    books.put(replace(known, transaction_id=klarna_id, meta=changed))


@dataclass(kw_only=True, slots=True)
class Unanswered:
    """An order whose capture, or refund, timed out."""

    order: Order
    kind: str
    record: KlarnaRecord

    def made(self, world: World) -> int:
        """Return how often Klarna has done it."""
        record = world.town.books.order(self.record.order_id)
        assert record is not None
        return len(record.captures if self.kind == "capture" else record.refunds)


def unanswered(world: World, kind: str, fault: str) -> Unanswered:
    """Have a capture or a refund that times out, before or after it is done."""
    order = world.buy()
    world.look(order)
    record = world.klarna(order)
    if kind == "refund":
        world.set_status(order, "completed")
        world.book_refund(order, "100.00")
    else:
        world.town.desk.set_status(order.id, "completed")
    world.town.klarna.faults.add(fault, operation=f"create_{kind}")
    world.look(order)
    assert world.intents(order)[-1] == (kind, "unknown")
    return Unanswered(order=order, kind=kind, record=record)


@pytest.mark.parametrize(
    ("move", "kind", "fault"),
    [
        (paid_otherwise, "refund", AFTER),
        (paid_otherwise, "capture", BEFORE),
        (nameless, "capture", AFTER),
        (another_id, "refund", BEFORE),
        (another_id, "capture", AFTER),
    ],
)
def test_an_unknown_call_is_resolved_where_it_was_sent(
    world: World, move: Move, kind: str, fault: str
) -> None:
    """Whatever the shop's order says by now: the call is done once, known, and told."""
    lost = unanswered(world, kind, fault)
    move(world, lost.order)
    world.hint(lost.order)
    world.pass_time(timedelta(minutes=5))
    world.pass_time(LONG)

    assert lost.made(world) == 1
    assert world.intents(lost.order)[-1] == (kind, "done")
    assert any(kind in note.lower() for note in world.notes(lost.order))
    assert world.row(lost.order).failures == 0


def test_other_credentials_settle_nothing_and_change_no_key(world: World) -> None:
    """Keys of another account know no such order: a person reads so, and the key stays."""
    lost = unanswered(world, "refund", "timeout_after_commit")
    theirs = replace(world.klarna(lost.order), merchant_id="PK99999_other")
    world.town.books.save(theirs)
    key = IntentRow.objects.get(kind="refund").key
    world.hint(lost.order)
    world.pass_time(LONG)

    row = world.row(lost.order)
    assert world.intents(lost.order)[-1] == ("refund", "unknown")
    assert IntentRow.objects.get(kind="refund").key == key
    assert (row.state, row.hold_code) == (OrderState.HELD, HoldCode.OUTCOME_UNKNOWN)
    assert "does not know the order" in row.hold_text

    world.town.books.save(replace(theirs, merchant_id=world.town.merchant_id))
    world.hint(lost.order)
    world.pass_time(LONG)

    assert lost.made(world) == 1
    assert world.intents(lost.order)[-1] == ("refund", "done")
    assert world.row(lost.order).state == OrderState.IN_STEP


def test_an_order_that_is_paid_anew_is_captured(world: World) -> None:
    """What was cancelled at Klarna is no word about the order the customer has paid since."""
    order = world.buy()
    world.look(order)
    world.set_status(order, "cancelled")
    assert world.intents(order) == [("cancel", "done")]
    again = world.store(world.buy()).transaction_id
    record = world.town.books.order(again)
    assert record is not None
    world.town.books.save(replace(record, merchant_reference1="", merchant_reference2=""))
    rebind(world, order, again)
    world.set_status(order, "completed")

    assert world.intents(order)[:2] == [("cancel", "done"), ("capture", "done")]
    assert len(world.klarna(order).captures) == 1


def test_lines_that_change_at_the_same_total_are_not_taken_for_sent(world: World) -> None:
    """An update that was lost and leaves the amount as it was is sent again."""
    order = world.buy()
    world.look(order)
    world.set_status(order, "on-hold")
    for name, amount in (("Gift wrap", "20.00"), ("Discount", "-20.00")):
        world.town.desk.add_fee(order.id, name=name, amount=Decimal(amount))
    world.town.klarna.faults.add("timeout_before_commit", operation="update_authorization")
    world.look(order)
    world.pass_time(timedelta(hours=1))

    shown = [line["name"] for line in world.klarna(order).order_lines]
    assert world.intents(order) == [("update", "done")]
    assert {"Gift wrap", "Discount"} <= set(shown)


def test_a_refund_that_kvitt_booked_and_nobody_read_since_is_missed_when_it_goes(
    world: World,
) -> None:
    """What kvitt has put into the shop's books was seen there, even if no look came between."""
    order = world.buy()
    world.set_status(order, "completed")
    desk, row, key = world.parts.desk, world.row(order).pk, uuid4()
    asked = Request(command=Command.REFUND, amount=Money(2_500, "SEK"))
    desk.ask(row, desk.review(row, asked, ask_id=key).request, ask_id=key, actor="anna")
    world.work()
    (booked,) = world.town.desk.books.refunds(order.id)
    world.town.desk.delete_refund(booked.id)
    world.look(order)

    assert world.row(order).hold_code == HoldCode.REFUND_DELETED
