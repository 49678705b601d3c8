"""Parts of an order, one after another: each takes its own öre, and no part takes twice."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from kvitt.domain.asks import Command, Request
from kvitt.domain.decide import booking, commands, decide
from kvitt.domain.decide.view import View
from kvitt.domain.decide.wanted import wish_in_words
from kvitt.domain.ids import StoreRefundId
from kvitt.domain.intents import State
from kvitt.domain.klarna_order import KlarnaOrder
from kvitt.domain.money import Money
from kvitt.domain.plan import Journal, Situation
from kvitt.domain.steps import Capture, Refund
from kvitt.domain.store_order import LineKind, LineTax
from unit.domain.orders import (
    NOW,
    OUR_CAPTURE,
    TOTAL,
    agreed,
    authorized,
    captured,
    line,
    order,
    record,
    refund,
    sek,
    situation,
    steps_of,
)
from unit.domain.world import after_first

#: Three for 10.00: 3.33, 3.33 and 3.34.
THREE = replace(
    line("8.00", "2.00", quantity=3), taxes=(LineTax(rate=1, amount=Decimal("2.00")),)
)
COUPON = line(
    "-8.00", "-2.00", line_id=3, kind=LineKind.FEE, reference="fee-3", name="Club discount"
)


def captured_amount(asked: Situation) -> Money:
    assert asked.klarna is not None
    return asked.klarna.captured


def test_the_last_of_three_has_the_ore_that_the_others_have_not() -> None:
    """Three for 10.00 are captured as 3.33, 3.33 and 3.34."""
    placed = order(total=1_000, lines=(THREE,))
    now = situation(placed, authorized(1_000), agreed(placed, records=()))
    seen = []
    for _ in range(3):
        now = after_first(now, commands.plan_capture(now, lines={1: 1}))
        seen.append(captured_amount(now))

    assert seen == [sek(333), sek(666), sek(1_000)]


def test_each_of_two_parts_takes_its_own_share_of_a_gift_card() -> None:
    """A mug and then the other take 39.76 of a gift card each, not what was taken before."""
    paid = order(total=14_998)
    first = situation(paid, authorized(14_998), agreed(paid, records=()))

    second = after_first(first, commands.plan_capture(first, lines={1: 1}))
    third = after_first(second, commands.plan_capture(second, lines={1: 1}))

    assert [captured_amount(each) for each in (second, third)] == [sek(6_023), sek(12_046)]


def test_what_stands_after_a_discount_can_be_chosen() -> None:
    """A discount among the lines is no piece to choose, and hides none after it."""
    placed = order(total=23_898, lines=(COUPON, *order().lines))
    asked = situation(placed, authorized(23_898), agreed(placed, records=()))

    (step,) = commands.plan_capture(asked, lines={2: 1}).steps

    assert step.amount == sek(4_900 - 197)


def test_the_last_of_three_is_booked_with_its_own_ore() -> None:
    """What is booked for the third piece is 3.34, as Klarna was told."""
    placed = order("completed", total=1_000, lines=(THREE,), capture_id="CAP-1")
    asked = situation(placed, captured(1_000, of=1_000), agreed(placed))
    after = after_first(asked, commands.plan_refund(asked, request="r1", lines={1: 2}))
    assert after.klarna is not None

    (booked,) = booking.lines_to_book(
        View(situation=after, klarna=after.klarna),
        Request(command=Command.REFUND, lines={1: 1}),
    )

    assert booked.net + Money.total(booked.taxes.values(), "SEK") == sek(334)


def sent(state: State) -> Journal:
    """Return a journal in which the shop's refund 77 of 25.00 has got that far."""
    step = Refund(amount=sek(2_500), lines=(), store_refund_id=StoreRefundId(77), reason="")
    return agreed(records=(OUR_CAPTURE, record(step, state)))


@pytest.mark.parametrize(
    ("journal", "words"),
    [
        pytest.param(sent(State.DONE), "", id="it was sent"),
        pytest.param(sent(State.UNKNOWN), "Refund 25.00 SEK", id="nobody knows if it was"),
        pytest.param(agreed(), "Refund 25.00 SEK", id="it was not sent"),
    ],
)
def test_what_is_undone_where_klarna_is_not_known(journal: Journal, words: str) -> None:
    """Without Klarna's order, a refund is undone until our own records say it was sent."""
    asked = order("completed", refunds=(refund(2_500),), capture_id="CAP-1")

    assert wish_in_words(situation(asked, None, journal)) == words


def test_an_ore_that_is_not_captured_is_still_wanted() -> None:
    """A note says what is left undone, were it a single öre."""
    asked = situation(order("completed", capture_id="CAP-1"), captured(TOTAL - 1))

    assert wish_in_words(asked) == "Capture 0.01 SEK"


@pytest.mark.parametrize(
    "klarna",
    [
        pytest.param(authorized(expires_at=None), id="Klarna names no day"),
        pytest.param(
            replace(captured(), expires_at=NOW + timedelta(hours=2)),
            id="all of it is captured",
        ),
    ],
)
def test_no_warning_of_an_end_that_takes_nothing(klarna: KlarnaOrder) -> None:
    """Nobody is warned where no authorization runs out."""
    assert decide(situation(order("completed"), klarna)).hold is None
    assert decide(situation(order(), klarna)).hold is None


def test_what_two_captures_took_of_a_line_counts_together() -> None:
    """After 100.00 twice, each line has left what both have not taken of it."""
    now = situation(order(), authorized(), agreed(records=()))
    for _ in range(2):
        now = after_first(now, commands.plan_capture(now, amount=sek(10_000)))

    (step,) = commands.plan_capture(now).steps

    assert isinstance(step, Capture)
    assert [(row.reference, row.total_amount) for row in step.lines] == [
        ("MUG-1", 3_935),
        ("flat_rate:3", 963),
    ]


def test_how_far_an_order_may_go_counts_what_was_refunded_before() -> None:
    """Authorized 248.98 and 10.00 refunded before the capture: the order may come to 258.98."""
    placed = order("completed", total=30_000, refunds=(refund(1_000),))
    asked = situation(placed, authorized(), agreed(placed, amount=29_000, records=()))

    hold = decide(asked).hold

    assert hold is not None
    assert "Change the order to at most 258.98 SEK" in hold.next_step


def test_the_rest_is_spread_over_what_our_parts_have_left() -> None:
    """A mug was captured here and 50.00 in the portal: the rest is of the lines still open."""
    start = situation(order(), authorized(), agreed(records=()))
    first = after_first(start, commands.plan_capture(start, lines={1: 1}))
    assert first.klarna is not None
    portal = replace(first.klarna, captured=sek(14_999), remaining=sek(9_999))

    (step,) = commands.plan_capture(replace(first, klarna=portal)).steps

    assert isinstance(step, Capture)
    assert [(row.reference, row.total_amount) for row in step.lines] == [
        ("MUG-1", 6_643),
        ("flat_rate:3", 3_256),
    ]


def test_an_order_of_nothing_is_cancelled_and_not_released() -> None:
    """A completed order that comes to nothing gives its authorization up by one step."""
    free = order("completed", total=0, lines=(line("0", "0"),))

    plan = decide(situation(free, authorized(), agreed(free, records=())))

    assert steps_of(plan) == ("Cancel 248.98 SEK",)
