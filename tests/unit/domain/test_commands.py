"""What an operator may ask for, and why not."""

from dataclasses import replace
from typing import Any

import pytest

from kvitt.domain.asks import Command
from kvitt.domain.decide import commands, decide
from kvitt.domain.decide.commands import Parcel
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.intents import State
from kvitt.domain.klarna_order import FraudStatus, KlarnaOrder, KlarnaStatus
from kvitt.domain.lines import sum_of
from kvitt.domain.money import Money
from kvitt.domain.plan import Gone, Plan, Situation
from kvitt.domain.policy import ManualRefunds, Policy
from kvitt.domain.steps import Cancel, Capture
from unit.domain.orders import (
    NOW,
    TOTAL,
    agreed,
    authorized,
    captured,
    ended,
    first_call,
    line,
    one_mug,
    order,
    record,
    refund,
    sek,
    shipping,
    situation,
    steps_of,
)
from unit.domain.world import after_first, settled

OPEN = situation(order(), authorized(), agreed(records=()))
TAKEN = situation(order("completed", capture_id="CAP-1"), captured())


def capture_of(plan: Plan) -> Capture:
    step = plan.steps[-1]
    assert isinstance(step, Capture)
    return step


def test_capture_all_that_is_due() -> None:
    """Without a choice, all that is due is captured with the order's lines."""
    step = capture_of(commands.plan_capture(OPEN))

    assert step.amount == sek(TOTAL)
    assert [row.reference for row in step.lines] == ["MUG-1", "flat_rate:3"]


def test_capture_some_lines() -> None:
    """One of two mugs is captured as one mug, with its parcel."""
    parcel = Parcel(number="SE1", company="postnord")
    plan = commands.plan_capture(OPEN, lines={1: 1}, parcel=parcel, description="First box")
    step = capture_of(plan)

    assert step.amount == sek(9_999)
    assert [(row.reference, row.quantity) for row in step.lines] == [("MUG-1", 1)]
    assert (step.tracking_number, step.tracking_company) == ("SE1", "postnord")
    assert "9,999" not in plan.reason
    assert "99.99 SEK of the 248.98 SEK" in plan.reason


def test_capture_an_amount() -> None:
    """An amount is spread over the lines, so that every tax rate has its share."""
    step = capture_of(commands.plan_capture(OPEN, amount=sek(10_000)))

    assert sum_of(step.lines) == 10_000
    assert [row.tax_rate for row in step.lines] == [2_500, 2_500]


def test_an_amount_that_is_all_keeps_the_lines() -> None:
    """Asking for exactly what is due is asking for all of it."""
    assert capture_of(commands.plan_capture(OPEN, amount=sek(TOTAL))).lines[0].quantity == 2


def test_changed_lines_are_sent_before_a_part_is_captured() -> None:
    """A part of an edited order is captured from the edited order."""
    asked = situation(one_mug("processing"), authorized(), agreed(records=()))

    assert steps_of(commands.plan_capture(asked, amount=sek(5_000))) == (
        "Update 99.99 SEK",
        "Capture 50.00 SEK",
    )


def test_parts_add_up_to_the_whole() -> None:
    """A mug, then 50.00, then Completed: three captures that are the order, once."""
    first = after_first(OPEN, commands.plan_capture(OPEN, lines={1: 1}))
    second = after_first(first, commands.plan_capture(first, amount=sek(5_000)))
    store = replace(second.store, status="completed")

    after, plan, steps = settled(replace(second, store=store))

    assert plan.in_step
    assert [str(step.amount) for step in steps] == ["98.99 SEK"]
    assert after.klarna is not None
    assert after.klarna.captured == sek(TOTAL)


def test_the_rest_after_pieces_is_pieces() -> None:
    """After one of two mugs, the other mug and the shipping are left."""
    first = after_first(OPEN, commands.plan_capture(OPEN, lines={1: 1}))

    step = capture_of(commands.plan_capture(first))

    assert [(row.reference, row.quantity, row.total_amount) for row in step.lines] == [
        ("MUG-1", 1, 9_999),
        ("flat_rate:3", 1, 4_900),
    ]


def test_a_part_takes_its_share_of_a_gift_card() -> None:
    """A gift card that paid a part of the order pays a part of each shipment."""
    paid = order(total=14_998)
    asked = situation(paid, authorized(14_998), agreed(paid, records=()))

    first = after_first(asked, commands.plan_capture(asked, lines={1: 2}))
    assert first.klarna is not None
    _, plan, steps = settled(replace(first, store=replace(paid, status="completed")))

    assert first.klarna.captured == sek(12_046)
    assert [step.amount for step in steps] == [sek(2_952)]
    assert plan.in_step


def test_american_parts_take_their_sales_tax() -> None:
    """Sales tax that is a line of its own goes with the goods."""
    pair = line("200", "17", quantity=2, rates=("8.5",))
    placed = replace(order(total=21_700, lines=(pair,)), sales_tax_apart=True)
    asked = situation(placed, authorized(21_700), agreed(placed, records=()))

    step = capture_of(commands.plan_capture(asked, lines={1: 1}))

    assert [(row.reference, row.total_amount) for row in step.lines] == [
        ("MUG-1", 10_000),
        ("Sales Tax", 850),
    ]


@pytest.mark.parametrize(
    ("asked", "choice", "code"),
    [
        pytest.param(OPEN, {"lines": {9: 1}}, "no_such_line", id="a line it does not have"),
        pytest.param(OPEN, {"lines": {1: 3}}, "quantity", id="more than were bought"),
        pytest.param(OPEN, {"lines": {1: -1}}, "quantity", id="less than nothing"),
        pytest.param(OPEN, {"lines": {1: 0}}, "nothing_chosen", id="nothing"),
        pytest.param(OPEN, {"amount": sek(30_000)}, "capture_too_large", id="too much"),
        pytest.param(OPEN, {"amount": sek(-1)}, "amount", id="a negative amount"),
        pytest.param(OPEN, {"amount": sek(0)}, "amount", id="no amount"),
        pytest.param(TAKEN, {}, "not_open", id="captured already"),
        pytest.param(
            situation(order(), ended(KlarnaStatus.EXPIRED)), {}, "not_open", id="expired"
        ),
        pytest.param(situation(order("cancelled"), authorized()), {}, "cancelled", id="gone"),
        pytest.param(situation(order(), None), {}, "klarna_unknown", id="unknown at Klarna"),
        pytest.param(
            situation(replace(order(), sync_off=True), authorized()), {}, "sync_off", id="off"
        ),
        pytest.param(
            situation(order(), authorized(fraud_status=FraudStatus.PENDING)),
            {},
            "under_review",
            id="under review",
        ),
        pytest.param(
            situation(order(), authorized(), policy=Policy(observe_only=True)),
            {},
            "another_plugin",
            id="only watched",
        ),
        pytest.param(
            situation(
                order(refunds=(refund(100),)),
                authorized(),
                policy=Policy(manual_refunds=ManualRefunds.ASK),
            ),
            {},
            "refund_ask",
            id="a refund waits to be approved",
        ),
        pytest.param(
            situation(order("processing", total=40_000), captured(10_000, released=True)),
            {},
            "update_after_capture",
            id="raised beyond what can be captured, and nothing is open",
        ),
        pytest.param(
            situation(order(total=10_000, lines=(line("80", "20"),)), captured(10_000)),
            {},
            "nothing_due",
            id="all that is due is captured",
        ),
        pytest.param(
            situation(
                order(),
                authorized(),
                agreed(
                    records=(record(Cancel(authorized=sek(TOTAL), reason=""), State.UNKNOWN),)
                ),
            ),
            {},
            "outcome_unknown",
            id="an earlier call is unresolved",
        ),
    ],
)
def test_no_capture(asked: Situation, choice: dict[str, Any], code: str) -> None:
    """A capture that is not possible says why, under a stable code."""
    with pytest.raises(NotAllowedNow) as refusal:
        commands.plan_capture(asked, **choice)

    assert refusal.value.code == code
    assert str(refusal.value)


@pytest.mark.parametrize(
    ("command", "klarna", "possible"),
    [
        pytest.param(Command.RELEASE, captured(10_000), True, id="release the rest"),
        pytest.param(Command.RELEASE, authorized(), False, id="nothing captured: no rest"),
        pytest.param(Command.RELEASE, captured(), False, id="nothing left"),
        pytest.param(Command.EXTEND, authorized(), True, id="extend"),
        pytest.param(Command.EXTEND, authorized(created_at=None), True, id="age unknown"),
        pytest.param(Command.EXTEND, captured(), False, id="nothing left to extend"),
        pytest.param(Command.EXTEND, authorized(expires_at=None), False, id="no date"),
        pytest.param(Command.EXTEND, authorized(expires_at=NOW), False, id="too late"),
        pytest.param(Command.CANCEL, authorized(), True, id="cancel"),
        pytest.param(Command.CANCEL, captured(10_000), False, id="captured: no cancel"),
        pytest.param(Command.CANCEL, ended(KlarnaStatus.EXPIRED), False, id="nothing open"),
        pytest.param(Command.CAPTURE, authorized(), True, id="capture"),
        pytest.param(Command.CAPTURE, captured(), False, id="all captured"),
        pytest.param(Command.REFUND, captured(), True, id="refund"),
        pytest.param(Command.REFUND, authorized(), False, id="nothing to refund"),
    ],
)
def test_why_not(command: Command, klarna: KlarnaOrder, possible: bool) -> None:
    """A button that is not possible says why in a sentence."""
    why = commands.why_not(situation(order(), klarna, agreed()), command)

    assert (why is None) is possible
    assert why is None or why.endswith(".")


@pytest.mark.parametrize("gone", [None, Gone.TRASHED])
def test_cancel_also_what_the_shop_has_lost(gone: Gone | None) -> None:
    """An operator may cancel what is open at Klarna, also when the shop's order is gone."""
    plan = commands.plan_cancel(situation(order(), authorized(), gone=gone))

    assert steps_of(plan) == ("Cancel 248.98 SEK",)


def test_commands_and_statuses_lead_to_the_same_capture() -> None:
    """Capturing all here and completing the order there is one and the same step."""
    asked = capture_of(commands.plan_capture(OPEN))
    told = capture_of(decide(replace(OPEN, store=order("completed"))))

    assert record(asked).id == record(told).id


def test_an_order_of_shipping_alone_can_be_captured() -> None:
    """Shipping is a line to choose like any other."""
    asked = situation(
        order(total=4_900, lines=(shipping(),)),
        authorized(4_900),
        agreed(order(total=4_900, lines=(shipping(),)), records=()),
    )

    step = capture_of(commands.plan_capture(asked, lines={2: 1}))

    assert step.amount == Money(4_900, "SEK")


def test_a_share_of_nothing_is_no_line() -> None:
    """The öre of rounding goes with one of the parts, not with each."""
    placed = order(total=TOTAL + 1)
    asked = situation(placed, authorized(TOTAL + 1), agreed(placed, records=()))

    step = capture_of(commands.plan_capture(asked, lines={1: 1}))

    assert [row.reference for row in step.lines] == ["MUG-1"]


def test_a_capture_that_is_not_in_the_lines() -> None:
    """Where our records know every line as captured, the rest is spread over all of them."""
    all_of_it = capture_of(commands.plan_capture(OPEN))
    odd = situation(
        order("completed", capture_id="CAP-1"),
        captured(10_000),
        agreed(records=(record(all_of_it, remote_id="CAP-1"),)),
    )

    step = capture_of(decide(replace(odd, scope=None)))

    assert step.amount == sek(14_898)
    assert sum_of(step.lines) == 14_898


@pytest.mark.parametrize("half", [authorized(), captured(10_000)], ids=["all open", "a part"])
def test_what_klarna_allows_is_captured_by_hand_though_it_refused_the_raise(
    half: KlarnaOrder,
) -> None:
    """The customer has paid the difference another way: the old amount can be taken."""
    raised = situation(order("processing", total=30_000), half, agreed(records=()))
    refused = record(first_call(decide(raised)), State.REFUSED, error_code="NOT_ALLOWED")
    asked = replace(raised, journal=replace(raised.journal, records=(refused,)))

    (step,) = commands.plan_capture(asked, amount=half.remaining).steps
    assert isinstance(step, Capture)
    assert (step.amount, sum_of(step.lines)) == (half.remaining, half.remaining.minor)
    with pytest.raises(NotAllowedNow, match="at most") as told:
        commands.plan_capture(asked)
    assert told.value.code == "capture_too_large"
