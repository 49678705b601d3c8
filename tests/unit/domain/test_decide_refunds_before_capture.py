"""A refund booked before the capture lowers what is taken, and is never sent."""

from dataclasses import replace

from kvitt.domain.decide import decide
from kvitt.domain.intents import State
from kvitt.domain.plan import HoldCode, Journal
from kvitt.domain.steps import Update
from unit.domain.orders import (
    DAY,
    NOW,
    agreed,
    authorized,
    captured,
    first_call,
    line,
    order,
    record,
    refund,
    sek,
    situation,
    steps_of,
)
from unit.domain.world import settled

ONE_MUG = line("79.99", "20.00", line_id=9, refunds_line=1)


def test_money_that_was_never_taken_is_never_given_back() -> None:
    """A refund before the capture lowers it once; later looks find nothing to refund."""
    asked = situation(order("completed", refunds=(refund(9_999),)), authorized())

    after, plan, steps = settled(asked)

    assert [step.kind for step in steps] == ["update", "capture"]
    assert plan.in_step
    assert after.klarna is not None
    assert after.klarna.captured == sek(14_899)


def test_a_refund_after_a_lowered_capture_is_sent() -> None:
    """A second refund, booked after the capture, is given back."""
    asked = situation(order("completed", refunds=(refund(9_999),)), authorized())
    after, _, _ = settled(asked)
    later = replace(refund(1_000, refund_id=78), created_at=NOW + DAY)
    store = replace(after.store, refunds=(*after.store.refunds, later))

    plan = decide(replace(after, store=store))

    assert steps_of(plan) == ("Refund 10.00 SEK",)


def test_a_refund_before_capture_is_a_discount_on_the_lines() -> None:
    """The lowered authorization says on its lines what was refunded, at the goods' VAT."""
    asked = situation(order(refunds=(refund(9_999, lines=(ONE_MUG,)),)), authorized())

    step = decide(asked).steps[0]

    assert isinstance(step, Update)
    assert [(row.reference, row.total_amount) for row in step.lines] == [
        ("MUG-1", 19_998),
        ("flat_rate:3", 4_900),
        ("refund-77", -9_999),
    ]
    assert step.lines[-1].tax_rate == 2_500


def test_a_deleted_refund_before_capture_raises_the_authorization_again() -> None:
    """Without the refund, the whole total is wanted again."""
    lowered = agreed(amount=14_899, absorbed=(77,), records=())

    plan = decide(situation(order(), authorized(14_899), lowered))

    assert steps_of(plan) == ("Update 248.98 SEK",)


def test_a_refused_lowering_is_not_captured_around() -> None:
    """Where Klarna refuses to lower it, nothing is captured that would be given back."""
    asked = situation(order("completed", refunds=(refund(9_999),)), authorized())
    refused = record(first_call(decide(asked)), State.REFUSED, error_code="NOT_ALLOWED")

    plan = decide(replace(asked, journal=agreed(records=(refused,))))

    assert not plan.steps
    assert plan.hold is not None
    assert (plan.hold.code, plan.hold.store_status) == (HoldCode.UPDATE_REFUSED, "on-hold")


def test_a_refund_booked_after_the_capture_is_sent_though_we_see_it_all_at_once() -> None:
    """At the first sight of an old order, a refund that Klarna has not made is kept."""
    store = order("completed", refunds=(refund(2_500),), capture_id="CAP-1")

    plan = decide(situation(store, captured(), Journal()))

    assert steps_of(plan) == ("Agree on 248.98 SEK", "Refund 25.00 SEK")


def test_a_refund_of_the_very_second_of_the_capture_is_sent() -> None:
    """Only what was booked before the capture can have lowered it."""
    store = order("completed", refunds=(refund(2_500, days_ago=1),), capture_id="CAP-1")
    lowered = captured(22_398, of=22_398)

    plan = decide(situation(store, lowered, agreed(order(total=22_398), amount=22_398)))

    assert "Refund 25.00 SEK" in steps_of(plan)


def test_a_refund_that_lowered_an_order_captured_in_part_is_not_sent() -> None:
    """What is captured and what can still be captured make up the total without it."""
    store = order(refunds=(refund(2_500, days_ago=2),), capture_id="CAP-1")

    plan = decide(situation(store, captured(10_000, of=22_398), Journal()))

    assert steps_of(plan) == ("Agree on 223.98 SEK",)
