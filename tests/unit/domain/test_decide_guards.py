"""The decision table for guards: why an order is left alone."""

from dataclasses import replace

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.ids import KlarnaOrderId
from kvitt.domain.klarna_order import FraudStatus, KlarnaOrder, KlarnaStatus
from kvitt.domain.plan import Gone, Guard, HoldCode, Situation
from kvitt.domain.policy import Policy
from kvitt.domain.store_order import StoreOrder
from unit.domain.orders import (
    authorized,
    captured,
    ended,
    order,
    refund,
    situation,
    steps_of,
)

COMPLETED = order("completed")
CANCELLED = order("cancelled")


def reviewed(status: FraudStatus = FraudStatus.PENDING) -> KlarnaOrder:
    return authorized(fraud_status=status)


def unpaid(status: str) -> StoreOrder:
    return order(status, paid=False)


@pytest.mark.parametrize(
    ("asked", "guard", "wanted", "code"),
    [
        pytest.param(
            situation(replace(COMPLETED, payment_method="swish"), None),
            Guard.NOT_KLARNA,
            "",
            None,
            id="paid another way",
        ),
        pytest.param(
            situation(replace(COMPLETED, payment_method=""), None),
            Guard.NOT_KLARNA,
            "",
            None,
            id="paid in no way",
        ),
        pytest.param(
            situation(replace(COMPLETED, sync_off=True), authorized()),
            Guard.SYNC_OFF,
            "Capture 248.98 SEK",
            None,
            id="switched off for this order, and a capture was wanted",
        ),
        pytest.param(
            situation(replace(order(), sync_off=True), authorized()),
            Guard.SYNC_OFF,
            "",
            None,
            id="switched off for this order, and nothing was wanted",
        ),
        pytest.param(
            situation(unpaid("pending"), authorized()),
            Guard.NOT_PAID,
            "",
            None,
            id="checkout not finished",
        ),
        pytest.param(
            situation(unpaid("completed"), authorized()),
            Guard.NOT_PAID,
            "Capture 248.98 SEK",
            None,
            id="completed by hand, never paid",
        ),
        pytest.param(
            situation(replace(COMPLETED, klarna_order_id=None), None),
            Guard.NO_KLARNA_ID,
            "Capture 248.98 SEK",
            HoldCode.NO_KLARNA_ID,
            id="completed, and the shop does not say which Klarna order it is",
        ),
        pytest.param(
            situation(replace(order(), klarna_order_id=None), None),
            Guard.NO_KLARNA_ID,
            "",
            None,
            id="no Klarna id yet, and nothing wanted",
        ),
        pytest.param(
            situation(COMPLETED, None),
            None,
            "Capture 248.98 SEK",
            HoldCode.KLARNA_UNKNOWN,
            id="Klarna does not know the order",
        ),
        pytest.param(
            situation(order(), None), None, "", None, id="unknown at Klarna, nothing wanted"
        ),
        pytest.param(
            situation(order(refunds=(refund(100),)), None),
            None,
            "Refund 1.00 SEK",
            HoldCode.KLARNA_UNKNOWN,
            id="unknown at Klarna, and a refund was wanted",
        ),
        pytest.param(
            situation(order("completed", currency="NOK"), authorized()),
            Guard.IDENTITY,
            "Capture 248.98 NOK",
            HoldCode.IDENTITY,
            id="another currency",
        ),
        pytest.param(
            situation(COMPLETED, authorized(merchant_reference1="1041")),
            Guard.IDENTITY,
            "Capture 248.98 SEK",
            HoldCode.IDENTITY,
            id="Klarna's order belongs to another order of the shop",
        ),
        pytest.param(
            situation(COMPLETED, authorized(merchant_reference2="999")),
            Guard.IDENTITY,
            "Capture 248.98 SEK",
            HoldCode.IDENTITY,
            id="the same number, but another order id",
        ),
        pytest.param(
            situation(replace(COMPLETED, environment="live"), authorized()),
            Guard.IDENTITY,
            "Capture 248.98 SEK",
            HoldCode.IDENTITY,
            id="placed live, and the keys are for the playground",
        ),
        pytest.param(
            situation(CANCELLED, reviewed()),
            Guard.UNDER_REVIEW,
            "Cancel 248.98 SEK",
            HoldCode.UNDER_REVIEW,
            id="cancelled while Klarna reviews it",
        ),
        pytest.param(
            situation(unpaid("cancelled"), reviewed()),
            Guard.UNDER_REVIEW,
            "Cancel 248.98 SEK",
            HoldCode.UNDER_REVIEW,
            id="cancelled while Klarna reviews it, never paid in the shop",
        ),
        pytest.param(
            situation(COMPLETED, reviewed()),
            Guard.UNDER_REVIEW,
            "Capture 248.98 SEK",
            HoldCode.UNDER_REVIEW,
            id="completed while Klarna reviews it",
        ),
        pytest.param(
            situation(unpaid("on-hold"), reviewed()),
            Guard.UNDER_REVIEW,
            "",
            None,
            id="on hold while Klarna reviews it",
        ),
        pytest.param(
            situation(order(), reviewed(FraudStatus.REJECTED)),
            Guard.REFUSED,
            "",
            HoldCode.FRAUD_REFUSED,
            id="rejected by Klarna: do not ship",
        ),
        pytest.param(
            situation(COMPLETED, reviewed(FraudStatus.STOPPED)),
            Guard.REFUSED,
            "Capture 248.98 SEK",
            HoldCode.FRAUD_REFUSED,
            id="stopped by Klarna, completed in the shop",
        ),
    ],
)
def test_guard(
    asked: Situation, guard: Guard | None, wanted: str, code: HoldCode | None
) -> None:
    """Nothing is sent, and what was wanted is said."""
    plan = decide(asked)

    assert not plan.steps
    assert (plan.guard, plan.wanted) == (guard, wanted)
    assert (plan.hold.code if plan.hold else None) == code
    assert plan.reason


@pytest.mark.parametrize(
    ("asked", "steps"),
    [
        pytest.param(
            situation(unpaid("cancelled"), authorized()),
            ("Cancel 248.98 SEK",),
            id="cancelled, never paid in the shop: cancel all the same",
        ),
        pytest.param(
            situation(CANCELLED, reviewed(FraudStatus.REJECTED)),
            ("Cancel 248.98 SEK",),
            id="rejected by Klarna and cancelled: cancel",
        ),
        pytest.param(
            situation(
                order(),
                authorized(fraud_status=FraudStatus.REJECTED, status=KlarnaStatus.CANCELLED),
            ),
            ("Note the cancellation of 248.98 SEK in the shop",),
            id="rejected, and cancelled by Klarna: note it",
        ),
        pytest.param(
            situation(
                order("completed", refunds=(refund(100),)),
                replace(captured(), fraud_status=FraudStatus.REJECTED),
            ),
            ("Refund 1.00 SEK",),
            id="captured before it was rejected: refunds go on",
        ),
        pytest.param(
            situation(replace(COMPLETED, environment=""), authorized()),
            ("Capture 248.98 SEK",),
            id="an order that does not say where it was placed",
        ),
        pytest.param(
            situation(COMPLETED, replace(captured(), fraud_status=FraudStatus.PENDING)),
            (),
            id="a review after everything is captured changes nothing",
        ),
    ],
)
def test_not_guarded(asked: Situation, steps: tuple[str, ...]) -> None:
    """A guard does not keep back what is safe and wanted."""
    assert steps_of(decide(asked)) == steps


@pytest.mark.parametrize(
    ("klarna", "gone", "code"),
    [
        pytest.param(authorized(), Gone.TRASHED, HoldCode.ORDER_GONE, id="in the bin, open"),
        pytest.param(authorized(), Gone.DELETED, HoldCode.ORDER_GONE, id="deleted, open"),
        pytest.param(captured(), Gone.DELETED, None, id="deleted after capture"),
        pytest.param(
            ended(KlarnaStatus.CANCELLED), Gone.TRASHED, None, id="in the bin, cancelled"
        ),
        pytest.param(None, Gone.DELETED, None, id="deleted, unknown at Klarna"),
    ],
)
def test_gone(klarna: KlarnaOrder | None, gone: Gone, code: HoldCode | None) -> None:
    """An order that is gone from the shop asks for nothing; an open authorization is shown."""
    plan = decide(situation(COMPLETED, klarna, gone=gone))

    assert not plan.steps
    assert (plan.hold.code if plan.hold else None) == code


def test_an_order_without_an_id_that_is_gone_asks_for_nothing() -> None:
    """A deleted order that never named a Klarna order is no matter."""
    nameless = replace(COMPLETED, klarna_order_id=None)

    assert decide(situation(nameless, None, gone=Gone.DELETED)).in_step


def test_another_plugin_is_only_watched() -> None:
    """Where the shop's own plugin acts, the plan says what would be done, and does nothing."""
    plan = decide(situation(COMPLETED, authorized(), policy=Policy(observe_only=True)))

    assert (plan.guard, plan.steps) == (Guard.ANOTHER_PLUGIN, ())
    assert plan.would is not None
    assert steps_of(plan.would) == ("Capture 248.98 SEK",)


SWITCHED_OFF = replace(COMPLETED, sync_off=True)


@pytest.mark.parametrize(
    ("asked", "wanted"),
    [
        pytest.param(
            situation(SWITCHED_OFF, None), "Capture 248.98 SEK", id="Klarna not asked"
        ),
        pytest.param(
            situation(replace(SWITCHED_OFF, capture_id="CAP-1"), None),
            "",
            id="captured, as the shop has noted",
        ),
        pytest.param(situation(SWITCHED_OFF, captured()), "", id="captured, as Klarna has it"),
        pytest.param(
            situation(SWITCHED_OFF, captured(10_000)), "Capture 148.98 SEK", id="in part"
        ),
        pytest.param(
            situation(replace(CANCELLED, sync_off=True, cancelled_mark=True), None),
            "",
            id="cancelled, as the shop has noted",
        ),
        pytest.param(
            situation(replace(CANCELLED, sync_off=True), None),
            "Cancel 248.98 SEK",
            id="cancelled in the shop alone",
        ),
        pytest.param(
            situation(replace(CANCELLED, sync_off=True), ended(KlarnaStatus.CANCELLED)),
            "",
            id="cancelled in both",
        ),
        pytest.param(
            situation(
                replace(
                    SWITCHED_OFF, capture_id="CAP-1", refunds=(refund(100, by_gateway=True),)
                ),
                None,
            ),
            "",
            id="refunded by the shop's gateway",
        ),
        pytest.param(
            situation(replace(SWITCHED_OFF, refunds=(refund(100),)), captured()),
            "Refund 1.00 SEK",
            id="a refund that Klarna has not",
        ),
    ],
)
def test_only_what_is_undone_is_wanted(asked: Situation, wanted: str) -> None:
    """A guard speaks of what is left undone, and not of what was done long ago."""
    assert decide(asked).wanted == wanted


def test_an_old_order_of_another_environment_troubles_nobody() -> None:
    """A test order that is over needs no person when the shop has gone live."""
    old = replace(COMPLETED, environment="live")

    plan = decide(situation(old, captured()))

    assert plan.guard is Guard.IDENTITY
    assert plan.hold is None


@pytest.mark.parametrize(
    ("asked", "wanted", "says"),
    [
        pytest.param(
            situation(
                replace(order("completed"), klarna_order_id=KlarnaOrderId("")),
                None,
                gone=Gone.TRASHED,
            ),
            "Capture 248.98 SEK",
            "The shop's order names no Klarna order yet.",
            id="in the bin, without a Klarna id",
        ),
        pytest.param(
            situation(order("completed"), None, gone=Gone.DELETED),
            "Capture 248.98 SEK",
            f"Klarna (playground) does not know the order {order().klarna_order_id}.",
            id="deleted, and unknown at Klarna",
        ),
        pytest.param(
            replace(situation(order(), None), environment=""),
            "",
            f"Klarna (this account) does not know the order {order().klarna_order_id}.",
            id="unknown at Klarna, and the environment is not known either",
        ),
        pytest.param(
            situation(order(), authorized(), gone=Gone.DELETED),
            "",
            "The shop's order is deleted, and Klarna still has 248.98 SEK authorized. Cancel "
            "it here or in Klarna's portal, or capture it there if it was shipped.",
            id="deleted while authorized",
        ),
    ],
)
def test_what_is_gone_or_unknown_says_what_was_wanted(
    asked: Situation, wanted: str, says: str
) -> None:
    """Nothing is sent; what was wanted, and what can be done, is told."""
    plan = decide(asked)

    assert (plan.steps, plan.wanted, plan.reason) == ((), wanted, says)
