"""Refunds that are booked again after they were deleted: the same money, or other money."""

from dataclasses import replace

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.ids import StoreRefundId
from kvitt.domain.plan import HoldCode, Situation
from kvitt.domain.steps import Refund
from kvitt.domain.store_order import StoreOrder, StoreRefund
from unit.domain.orders import (
    OUR_CAPTURE,
    agreed,
    captured,
    klarna_refund,
    order,
    record,
    refund,
    sek,
    situation,
    steps_of,
)


def completed(*refunds: StoreRefund) -> StoreOrder:
    return order("completed", refunds=refunds, capture_id="CAP-1")


GONE = Refund(amount=sek(2_500), lines=(), store_refund_id=StoreRefundId(77), reason="")
SENT_AND_GONE = agreed(
    records=(OUR_CAPTURE, record(GONE, remote_id="REF-1")), refunds_seen={77: sek(2_500)}
)
LOWERED_AND_GONE = agreed(amount=14_899, absorbed=(77,), refunds_seen={77: sek(9_999)})
LOWERED = captured(14_899, of=14_899)
GIVEN_BACK = captured(refunds=(klarna_refund(2_500),))
SEEN = frozenset({"refund_deleted:77"})


@pytest.mark.parametrize(
    ("asked", "steps", "code"),
    [
        pytest.param(
            situation(completed(refund(2_500, refund_id=80)), GIVEN_BACK, SENT_AND_GONE),
            (),
            None,
            id="sent, deleted and booked again: it is the same money",
        ),
        pytest.param(
            situation(completed(refund(9_999, refund_id=80)), LOWERED, LOWERED_AND_GONE),
            (),
            None,
            id="lowered the capture, deleted and booked again: it was never taken",
        ),
        pytest.param(
            situation(completed(refund(2_000, refund_id=80)), GIVEN_BACK, SENT_AND_GONE),
            (),
            HoldCode.REFUND_DELETED,
            id="sent, deleted, and another amount booked: it may be meant in its place",
        ),
        pytest.param(
            situation(completed(refund(5_000, refund_id=80)), LOWERED, LOWERED_AND_GONE),
            (),
            HoldCode.REFUND_DELETED,
            id="lowered the capture, deleted, and another amount booked: it waits too",
        ),
        pytest.param(
            situation(
                completed(refund(9_999, refund_id=80), refund(5_000, refund_id=81)),
                LOWERED,
                LOWERED_AND_GONE,
            ),
            ("Refund 50.00 SEK",),
            None,
            id="booked again, and another after it: the other is sent",
        ),
        pytest.param(
            situation(completed(refund(5_000, refund_id=70)), LOWERED, LOWERED_AND_GONE),
            ("Refund 50.00 SEK",),
            HoldCode.REFUND_DELETED,
            id="booked before the one that was deleted: it is not in its place, and is sent",
        ),
        pytest.param(
            situation(
                completed(refund(5_000, refund_id=80)),
                LOWERED,
                replace(LOWERED_AND_GONE, approved=SEEN),
            ),
            ("Refund 50.00 SEK",),
            None,
            id="a person has seen the deletion: what was booked since is sent",
        ),
        pytest.param(
            situation(
                completed(refund(9_999, refund_id=80)),
                LOWERED,
                replace(LOWERED_AND_GONE, approved=SEEN),
            ),
            ("Refund 99.99 SEK",),
            None,
            id="the same amount after a person has seen the deletion: it is another refund",
        ),
    ],
)
def test_a_refund_booked_after_one_was_deleted(
    asked: Situation, steps: tuple[str, ...], code: HoldCode | None
) -> None:
    """What is booked after a refund was deleted is not sent where it may be the same money."""
    plan = decide(asked)

    assert (steps_of(plan), plan.hold.code if plan.hold else None) == (steps, code)
