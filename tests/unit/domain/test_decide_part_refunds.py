"""Refunds on an order of which only a part is captured: split where that is certain."""

from dataclasses import replace

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.plan import HoldCode, Situation
from kvitt.domain.policy import ManualRefunds, Policy
from kvitt.domain.steps import Refund, Release
from kvitt.domain.store_order import StoreRefund
from unit.domain.orders import (
    TOTAL,
    agreed,
    captured,
    klarna_refund,
    order,
    refund,
    sek,
    situation,
    steps_of,
)
from unit.domain.world import settled

ASK = Policy(manual_refunds=ManualRefunds.ASK)
MOVES = (Refund, Release)


def part(status: str, *refunds: StoreRefund) -> Situation:
    """Return an order of which one mug is captured, with refunds of the shop."""
    store = order(status, refunds=refunds, capture_id="CAP-1")
    return situation(store, captured(9_999), agreed(records=()))


FULL = {
    "processing, one mug captured": part("processing", refund(TOTAL)),
    "completed, one mug captured": part("completed", refund(TOTAL)),
    "cancelled, one mug captured": part("cancelled", refund(TOTAL)),
    "set to Refunded by hand, one mug captured": part("refunded", refund(TOTAL)),
    "in two refunds, the first of which fits": part(
        "refunded", refund(5_000), refund(TOTAL - 5_000, refund_id=78)
    ),
    "in three refunds, the first of which is more than was captured": part(
        "refunded",
        refund(15_000),
        refund(5_000, refund_id=78),
        refund(TOTAL - 20_000, refund_id=79),
    ),
    "in two refunds, the first of which is all that was captured": part(
        "refunded", refund(9_999), refund(TOTAL - 9_999, refund_id=78)
    ),
}


@pytest.mark.parametrize("asked", FULL.values(), ids=FULL)
def test_a_part_captured_order_that_is_refunded_altogether(asked: Situation) -> None:
    """What was captured goes back, what was not is given up, and nothing more is taken."""
    after, plan, sent = settled(asked)

    klarna = after.klarna
    assert klarna is not None
    assert {type(step) for step in sent} == {Refund, Release}
    assert (klarna.captured, klarna.refunded) == (sek(9_999), sek(9_999))
    assert klarna.remaining == sek(0)
    assert plan.in_step


def test_the_split_explains_itself() -> None:
    """Both halves of the answer are in the plan, each with its figures."""
    plan = decide(part("refunded", refund(TOTAL, reason="Changed her mind")))

    said = [(step.kind.value, step.reason) for step in plan.steps if isinstance(step, MOVES)]
    assert said == [
        (
            "release",
            (
                "All of the order is refunded in the shop, so the 148.99 SEK not yet captured "
                "is given up."
            ),
        ),
        (
            "refund",
            (
                "All of the order is refunded in the shop (refund 77: 248.98 SEK), and Klarna "
                "has captured 99.99 SEK of it: the 99.99 SEK not yet given back goes back to "
                "the customer."
            ),
        ),
    ]
    assert "148.99 SEK of what is refunded was never captured" in plan.reason
    (send,) = (step for step in plan.steps if isinstance(step, Refund))
    assert (send.lines, send.description, send.store_refund_id) == ((), "Changed her mind", 77)


def test_refunded_altogether_after_the_rest_was_released() -> None:
    """With nothing left to give up, what was captured still goes back."""
    asked = situation(
        order("refunded", refunds=(refund(TOTAL),), capture_id="CAP-1"),
        captured(9_999, released=True),
        agreed(records=()),
    )
    _, plan, sent = settled(asked)

    assert [(step.kind.value, step.amount) for step in sent] == [("refund", sek(9_999))]
    assert plan.in_step


def test_refunds_that_wait_do_not_make_it_all() -> None:
    """Until a person has approved the refund, nothing is given up or given back for it."""
    plan = decide(replace(part("processing", refund(TOTAL)), policy=ASK))

    assert steps_of(plan) == ()
    assert plan.hold is not None
    assert plan.hold.code is HoldCode.REFUND_ASK


TOO_LARGE = {
    "more than was captured, and not all: the goods decide": (
        part("processing", refund(14_899)),
        "Klarna has captured 99.99 SEK, and 99.99 SEK of it can still be refunded.",
        (
            "Delete the refund 77 in the shop. Book one of at most 99.99 SEK for what was "
            "captured, and take what was not captured off the order: the 148.99 SEK that "
            "Klarna still has authorized is lowered with it."
        ),
    ),
    "all that was captured is given back already": (
        situation(
            order(
                "processing",
                refunds=(refund(9_999, by_gateway=True), refund(5_000, refund_id=78)),
                capture_id="CAP-1",
            ),
            captured(9_999, refunds=(klarna_refund(9_999),)),
        ),
        "Klarna has captured 99.99 SEK, and 0.00 SEK of it can still be refunded.",
        (
            "Delete the refund 78 in the shop. Take what was not captured off the order: the "
            "148.99 SEK that Klarna still has authorized is lowered with it."
        ),
    ),
    "nothing is authorized any more": (
        situation(
            order("processing", refunds=(refund(14_899),), capture_id="CAP-1"),
            captured(9_999, released=True),
        ),
        "Klarna has captured 99.99 SEK, and 99.99 SEK of it can still be refunded.",
        (
            "Delete the refund 77 in the shop and book one of at most 99.99 SEK, or pay the "
            "customer another way."
        ),
    ),
}


@pytest.mark.parametrize(("asked", "why", "next_step"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_a_refund_that_cannot_be_split_says_what_to_do(
    asked: Situation, why: str, next_step: str
) -> None:
    """Where the amount does not tell which goods it is for, a person is told how to."""
    plan = decide(asked)

    assert plan.hold is not None
    assert plan.hold.code is HoldCode.REFUND_TOO_LARGE
    assert (plan.hold.why, plan.hold.next_step) == (why, next_step)
