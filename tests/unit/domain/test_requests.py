"""Requests with everything filled in: each field reaches the plan, and lines are named well."""

import pytest

from kvitt.domain.asks import Command, Request
from kvitt.domain.decide.asked import plan_of
from kvitt.domain.decide.named import Lines, line_ids
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.klarna_order import DueDateOption
from kvitt.domain.steps import ExtendDueDate, Refund, Resend
from unit.domain.orders import MUGS, line, order, sek, shipping
from unit.domain.test_customer_care import OFFERS, ONE, TWO

TWICE = order(lines=(MUGS, line("1", "0", line_id=4), shipping()))


def test_a_refund_has_what_was_filled_in() -> None:
    """Lines, fee and description are those of the request, under its name."""
    request = Request(
        command=Command.REFUND, lines={1: 1}, return_fee=sek(2_500), description="Chipped"
    )
    (step,) = plan_of(ONE, request, name="ask-1").steps

    assert isinstance(step, Refund)
    assert (step.request, step.description) == ("ask-1", "Chipped")
    assert [(part.reference, part.total_amount) for part in step.lines] == [
        ("MUG-1", 9_999),
        ("return_fee", -2_500),
    ]


def test_a_message_is_the_named_captures() -> None:
    """The capture that was chosen is the one whose message goes out, under the ask's name."""
    request = Request(command=Command.RESEND, capture_id="CAP-1")
    (step,) = plan_of(TWO, request, name="ask-1").steps

    assert isinstance(step, Resend)
    assert (step.capture_id, step.request) == ("CAP-1", "ask-1")


def test_more_time_is_the_named_captures() -> None:
    """Days and capture are those of the request."""
    request = Request(command=Command.DUE_DATE, capture_id="CAP-1", days=30, fee=sek(5_900))
    (step,) = plan_of(TWO, request, name="ask-1", offers=OFFERS).steps

    assert isinstance(step, ExtendDueDate)
    assert (step.capture_id, step.number_of_days, step.request) == ("CAP-1", 30, "ask-1")


def test_more_time_without_days_asks_klarna_first() -> None:
    """Before the days are chosen, nothing is planned but to read what there is."""
    plan = plan_of(ONE, Request(command=Command.DUE_DATE), name="ask-1")

    assert plan.steps == ()
    assert plan.reason == "Klarna is asked what more time it offers, and what it costs."


def test_another_fee_than_was_accepted_is_not_paid() -> None:
    """Where Klarna asks for another fee by now, nothing is sent."""
    request = Request(command=Command.DUE_DATE, days=10, fee=sek(1_900))
    dearer = (DueDateOption(number_of_days=10, fee=sek(2_900)),)

    with pytest.raises(NotAllowedNow) as refusal:
        plan_of(ONE, request, name="ask-1", offers=dearer)

    assert refusal.value.code == "fee_changed"


@pytest.mark.parametrize(
    ("named", "ids"),
    [
        ({1: 2}, {1: 2}),
        ({"flat_rate:3": 1}, {2: 1}),
        ({4: 1, "flat_rate:3": 1}, {4: 1, 2: 1}),
        ({}, {}),
    ],
)
def test_lines_are_named_by_id_or_sku(named: Lines, ids: dict[int, int]) -> None:
    """A program may name a line by the shop's id, or by a SKU that no other line has."""
    assert line_ids(TWICE, named) == ids


@pytest.mark.parametrize(
    ("named", "code", "sentence"),
    [
        ({9: 1}, "no_such_line", "The order has no line 9: name a line id of its own."),
        (
            {"MUG-1": 1},
            "no_such_line",
            "The order has several lines MUG-1: name a line id of its own.",
        ),
        ({2: 1, "flat_rate:3": 1}, "line_twice", "Line flat_rate:3 is named twice."),
    ],
)
def test_a_name_that_is_not_one_lines(named: Lines, code: str, sentence: str) -> None:
    """A name that no line has, that several have or that was given before is refused."""
    with pytest.raises(NotAllowedNow) as refusal:
        line_ids(TWICE, named)

    assert (refusal.value.code, str(refusal.value)) == (code, sentence)
