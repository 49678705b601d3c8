"""The decision table for refunds: sent once, never twice, never more than was taken."""

from dataclasses import replace

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.ids import StoreRefundId
from kvitt.domain.klarna_order import KlarnaStatus
from kvitt.domain.plan import Adopt, HoldCode, Journal, Situation
from kvitt.domain.policy import ManualRefunds, Policy
from kvitt.domain.steps import Refund
from kvitt.domain.store_order import StoreOrder, StoreRefund
from unit.domain.orders import (
    OUR_CAPTURE,
    TOTAL,
    agreed,
    authorized,
    captured,
    ended,
    klarna_refund,
    line,
    order,
    record,
    refund,
    sek,
    situation,
    steps_of,
)
from unit.domain.world import settled

ASK = Policy(manual_refunds=ManualRefunds.ASK)
IGNORE = Policy(manual_refunds=ManualRefunds.IGNORE)
ONE_MUG = line("79.99", "20.00", line_id=9, refunds_line=1)


def completed(*refunds: StoreRefund) -> StoreOrder:
    return order("completed", refunds=refunds, capture_id="CAP-1")


def sent(refund_id: int, amount: int) -> Journal:
    """Return a journal in which that refund of the shop has been sent."""
    step = Refund(
        amount=sek(amount), lines=(), store_refund_id=StoreRefundId(refund_id), reason=""
    )
    return agreed(records=(OUR_CAPTURE, record(step, remote_id="REF-1")))


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        pytest.param(
            situation(completed(refund(2_500), refund(1_000, refund_id=78)), captured()),
            ("Refund 25.00 SEK", "Refund 10.00 SEK"),
            id="two refunds: both, the oldest first",
        ),
        pytest.param(
            situation(completed(refund(TOTAL)), captured()),
            ("Refund 248.98 SEK",),
            id="all of it: refund in full",
        ),
        pytest.param(
            situation(
                order("refunded", refunds=(refund(TOTAL, reason="Order fully refunded."),)),
                captured(),
            ),
            ("Refund 248.98 SEK",),
            id="status set to Refunded by hand: the refund WooCommerce books is like any other",
        ),
        pytest.param(
            situation(completed(refund(0)), captured()), (), id="a refund of nothing is none"
        ),
        pytest.param(
            situation(order("cancelled", refunds=(refund(TOTAL),)), captured()),
            ("Refund 248.98 SEK",),
            id="cancelled after capture and refunded: refund, and nobody has to look",
        ),
        # Never twice.
        pytest.param(
            situation(completed(refund(2_500)), captured(), sent(77, 2_500)),
            (),
            id="sent before, and Klarna's order is read late: nothing",
        ),
        pytest.param(
            situation(
                completed(refund(2_500)),
                captured(refunds=(klarna_refund(2_500, reference="1042|77"),)),
            ),
            ("Note the refund of 25.00 SEK in the shop",),
            id="Klarna's refund bears the reference: adopt, never send",
        ),
        pytest.param(
            situation(
                completed(refund(2_500, by_gateway=True)),
                captured(refunds=(klarna_refund(2_500),)),
            ),
            ("Note the refund of 25.00 SEK in the shop",),
            id="the shop's gateway has moved the money: adopt, never send",
        ),
        pytest.param(
            situation(completed(refund(2_500, by_gateway=True)), captured()),
            (),
            id="the shop's gateway has moved the money, and Klarna's order is read late",
        ),
        pytest.param(
            situation(
                completed(refund(2_500)), captured(refunds=(klarna_refund(2_500, name="P"),))
            ),
            ("Note the refund of 25.00 SEK in the shop",),
            id="refunded in the portal and booked by hand for the same amount: the same one",
        ),
        pytest.param(
            situation(
                completed(refund(2_500, reason="Refunded at Klarna (P)")),
                captured(),
                agreed(adopted=frozenset({"P"})),
            ),
            (),
            id="booked by us for a refund in the portal: never sent, though read late",
        ),
        pytest.param(
            situation(
                completed(
                    refund(2_500, reason="Refunded at Klarna (P)"),
                    refund(2_500, refund_id=78),
                ),
                captured(refunds=(klarna_refund(2_500, name="P"),)),
                agreed(adopted=frozenset({"P"})),
            ),
            ("Refund 25.00 SEK",),
            id="one booked for the portal, and another of the same amount: one is sent",
        ),
        # Made at Klarna, not in the shop.
        pytest.param(
            situation(completed(), captured(refunds=(klarna_refund(2_500),))),
            ("Note the refund of 25.00 SEK in the shop",),
            id="refunded in Klarna's portal: book it in the shop",
        ),
        pytest.param(
            situation(
                completed(),
                captured(refunds=(klarna_refund(2_500, name="P"),)),
                agreed(adopted=frozenset({"P"})),
            ),
            (),
            id="refunded in Klarna's portal, and booked: once",
        ),
        # Nothing captured yet: never capture and then refund.
        pytest.param(
            situation(order(refunds=(refund(9_999, lines=(ONE_MUG,)),)), authorized()),
            ("Update 148.99 SEK",),
            id="refunded before the capture: lower the authorization",
        ),
        pytest.param(
            situation(order("completed", refunds=(refund(9_999),)), authorized()),
            ("Update 148.99 SEK", "Capture 148.99 SEK"),
            id="refunded before the capture, then completed: lower, then capture the rest",
        ),
        pytest.param(
            situation(order("refunded", refunds=(refund(TOTAL),)), authorized()),
            ("Cancel 248.98 SEK",),
            id="all refunded before the capture: cancel",
        ),
        pytest.param(
            situation(order("failed", refunds=(refund(9_999),)), authorized()),
            ("Update 148.99 SEK",),
            id="refunded before the capture in a status that says nothing: lower all the same",
        ),
        pytest.param(
            situation(order("refunded", refunds=(refund(TOTAL),)), ended(KlarnaStatus.EXPIRED)),
            (),
            id="refunded, and nothing was ever taken: nothing to give back",
        ),
        pytest.param(
            situation(
                order("completed", refunds=(refund(9_999, days_ago=3),), capture_id="CAP-1"),
                captured(14_899, of=14_899),
                Journal(),
            ),
            ("Agree on 148.99 SEK",),
            id="first sight: lowered before the capture by someone else, so not refunded again",
        ),
        # The merchant's choice.
        pytest.param(
            situation(completed(refund(2_500)), captured(), policy=IGNORE),
            (),
            id="refunds by hand mean nothing to Klarna in this shop",
        ),
        pytest.param(
            situation(
                completed(refund(2_500)),
                captured(),
                agreed(approved=frozenset({"refund_ask:77"})),
                policy=ASK,
            ),
            ("Refund 25.00 SEK",),
            id="approved by a person: sent",
        ),
        pytest.param(
            situation(
                completed(refund(2_500)),
                captured(),
                agreed(approved=frozenset({"refund_ignore:77"})),
                policy=ASK,
            ),
            (),
            id="left out by a person: not sent",
        ),
        pytest.param(
            situation(order("cancelled", refunds=(refund(2_500),)), authorized(), policy=ASK),
            ("Cancel 248.98 SEK",),
            id="cancelled with a refund that waits: nothing to approve, cancel",
        ),
    ],
)
def test_steps(asked: Situation, steps: tuple[str, ...]) -> None:
    """The steps for a situation are the ones on its row, and nobody has to look."""
    plan = decide(asked)

    assert steps_of(plan) == steps
    assert plan.hold is None
    assert plan.reason


@pytest.mark.parametrize(
    ("asked", "steps", "code"),
    [
        pytest.param(
            situation(completed(refund(30_000)), captured()),
            (),
            HoldCode.REFUND_TOO_LARGE,
            id="more than was captured",
        ),
        pytest.param(
            situation(completed(refund(20_000), refund(9_999, refund_id=78)), captured()),
            ("Refund 200.00 SEK",),
            HoldCode.REFUND_TOO_LARGE,
            id="the second one is more than is left: the first is sent",
        ),
        pytest.param(
            situation(order("on-hold", refunds=(refund(30_000),)), authorized()),
            (),
            HoldCode.REFUND_TOO_LARGE,
            id="more than the order comes to, before the capture",
        ),
        pytest.param(
            situation(completed(refund(2_500)), captured(), policy=ASK),
            (),
            HoldCode.REFUND_ASK,
            id="a person approves refunds in this shop",
        ),
        pytest.param(
            situation(order("completed", refunds=(refund(2_500),)), authorized(), policy=ASK),
            (),
            HoldCode.REFUND_ASK,
            id="a refund before the capture waits, and the capture with it",
        ),
        pytest.param(
            situation(
                completed(),
                captured(refunds=(klarna_refund(2_500),)),
                replace(sent(77, 2_500), refunds_seen={77: sek(2_500)}),
            ),
            (),
            HoldCode.REFUND_DELETED,
            id="a refund that was sent is deleted in the shop",
        ),
        pytest.param(
            situation(
                completed(),
                captured(14_899, of=14_899),
                agreed(amount=14_899, absorbed=(77,), refunds_seen={77: sek(9_999)}),
            ),
            (),
            HoldCode.REFUND_DELETED,
            id="a refund that lowered the capture is deleted in the shop",
        ),
        pytest.param(
            situation(
                completed(),
                captured(refunds=(klarna_refund(2_500),)),
                agreed(
                    records=(OUR_CAPTURE,),
                    adopted=frozenset({"REF-1"}),
                    refunds_seen={77: sek(2_500)},
                ),
            ),
            (),
            HoldCode.REFUND_DELETED,
            id="a refund that was booked for one of the portal's is deleted in the shop",
        ),
    ],
)
def test_hold(asked: Situation, steps: tuple[str, ...], code: HoldCode) -> None:
    """A refund that cannot be carried out waits, with a reason and a next step."""
    plan = decide(asked)

    assert plan.hold is not None
    assert (steps_of(plan), plan.hold.code) == (steps, code)


def test_a_deleted_refund_is_seen_once() -> None:
    """A person who has seen that a refund was deleted is not told again."""
    journal = replace(
        sent(77, 2_500),
        refunds_seen={77: sek(2_500)},
        approved=frozenset({"refund_deleted:77"}),
        adopted=frozenset({"REF-1"}),
    )

    plan = decide(situation(completed(), captured(refunds=(klarna_refund(2_500),)), journal))

    assert plan.in_step


def test_a_portal_refund_without_room_in_the_shop_is_only_noted() -> None:
    """A refund at Klarna that the shop cannot book is written as a note alone."""
    store = completed(refund(TOTAL, by_gateway=True))
    theirs = (klarna_refund(TOTAL, name="A"), klarna_refund(2_500, name="B"))

    plan = decide(situation(store, captured(refunds=theirs)))

    booked = [step.book_refund for step in plan.steps if isinstance(step, Adopt)]
    assert booked == [False, False]


def test_an_operators_refund_is_not_taken_for_one_from_the_portal() -> None:
    """A refund asked for here is booked when it is settled, and not adopted once more."""
    step = Refund(amount=sek(2_500), lines=(), store_refund_id=None, reason="", request="r1")
    journal = agreed(records=(OUR_CAPTURE, record(step, remote_id="REF-1")))
    asked = situation(completed(), captured(refunds=(klarna_refund(2_500),)), journal)

    after, plan, sent_steps = settled(asked)

    assert not sent_steps
    assert plan.in_step
    assert not after.store.refunds


def test_old_refunds_without_an_id_are_noted_once() -> None:
    """Klarna's old refunds have no id, and are told apart by when and what they were."""
    asked = situation(completed(), captured(refunds=(klarna_refund(2_500, name=""),)))

    _, plan, _ = settled(asked)

    assert plan.in_step
