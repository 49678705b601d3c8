"""Refunds that an operator asks for: by line, by amount, with a return fee, and why not."""

from dataclasses import replace
from typing import Any

import pytest

from kvitt.domain.decide import commands, decide
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.lines import sum_of
from kvitt.domain.plan import HoldCode, Journal, Plan, Situation
from kvitt.domain.steps import Refund
from kvitt.domain.store_order import LineKind, StoreOrder
from unit.domain.orders import (
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
)
from unit.domain.world import after_first, settled

CARD = line(
    "-50.01", "0", line_id=4, kind=LineKind.GIFT_CARD, rates=(), reference="CARD", name="Card"
)
OPEN = situation(order(), authorized(), agreed(records=()))
TAKEN = situation(order("completed", capture_id="CAP-1"), captured())


def refund_of(plan: Plan) -> Refund:
    step = plan.steps[-1]
    assert isinstance(step, Refund)
    return step


def test_refund_all_that_is_left() -> None:
    """Without a choice, all that was captured and not refunded goes back."""
    assert refund_of(commands.plan_refund(TAKEN, request="r1")).amount == sek(TOTAL)


def test_refund_some_lines() -> None:
    """One of two mugs goes back as one mug."""
    step = refund_of(commands.plan_refund(TAKEN, request="r1", lines={1: 1}))

    assert step.amount == sek(9_999)
    assert [(row.reference, row.quantity) for row in step.lines] == [("MUG-1", 1)]


def test_refund_an_amount() -> None:
    """An amount goes back without lines."""
    step = refund_of(commands.plan_refund(TAKEN, request="r1", amount=sek(2_500)))

    assert (step.amount, step.lines) == (sek(2_500), ())


@pytest.mark.parametrize(
    "choice",
    [
        pytest.param({"lines": {1: 1}}, id="a mug"),
        pytest.param({"amount": sek(9_999)}, id="its amount"),
    ],
)
def test_refund_with_a_return_fee(choice: dict[str, Any]) -> None:
    """A return fee is withheld on a line of its own, at the goods' VAT."""
    plan = commands.plan_refund(TAKEN, request="r1", return_fee=sek(2_500), **choice)
    step = refund_of(plan)

    assert step.amount == sek(7_499)
    assert sum_of(step.lines) == 7_499
    fee = step.lines[-1]
    assert (fee.type, fee.total_amount, fee.total_tax_amount) == ("return_fee", -2_500, -500)
    assert fee.lawful
    assert "after a return fee of 25.00 SEK" in plan.reason


def test_two_requests_for_the_same_are_two_refunds() -> None:
    """What was asked twice on purpose is two; what was asked once is one."""
    first = refund_of(commands.plan_refund(TAKEN, request="r1", amount=sek(100)))
    second = refund_of(commands.plan_refund(TAKEN, request="r2", amount=sek(100)))

    assert record(first).id != record(second).id
    assert record(first).id == record(first).id


def lines_back(store: StoreOrder) -> StoreOrder:
    """Return the order with one mug already refunded in the shop."""
    mug = line("79.99", "20.00", line_id=9, refunds_line=1)
    return replace(store, refunds=(refund(9_999, lines=(mug,)),))


@pytest.mark.parametrize(
    ("asked", "choice", "code"),
    [
        pytest.param(OPEN, {}, "refund_not_captured", id="nothing captured"),
        pytest.param(
            TAKEN, {"amount": sek(30_000)}, "refund_too_large", id="more than captured"
        ),
        pytest.param(TAKEN, {"amount": sek(-5)}, "amount", id="a negative amount"),
        pytest.param(TAKEN, {"amount": sek(0)}, "amount", id="no amount"),
        pytest.param(
            TAKEN,
            {"amount": sek(0), "return_fee": sek(100)},
            "amount",
            id="no amount, and a fee",
        ),
        pytest.param(TAKEN, {"return_fee": sek(TOTAL)}, "return_fee", id="the fee is all"),
        pytest.param(TAKEN, {"return_fee": sek(-1)}, "return_fee", id="a negative fee"),
        pytest.param(
            situation(order("completed"), replace(captured(), purchase_country="US")),
            {"return_fee": sek(100)},
            "return_fee",
            id="a country without return fees",
        ),
        pytest.param(
            situation(order("completed"), captured(10_000)),
            {"return_fee": sek(100)},
            "return_fee",
            id="captured in parts",
        ),
        pytest.param(
            replace(TAKEN, store=lines_back(TAKEN.store)),
            {"lines": {1: 2}},
            "quantity",
            id="one of them is refunded already",
        ),
        pytest.param(
            replace(TAKEN, store=replace(TAKEN.store, refunds=(refund(TOTAL),))),
            {},
            "nothing_to_refund",
            id="the shop's own refund is about to be sent",
        ),
    ],
)
def test_no_refund(asked: Situation, choice: dict[str, Any], code: str) -> None:
    """A refund that is not possible says why, under a stable code."""
    with pytest.raises(NotAllowedNow) as refusal:
        commands.plan_refund(asked, request="r1", **choice)

    assert refusal.value.code == code


def test_a_refund_that_was_sent_counts_once() -> None:
    """A mug refunded in the shop and at Klarna is one mug."""
    sent, _, _ = settled(replace(TAKEN, store=lines_back(TAKEN.store)))

    step = refund_of(commands.plan_refund(sent, request="r1", lines={1: 1}))

    assert step.amount == sek(9_999)


def test_an_order_of_free_things_has_no_shares() -> None:
    """Where nothing costs anything, there is nothing to share and nothing to capture."""
    free = order(total=0, lines=(line("0", "0"),))
    asked = situation(free, captured(10_000, of=20_000), Journal(records=(OUR_CAPTURE,)))

    with pytest.raises(NotAllowedNow) as refusal:
        commands.plan_refund(asked, request="r", lines={1: 1})

    assert refusal.value.code == "amount"


def test_an_ore_can_be_given_back_and_withheld() -> None:
    """The smallest amount is an amount, and the smallest fee is a fee."""
    least = refund_of(commands.plan_refund(TAKEN, request="r", amount=sek(1)))
    fee = refund_of(commands.plan_refund(TAKEN, request="r", lines={1: 1}, return_fee=sek(1)))

    assert (least.amount, fee.amount) == (sek(1), sek(9_998))


def test_a_fee_of_nothing_is_none() -> None:
    """A form with 0 as its fee is a refund without one."""
    step = refund_of(commands.plan_refund(TAKEN, request="r", lines={1: 1}, return_fee=sek(0)))

    assert [row.reference for row in step.lines] == ["MUG-1"]


def test_a_fee_where_the_country_is_not_known() -> None:
    """Without a country there is no knowing that it has return fees."""
    asked = situation(order("completed"), replace(captured(), purchase_country=""))

    with pytest.raises(NotAllowedNow, match=r"no return fees for orders from there\."):
        commands.plan_refund(asked, request="r", return_fee=sek(100))


def test_a_mug_that_was_sent_and_one_about_to_be() -> None:
    """Both mugs are refunded in the shop, one of them at Klarna: no third can be chosen."""
    sent, _, _ = settled(replace(TAKEN, store=lines_back(TAKEN.store)))
    other = line("79.99", "20.00", line_id=10, refunds_line=1)
    both = (*sent.store.refunds, refund(9_999, refund_id=78, lines=(other,)))

    with pytest.raises(NotAllowedNow) as refusal:
        commands.plan_refund(
            replace(sent, store=replace(sent.store, refunds=both)), request="r", lines={1: 1}
        )

    assert refusal.value.code == "quantity"


def test_a_refund_without_a_fee_speaks_of_none() -> None:
    """What the journal keeps is what was asked, and no more."""
    plan = commands.plan_refund(TAKEN, request="r1", amount=sek(2_500))

    assert plan.reason == "An operator asked to refund 25.00 SEK."


def test_a_refunded_line_that_names_no_line_takes_nothing_of_one() -> None:
    """A row that was typed into a refund by hand leaves both mugs to be refunded."""
    typed = line("8", "2", line_id=9)
    store = replace(TAKEN.store, refunds=(refund(1_000, lines=(typed,), by_gateway=True),))
    asked = replace(TAKEN, store=store)

    assert refund_of(commands.plan_refund(asked, request="r1", lines={1: 2})).amount == sek(
        19_998
    )


def test_refunds_of_parts_share_a_gift_card_out_to_the_last_unit() -> None:
    """Each part takes its share of the card, counted from the start: together it is all."""
    store = order("completed", total=19_897, lines=(*order().lines, CARD), capture_id="CAP-1")
    now = situation(store, captured(19_897, of=19_897), agreed(store))
    amounts = []
    for number, lines in enumerate(({1: 1}, {1: 1, 2: 1})):
        plan = commands.plan_refund(now, request=str(number), lines=lines)
        amounts.append(refund_of(plan).amount.minor)
        now = after_first(now, plan)

    assert amounts == [7_990, 11_907]
    assert sum(amounts) == 19_897


def test_a_refund_made_here_and_deleted_in_the_shop_is_seen() -> None:
    """It was booked for the operator; without it the shop's books are wrong."""
    made = after_first(TAKEN, commands.plan_refund(TAKEN, request="r1", amount=sek(2_500)))
    journal = replace(made.journal, refunds_seen={900: sek(2_500)})
    hold = decide(replace(made, journal=journal)).hold

    assert hold is not None
    assert hold.code is HoldCode.REFUND_DELETED
