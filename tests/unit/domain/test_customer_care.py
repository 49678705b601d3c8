"""A message sent again and more time to pay, as an operator asks for them."""

from dataclasses import replace

import pytest

from kvitt.domain.decide import commands
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.ids import CaptureId
from kvitt.domain.intents import Intent, State
from kvitt.domain.klarna_order import DueDateOption
from kvitt.domain.plan import Situation
from kvitt.domain.render import render_json, render_text
from kvitt.domain.steps import ExtendDueDate, Resend
from unit.domain.orders import (
    SCOPE,
    agreed,
    authorized,
    captured,
    order,
    record,
    sek,
    situation,
    steps_of,
)
from unit.domain.world import after_first

ONE = situation(order("completed", capture_id="CAP-1"), captured())
HALF = captured(9_999)
TWO = situation(
    order("completed", capture_id="CAP-1"),
    replace(
        HALF,
        captures=(
            *HALF.captures,
            replace(
                HALF.captures[0],
                id=CaptureId("CAP-2"),
                amount=sek(4_900),
                klarna_reference="K4MADNY-2",
            ),
        ),
    ),
)
OFFERS = (
    DueDateOption(number_of_days=10, fee=sek(2_900)),
    DueDateOption(number_of_days=30, fee=sek(5_900)),
)


def more_time(asked: Situation, *, days: int = 10, request: str = "1") -> ExtendDueDate:
    plan = commands.plan_extend_due_date(
        asked, request=request, number_of_days=days, offers=OFFERS
    )
    (step,) = plan.steps
    assert isinstance(step, ExtendDueDate)
    return step


def sent_again(asked: Situation, *, request: str = "1", capture: str | None = None) -> Resend:
    name = CaptureId(capture) if capture else None
    (step,) = commands.plan_resend(asked, request=request, capture_id=name).steps
    assert isinstance(step, Resend)
    return step


def test_a_message_is_sent_again() -> None:
    """The plan says which message, and nothing but the address of the capture is sent."""
    plan = commands.plan_resend(ONE, request="1")

    assert render_text(plan) == (
        "1. Send Klarna's message again\n"
        "   An operator asked Klarna to send the customer its message about the 248.98 SEK "
        "captured (invoice K4MADNY-1) again."
    )
    assert sent_again(ONE).body("ignored") == {}
    assert sent_again(ONE).amount == sek(24_898)


@pytest.mark.parametrize(
    ("capture", "amount"), [(None, 4_900), ("CAP-2", 4_900), ("CAP-1", 9_999)]
)
def test_the_last_message_unless_another_is_named(capture: str | None, amount: int) -> None:
    """An order in two parts has two messages; the later one is meant unless one is named."""
    assert sent_again(TWO, capture=capture).amount == sek(amount)


def test_more_time_says_what_it_costs() -> None:
    """The fee is in the plan before anything is asked of Klarna."""
    plan = commands.plan_extend_due_date(ONE, request="1", number_of_days=30, offers=OFFERS)

    assert render_text(plan) == (
        "1. Give more time to pay\n"
        "   An operator asked to give the customer 30 more days to pay the 248.98 SEK captured "
        "(invoice K4MADNY-1). Klarna charges the shop 59.00 SEK for it."
    )
    assert more_time(ONE, days=30).fee == sek(5_900)
    assert more_time(ONE, days=30).body("ignored") == {"number_of_days": 30}


def test_more_time_for_a_capture_without_an_invoice_number() -> None:
    """Where Klarna gives no invoice number, none is made up."""
    bare = replace(captured().captures[0], klarna_reference="")
    asked = replace(ONE, klarna=replace(captured(), captures=(bare,)))

    assert "248.98 SEK captured. Klarna charges" in more_time(asked).reason


@pytest.mark.parametrize(
    ("asked", "code", "sentence"),
    [
        (
            situation(order(), authorized()),
            "nothing_captured",
            "Nothing is captured yet, so Klarna has sent the customer nothing to pay.",
        ),
        (
            situation(replace(ONE.store, sync_off=True), captured()),
            "sync_off",
            (
                "Klarna order management is switched off for this order. Switch it on in the "
                "order's Klarna box to have it kept in step."
            ),
        ),
        (
            replace(ONE, klarna=replace(captured(), merchant_reference1="1041")),
            "identity",
            "Klarna's order belongs to order 1041 of the shop, and this is order 1042.",
        ),
    ],
)
def test_why_neither_can_be_asked_for(asked: Situation, code: str, sentence: str) -> None:
    """An order that nothing may be sent for gets no message and no more time."""
    with pytest.raises(NotAllowedNow) as message:
        sent_again(asked)
    with pytest.raises(NotAllowedNow) as time:
        more_time(asked)

    assert (message.value.code, str(message.value)) == (code, sentence)
    assert (time.value.code, str(time.value)) == (code, sentence)


def test_a_capture_that_is_not_there() -> None:
    """Somebody may have looked at an old page: a capture must be the order's."""
    with pytest.raises(NotAllowedNow) as refusal:
        sent_again(ONE, capture="CAP-9")

    assert (refusal.value.code, str(refusal.value)) == (
        "no_such_capture",
        "Klarna's order has no such capture: look at the order again.",
    )


def test_days_that_klarna_does_not_offer() -> None:
    """Only what Klarna has offered is asked for, and the offers are named."""
    with pytest.raises(NotAllowedNow) as refusal:
        more_time(ONE, days=14)

    assert (refusal.value.code, str(refusal.value)) == (
        "days_not_offered",
        (
            "Klarna does not offer 14 days. It offers 10 days for 29.00 SEK or 30 days for "
            "59.00 SEK."
        ),
    )


def test_a_payment_without_a_due_date() -> None:
    """Klarna offers nothing where the customer has paid at once."""
    with pytest.raises(NotAllowedNow) as refusal:
        commands.plan_extend_due_date(ONE, request="1", number_of_days=10, offers=())

    assert (refusal.value.code, str(refusal.value)) == (
        "no_due_date",
        (
            "Klarna offers no more time for this payment: only customers who pay later have a "
            "due date."
        ),
    )


@pytest.mark.parametrize("plan", [sent_again, more_time])
def test_asked_for_twice_is_twice_and_a_double_click_once(plan: object) -> None:
    """Each request has one key; another request for the same has another."""
    assert callable(plan)
    keys = [Intent(scope=SCOPE, step=plan(ONE, request=name)).key for name in ("1", "1", "2")]

    assert keys[0] == keys[1]
    assert keys[0] != keys[2]


def test_two_captures_have_two_messages() -> None:
    """The same request about another capture is another call."""
    keys = {
        Intent(scope=SCOPE, step=sent_again(TWO, capture=name)).key
        for name in ("CAP-1", "CAP-2")
    }

    assert len(keys) == 2


@pytest.mark.parametrize("plan", [sent_again, more_time])
def test_no_money_of_the_order_moves(plan: object) -> None:
    """Afterwards Klarna's half is as it was, and there is nothing to do."""
    assert callable(plan)
    step = plan(ONE)
    after = after_first(ONE, commands.plan_resend(ONE, request="1"))

    assert after.klarna == ONE.klarna
    assert step.amount == sek(24_898)


def test_while_an_outcome_is_unknown_nothing_else_is_sent() -> None:
    """Also a message waits until it is known what became of an earlier call."""
    unknown = record(sent_again(ONE), State.UNKNOWN)

    with pytest.raises(NotAllowedNow) as refusal:
        more_time(replace(ONE, journal=agreed(records=(unknown,))))

    assert refusal.value.code == "outcome_unknown"
    assert "Send Klarna's message again about 248.98 SEK: not known yet" in str(refusal.value)


def test_a_program_reads_the_same() -> None:
    """The plan as JSON has exactly what Klarna is sent."""
    plan = commands.plan_extend_due_date(ONE, request="1", number_of_days=10, offers=OFFERS)
    steps = render_json(plan, scope=SCOPE)["steps"]

    assert isinstance(steps, list)
    (step,) = steps
    assert isinstance(step, dict)
    assert (step["kind"], step["body"]) == ("due_date", {"number_of_days": 10})
    assert steps_of(plan) == ("Give more time to pay",)
