"""The library's ``Kvitt``, as an ERP would use it, with Klarna's own record as the witness."""

from datetime import timedelta
from uuid import uuid4

import pytest

import kvitt
from integration.worlds import World
from kvitt import AskState, Kvitt, Money, NotAllowedNow
from kvitt.domain.asks import Command, Request
from kvitt.sandbox.klarna import Status
from kvitt.sandbox.shop.records import Order

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(world: World) -> Order:
    """An order of two mugs that was looked at."""
    placed = world.buy()
    world.look(placed)
    return placed


@pytest.fixture
def erp(world: World) -> Kvitt:
    """The library, over the world's own parts."""
    return Kvitt(world.parts, actor="erp")


def test_a_split_shipment_with_a_return(world: World, order: Order, erp: Kvitt) -> None:
    """Capture a mug by SKU, refund it by SKU, release the rest: three answers, in step."""
    ref = erp.order(order.id)
    captured = erp.capture(ref, lines={"MUG-1": 1}, tracking=("SE1", "PostNord"))
    refunded = erp.refund(ref, lines={"MUG-1": 1}, reason="Broken", restock=True)
    released = erp.release(ref)

    record = world.klarna(order)
    assert [captured.done, refunded.done, released.done] == [True, True, True]
    assert record.status is Status.CAPTURED
    assert len(record.captures) == len(record.refunds) == 1
    assert record.captures[0].captured_amount == record.refunds[0].refunded_amount


def test_asking_again_under_the_same_key_gives_the_same_answer(
    world: World, order: Order, erp: Kvitt
) -> None:
    """A script that is run twice with its own keys captures once."""
    ref, key = erp.order(order.id), uuid4()
    request = Request(command=Command.CAPTURE, amount=Money(10_000, "SEK"))
    review = erp.review(ref, request, key=key)
    first = erp.carry_out(ref, review, key=key)
    second = erp.carry_out(ref, review, key=key)

    assert first.answer == second.answer
    assert erp.outcome(ref, key).state is AskState.DONE
    assert len(world.klarna(order).captures) == 1


def test_a_script_that_is_run_twice_captures_once(
    world: World, order: Order, erp: Kvitt
) -> None:
    """The same key and figures: the second run gets the first one's answer."""
    ref, key = erp.order(order.id), uuid4()
    first = erp.capture(ref, amount=Money(10_000, "SEK"), key=key)
    second = erp.capture(ref, amount=Money(10_000, "SEK"), key=key)

    assert first.answer == second.answer
    assert len(world.klarna(order).captures) == 1
    with pytest.raises(NotAllowedNow, match="used for another request"):
        erp.capture(ref, amount=Money(5_000, "SEK"), key=key)


def test_a_key_is_not_taken_for_another_order(world: World, order: Order, erp: Kvitt) -> None:
    """A key that captured one order captures no other."""
    other = world.buy()
    world.look(other)
    key = uuid4()
    erp.capture(erp.order(order.id), key=key)

    with pytest.raises(NotAllowedNow, match="used for another order"):
        erp.capture(erp.order(other.id), key=key)


def test_an_answer_that_does_not_come_is_said_to_be_on_its_way(
    world: World, order: Order, erp: Kvitt
) -> None:
    """Klarna does not answer: the outcome waits, and is done when it is asked for later."""
    ref = erp.order(order.id)
    world.town.klarna.faults.add("timeout_after_commit", operation="create_capture")
    request = Request(command=Command.CAPTURE, amount=Money(10_000, "SEK"))
    outcome = erp.ask(ref, request, patience=timedelta(0))
    world.pass_time(timedelta(minutes=2))

    assert outcome.waiting
    assert erp.outcome(ref, outcome.key).state is AskState.DONE
    assert len(world.klarna(order).captures) == 1


def test_what_is_not_possible_raises_with_the_reason(order: Order, erp: Kvitt) -> None:
    """Nothing is captured, so there is nothing to refund; nothing is stored either."""
    with pytest.raises(NotAllowedNow, match="Nothing is captured yet"):
        erp.refund(erp.order(order.id))


def test_an_order_that_nobody_knows_is_named(erp: Kvitt) -> None:
    """A wrong number is said to be one."""
    with pytest.raises(NotAllowedNow, match="knows no order 999999"):
        erp.order(999_999)


def test_a_line_that_is_not_on_the_order_is_named(order: Order, erp: Kvitt) -> None:
    """A wrong SKU captures nothing."""
    with pytest.raises(NotAllowedNow, match="has no line CUP-9"):
        erp.capture(erp.order(order.id), lines={"CUP-9": 1})


def test_both_halves_and_the_plan_can_be_read(order: Order, erp: Kvitt) -> None:
    """A program sees what the console sees: halves, lines that are left, and the plan."""
    ref = erp.order(f"#{order.id}", shop="Practice shop")
    klarna = erp.klarna_order(ref)

    assert klarna is not None
    assert erp.store_order(ref).total == klarna.order_amount
    assert sum(line.to_capture.amount.minor for line in erp.lines(ref)) == 29_900
    assert erp.plan(ref).in_step


def test_an_order_can_be_left_alone_looked_at_and_tried_again(
    world: World, order: Order, erp: Kvitt
) -> None:
    """Switched off, completing captures nothing; switched on, it is captured."""
    ref = erp.order(order.id)
    erp.switch_off(ref, reason="Paid in cash")
    world.town.desk.set_status(order.id, "completed")
    erp.sync(ref)
    while_off = len(world.klarna(order).captures)
    erp.switch_on(ref)
    erp.retry(ref)

    assert while_off == 0
    assert len(world.klarna(order).captures) == 1


def test_every_public_name_can_be_loaded() -> None:
    """What the package says it has, it has."""
    assert [name for name in kvitt.__all__ if not hasattr(kvitt, name)] == []
