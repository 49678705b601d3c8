"""What stands in the way: reviews, holds, refusals and unknown outcomes, and how they end."""

from dataclasses import replace

import pytest

from kvitt.domain.decide import decide, settled_by_shop_alone, view_of
from kvitt.domain.intents import Intent, State
from kvitt.domain.klarna_order import FraudStatus, KlarnaOrder, KlarnaStatus
from kvitt.domain.plan import HoldCode, Journal, Situation, Wish
from kvitt.domain.policy import Policy
from kvitt.domain.steps import Cancel, Capture
from kvitt.domain.store_order import StoreOrder
from unit.domain.orders import (
    SCOPE,
    agreed,
    authorized,
    captured,
    ended,
    first_call,
    klarna_refund,
    order,
    record,
    sek,
    situation,
    steps_of,
    with_hold,
    with_wish,
)
from unit.domain.world import held, settled

COMPLETED = order("completed")
CANCELLED = order("cancelled")


def reviewed(status: FraudStatus = FraudStatus.PENDING) -> KlarnaOrder:
    return authorized(fraud_status=status)


def unpaid(status: str) -> StoreOrder:
    return order(status, paid=False)


@pytest.mark.parametrize(
    ("asked", "wish"),
    [
        pytest.param(situation(CANCELLED, reviewed()), Wish.CANCEL, id="cancel"),
        pytest.param(situation(COMPLETED, reviewed()), Wish.CAPTURE, id="capture"),
    ],
)
def test_a_wish_during_review_is_remembered(asked: Situation, wish: Wish) -> None:
    """What was wanted while Klarna reviews is carried out once it has decided."""
    plan = decide(asked)
    accepted = replace(asked, klarna=authorized(), journal=with_wish(agreed(records=()), wish))

    _, _, steps = settled(accepted)

    assert plan.wish is wish
    assert [step.kind for step in steps] == [wish.value]


def test_a_hold_stands_until_the_order_is_moved() -> None:
    """While the order is where the hold has put it, the hold is what a person sees."""
    asked = situation(COMPLETED, ended(KlarnaStatus.EXPIRED))
    waiting = held(asked)

    plan = decide(waiting)

    assert plan.hold is not None
    assert plan.hold.code is HoldCode.CAPTURE_OF_EXPIRED


def test_a_hold_is_over_when_a_person_moves_the_order() -> None:
    """An order that a person has cancelled since is no longer held."""
    waiting = held(situation(COMPLETED, ended(KlarnaStatus.CANCELLED)))

    assert decide(replace(waiting, store=CANCELLED)).in_step


def test_a_held_order_is_not_cancelled_in_the_shop() -> None:
    """An order that we put on hold because Klarna cancelled it stays there for a person."""
    waiting = held(situation(COMPLETED, ended(KlarnaStatus.CANCELLED)))

    plan = decide(waiting)

    assert not plan.steps
    assert plan.hold is not None


def test_lines_may_be_edited_while_held() -> None:
    """An order on hold because of its amount is updated as any other, and stays held."""
    asked = situation(COMPLETED, authorized())
    refused = record(first_call(decide(asked)), State.REFUSED, error_code="CAPTURE_NOT_ALLOWED")
    waiting = held(replace(asked, journal=agreed(records=(refused,))))
    edited = replace(waiting.store, total=authorized(20_000).order_amount)

    plan = decide(replace(waiting, store=edited))

    assert steps_of(plan) == ("Update 200.00 SEK",)
    assert plan.hold is not None


def test_retry_captures_from_where_the_hold_has_put_the_order() -> None:
    """A person who presses Retry has the capture tried though the order is on hold."""
    asked = situation(COMPLETED, authorized())
    step = decide(asked).steps[0]
    assert isinstance(step, Capture)
    refused = record(step, State.REFUSED, error_code="PAYMENT_METHOD_FAILED")
    waiting = held(replace(asked, journal=agreed(records=(refused,))))
    again = replace(
        with_wish(waiting.journal, Wish.CAPTURE), approved=frozenset({str(refused.id)})
    )

    plan = decide(replace(waiting, journal=again))

    assert steps_of(plan) == ("Capture 248.98 SEK",)
    assert plan.hold is None


def test_a_wish_to_capture_ends_when_a_person_moves_the_order() -> None:
    """An order that a person has moved from hold to processing is not captured behind them."""
    waiting = held(situation(COMPLETED, reviewed()))
    journal = with_wish(with_hold(agreed(), waiting.journal.open_hold), Wish.CAPTURE)

    plan = decide(situation(order("processing"), authorized(), journal))

    assert plan.in_step


@pytest.mark.parametrize("code", ["CANCEL_NOT_ALLOWED", "SOMETHING_NEW", ""])
def test_a_refused_step_is_not_asked_again(code: str) -> None:
    """What Klarna has refused waits for a person, with the refusal in plain words."""
    asked = situation(CANCELLED, authorized())
    step = decide(asked).steps[0]
    assert isinstance(step, Cancel)
    refused = record(step, State.REFUSED, error_code=code)

    plan = decide(replace(asked, journal=agreed(records=(refused,))))

    assert not plan.steps
    assert plan.hold is not None
    assert plan.hold.code is HoldCode.REFUSED_BY_KLARNA
    assert plan.hold.why.startswith("Klarna")


def test_an_update_that_was_not_needed_does_not_keep_an_order_from_capture() -> None:
    """Klarna refused the new lines, but the amount fits: it is captured with its own lines."""
    edited = order("completed", total=20_000)
    asked = situation(edited, authorized())
    refused = record(first_call(decide(asked)), State.REFUSED, error_code="NOT_ALLOWED")

    plan = decide(replace(asked, journal=agreed(records=(refused,))))

    assert steps_of(plan) == ("Capture 200.00 SEK", "Release 48.98 SEK")
    assert plan.hold is not None
    assert (plan.hold.code, plan.hold.store_status) == (HoldCode.UPDATE_REFUSED, "")


def test_a_raise_that_was_refused_holds_the_completed_order() -> None:
    """The old authorization stands, and nothing ships for more than it."""
    asked = situation(order("completed", total=30_000), authorized())
    refused = record(first_call(decide(asked)), State.REFUSED, error_code="NOT_ALLOWED")

    plan = decide(replace(asked, journal=agreed(records=(refused,))))

    assert not plan.steps
    assert plan.hold is not None
    assert (plan.hold.code, plan.hold.store_status) == (HoldCode.UPDATE_REFUSED, "on-hold")
    assert "248.98 SEK stands" in plan.hold.why


@pytest.mark.parametrize("state", [State.SENT, State.UNKNOWN, State.PARKED])
def test_nothing_is_planned_while_an_outcome_is_unknown(state: State) -> None:
    """As long as nobody knows what became of a call, nothing else is done."""
    step = Cancel(authorized=authorized().remaining, reason="")

    plan = decide(situation(COMPLETED, authorized(), agreed(records=(record(step, state),))))

    assert not plan.steps
    assert plan.hold is not None
    assert plan.hold.code is HoldCode.OUTCOME_UNKNOWN


def test_a_step_that_is_done_is_not_planned_again() -> None:
    """Where Klarna's order is read late, the journal knows that it is done."""
    asked = situation(CANCELLED, authorized())
    done = record(first_call(decide(asked)))

    assert decide(replace(asked, journal=agreed(records=(done,)))).in_step


def test_without_a_scope_the_records_of_steps_are_not_known() -> None:
    """An order that names no Klarna account has no intents to compare with."""
    asked = situation(CANCELLED, authorized())
    refused = record(first_call(decide(asked)), State.REFUSED)
    journal = agreed(records=(refused,))

    assert decide(replace(asked, journal=journal, scope=None)).steps


def test_the_shops_half_alone_can_settle_it() -> None:
    """Klarna need not be asked about an order that is not its own."""
    foreign = replace(COMPLETED, payment_method="swish")

    assert settled_by_shop_alone(situation(foreign, None)) == decide(situation(foreign, None))
    assert settled_by_shop_alone(situation(COMPLETED, authorized())) is None


def test_there_is_no_view_of_half_an_order() -> None:
    """Sums need both halves."""
    assert view_of(situation(COMPLETED, None)) is None


def test_an_approved_refusal_is_planned_again() -> None:
    """A person who says "again" has the same step planned."""
    asked = situation(CANCELLED, authorized())
    step = first_call(decide(asked))
    refused = record(step, State.REFUSED)
    own = Intent(scope=SCOPE, step=step).id
    journal = agreed(records=(refused,), approved=frozenset({str(own)}))

    assert decide(replace(asked, journal=journal)).steps == (step,)


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(
            situation(replace(COMPLETED, klarna_order_id=None), None), id="no Klarna id"
        ),
        pytest.param(situation(COMPLETED, None), id="unknown at Klarna"),
        pytest.param(situation(COMPLETED, authorized(merchant_reference1="1")), id="another's"),
        pytest.param(situation(COMPLETED, reviewed()), id="under review"),
        pytest.param(situation(COMPLETED, reviewed(FraudStatus.REJECTED)), id="rejected"),
    ],
)
def test_a_guards_hold_stands_too(asked: Situation) -> None:
    """Once the order is on hold, the guard goes on saying what is wanted and not done."""
    before = decide(asked).hold
    waiting = held(asked)

    assert decide(waiting).hold == before


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param(
            situation(replace(COMPLETED, klarna_order_id=None), None), id="no Klarna id"
        ),
        pytest.param(situation(COMPLETED, None), id="unknown at Klarna"),
    ],
)
def test_what_stood_in_the_way_is_mended(asked: Situation) -> None:
    """When the reason of a hold is gone, the order still waits for a person to say go."""
    waiting = held(asked)
    mended = replace(waiting.store, klarna_order_id=order().klarna_order_id)

    plan = decide(replace(waiting, store=mended, klarna=authorized()))

    assert not plan.steps
    assert plan.hold is not None
    assert plan.hold.sentence.endswith(
        "What stood in the way is mended. "
        "Press Retry, or set the order to Completed again, to have it captured."
    )


def test_a_hold_ends_when_the_order_is_switched_off() -> None:
    """A merchant who switches an order off takes it out of our hands, holds and all."""
    waiting = held(situation(COMPLETED, ended(KlarnaStatus.EXPIRED)))

    assert decide(replace(waiting, store=replace(waiting.store, sync_off=True))).in_step


def test_a_hold_without_a_status_moves_nothing() -> None:
    """A guard whose order was not moved has no hold to keep."""
    assert decide(situation(unpaid("pending"), authorized())).hold is None


def test_a_capture_in_the_portal_ends_the_hold() -> None:
    """A held order that is captured in Klarna's portal is completed in the shop."""
    waiting = held(situation(COMPLETED, captured(10_000, released=True)))
    taken = replace(waiting, klarna=captured(), journal=replace(waiting.journal, records=()))

    assert decide(taken).hold is None
    after, plan, sent = settled(taken)

    assert not sent
    assert plan.hold is None
    assert after.store.status == "completed"


def test_a_capture_of_a_part_in_the_portal_keeps_the_hold() -> None:
    """What is held is not done while some of the order is still to be taken."""
    waiting = held(situation(COMPLETED, ended(KlarnaStatus.EXPIRED)))

    plan = decide(replace(waiting, klarna=captured(10_000)))

    assert plan.hold is not None
    assert plan.hold == waiting.journal.open_hold


def test_a_guard_keeps_no_hold_of_an_order_that_was_moved() -> None:
    """An order under review that a person has moved on is not held where it was."""
    waiting = held(situation(COMPLETED, reviewed()))
    moved = replace(waiting, store=replace(waiting.store, status="processing"))

    assert decide(waiting).hold is not None
    assert decide(moved).hold is None


def test_a_retry_that_cannot_work_keeps_its_status() -> None:
    """A capture that is tried again and still cannot be done stays where it was put."""
    waiting = held(situation(COMPLETED, ended(KlarnaStatus.EXPIRED)))
    again = replace(waiting, journal=with_wish(waiting.journal, Wish.CAPTURE))

    assert decide(again).hold == waiting.journal.open_hold


def test_what_was_captured_too_much_and_given_back_is_settled() -> None:
    """An order captured for more than it comes to is in step once the rest is refunded."""
    theirs = (klarna_refund(4_898),)
    store = order("completed", total=20_000, capture_id="CAP-1")

    plan = decide(
        situation(store, captured(refunds=theirs), Journal(), policy=Policy(write_back=False))
    )

    assert plan.in_step


def test_the_rest_is_captured_when_a_refund_that_lowered_it_is_deleted() -> None:
    """A deleted early refund is held, and what is left to capture stays as it was lowered."""
    journal = agreed(records=(), amount=14_899, absorbed=(77,), refunds_seen={77: sek(9_999)})
    asked = situation(
        order("completed", capture_id="CAP-1"), captured(5_000, of=14_899), journal
    )

    plan = decide(asked)

    assert steps_of(plan) == ("Capture 98.99 SEK",)
    assert plan.hold is not None
    assert plan.hold.code is HoldCode.REFUND_DELETED
