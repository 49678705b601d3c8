"""What was reviewed is what is done, or nothing is."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from kvitt.domain.asks import Command, Request, Seen
from kvitt.domain.decide import booking
from kvitt.domain.decide.asked import moved, plan_of
from kvitt.domain.decide.refund import deleted_refunds
from kvitt.domain.decide.view import View
from kvitt.domain.errors import NotAllowedNow
from kvitt.domain.klarna_order import DueDateOption
from kvitt.domain.plan import Situation
from kvitt.domain.steps import Capture, ExtendDueDate, Refund, Resend, Update
from kvitt.domain.store_order import LineTax
from unit.domain.orders import (
    TOTAL,
    agreed,
    authorized,
    captured,
    klarna_refund,
    line,
    one_mug,
    order,
    record,
    refund,
    sek,
    shipping,
    situation,
)

OPEN = situation(order(), authorized(), agreed(records=()))
TAKEN = situation(order("completed", capture_id="CAP-1"), captured())


def view(asked: Situation) -> View:
    assert asked.klarna is not None
    return View(situation=asked, klarna=asked.klarna)


def test_a_request_without_figures_is_for_all_there_is() -> None:
    """Capture, with nothing filled in, is all that is due."""
    plan = plan_of(OPEN, Request(command=Command.CAPTURE), name="a")

    assert moved(plan) == sek(TOTAL)


def test_a_parcel_goes_with_the_capture() -> None:
    """The tracking number that was filled in is announced with it."""
    request = Request(command=Command.CAPTURE, tracking_number="SE1", tracking_company="DHL")
    (step,) = plan_of(OPEN, request, name="a").steps

    assert isinstance(step, Capture)
    assert (step.tracking_number, step.tracking_company) == ("SE1", "DHL")


def test_another_amount_than_was_reviewed_is_refused() -> None:
    """The order came to 200.00 when it was reviewed and comes to 248.98 now."""
    request = Request(command=Command.CAPTURE, expects=sek(20_000))

    with pytest.raises(NotAllowedNow, match=r"was 200\.00 SEK.*would be 248\.98 SEK") as told:
        plan_of(OPEN, request, name="a")

    assert told.value.code == "changed"


@pytest.mark.parametrize(
    ("choice", "amount"),
    [({"lines": {1: 1}}, 9_999), ({"amount": sek(5_000)}, 5_000), ({}, TOTAL)],
)
def test_what_was_filled_in_is_captured(choice: dict[str, Any], amount: int) -> None:
    """The lines, the amount and the words of the form are those of the capture."""
    request = Request(command=Command.CAPTURE, description="First box", **choice)
    (step,) = plan_of(OPEN, request, name="a").steps

    assert isinstance(step, Capture)
    assert (step.amount, step.description) == (sek(amount), "First box")


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        (Seen(captured=sek(0), refunded=sek(0)), r"0\.00 SEK was captured"),
        (Seen(captured=sek(TOTAL), refunded=sek(100)), r"1\.00 SEK was refunded"),
    ],
)
def test_money_that_moved_since_the_review_is_told(seen: Seen, said: str) -> None:
    """Somebody captured, or refunded, between the look and the click."""
    request = Request(command=Command.REFUND, amount=sek(100), seen=seen)

    with pytest.raises(NotAllowedNow, match=said) as told:
        plan_of(TAKEN, request, name="a")

    assert told.value.code == "changed"
    assert str(told.value).endswith(" is. Nothing was sent. Review it again.")


def test_what_was_seen_and_still_is_does_not_stand_in_the_way() -> None:
    """Nothing has moved, so the refund is planned under the review's id."""
    seen = Seen(captured=sek(TOTAL), refunded=sek(0))
    request = Request(command=Command.REFUND, amount=sek(100), seen=seen, expects=sek(100))
    (step,) = plan_of(TAKEN, request, name="a").steps

    assert isinstance(step, Refund)
    assert step.request == "a"


def test_without_klarnas_half_the_reason_is_told() -> None:
    """Where Klarna does not know the order, there is nothing that could have moved."""
    seen = Seen(captured=sek(0), refunded=sek(0))
    asked = replace(OPEN, klarna=None)

    with pytest.raises(NotAllowedNow, match="Klarna does not know"):
        plan_of(asked, Request(command=Command.CAPTURE, seen=seen), name="a")


@pytest.mark.parametrize(
    ("command", "asked", "word"),
    [
        (Command.CANCEL, OPEN, "give up"),
        (Command.EXTEND, OPEN, "more time"),
        (Command.RELEASE, situation(order(), captured(10_000)), "give up"),
    ],
)
def test_every_command_has_a_plan(command: Command, asked: Situation, word: str) -> None:
    """What can be asked for on an open order is planned with its reason."""
    plan = plan_of(asked, Request(command=command), name="a")

    assert len(plan.steps) == 1
    assert word in plan.reason


def test_changed_lines_are_sent_whatever_the_status() -> None:
    """In a status that sends nothing by itself, an operator can send the lines."""
    asked = situation(one_mug("packing"), authorized(), agreed(records=()))
    (step,) = plan_of(asked, Request(command=Command.UPDATE), name="a").steps

    assert isinstance(step, Update)
    assert step.amount == sek(9_999)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (OPEN, "has the shop's lines and total already"),
        (TAKEN, "a captured order cannot change"),
        (
            situation(
                replace(one_mug("packing"), lines=(), total=sek(0)),
                authorized(),
                agreed(records=()),
            ),
            "comes to nothing",
        ),
    ],
)
def test_an_update_without_a_change_is_refused_with_its_reason(
    asked: Situation, said: str
) -> None:
    """There is nothing to send, and the operator reads why."""
    with pytest.raises(NotAllowedNow, match=said):
        plan_of(asked, Request(command=Command.UPDATE), name="a")


def test_an_update_beyond_what_can_be_is_refused_with_the_figures() -> None:
    """More refunded than the order comes to: nothing is sent, and the next step is named."""
    over = one_mug("packing", refunds=(refund(20_000),))
    asked = situation(over, authorized(), agreed(records=()))

    with pytest.raises(NotAllowedNow, match="Delete the refund"):
        plan_of(asked, Request(command=Command.UPDATE), name="a")


def test_a_message_is_sent_again_for_the_capture_that_was_named() -> None:
    """Without a name the last capture is meant."""
    (step,) = plan_of(TAKEN, Request(command=Command.RESEND), name="a").steps
    named = Request(command=Command.RESEND, capture_id="CAP-1")
    (same,) = plan_of(TAKEN, named, name="a").steps

    assert isinstance(step, Resend)
    assert step == same


def test_more_time_to_pay_is_planned_for_the_fee_that_was_accepted() -> None:
    """Klarna's offer stands, so the plan says what it costs."""
    offers = (DueDateOption(number_of_days=14, fee=sek(1_000)),)
    request = Request(command=Command.DUE_DATE, days=14, fee=sek(1_000))
    (step,) = plan_of(TAKEN, request, name="a", offers=offers).steps

    assert isinstance(step, ExtendDueDate)
    assert step.fee == sek(1_000)


def test_another_fee_than_was_accepted_is_refused() -> None:
    """Klarna asks 12.00 by now; 10.00 was accepted."""
    offers = (DueDateOption(number_of_days=14, fee=sek(1_200)),)
    request = Request(command=Command.DUE_DATE, days=14, fee=sek(1_000))

    with pytest.raises(NotAllowedNow, match=r"not 10\.00 SEK any more"):
        plan_of(TAKEN, request, name="a", offers=offers)


def test_what_more_time_costs_is_asked_before_days_are_chosen() -> None:
    """Without days, the plan is the question; without a capture there is none."""
    question = Request(command=Command.DUE_DATE)

    assert "what it costs" in plan_of(TAKEN, question, name="a").reason
    assert moved(plan_of(TAKEN, question, name="a")) is None
    with pytest.raises(NotAllowedNow, match="Nothing is captured"):
        plan_of(OPEN, question, name="a")


def test_a_refund_is_booked_by_its_lines_with_their_taxes() -> None:
    """One of two mugs: 79.99 net and 20.00 tax, which is what Klarna gives back."""
    mugs = replace(
        line("159.99", "39.99", quantity=2),
        taxes=(
            LineTax(7, Decimal("30.00")),
            LineTax(8, Decimal("9.99")),
            LineTax(9, Decimal(0)),
        ),
    )
    asked = situation(
        order("completed", lines=(mugs, shipping()), capture_id="CAP-1"), captured()
    )
    (booked,) = booking.lines_to_book(
        view(asked), Request(command=Command.REFUND, lines={1: 1, 2: 0})
    )

    gross = booked.net + sek(sum(tax.minor for tax in booked.taxes.values()))
    assert (booked.line, booked.quantity, gross) == (1, 1, sek(9_999))
    assert booked.taxes == {7: sek(1_500), 8: sek(500)}


def test_a_line_without_value_is_booked_without_taxes() -> None:
    """A free sample comes back: a piece, and no money."""
    sample = line("0.00", "0.00", line_id=9, reference="FREE", name="Sample")
    asked = situation(
        order("completed", lines=(*order().lines, sample), capture_id="CAP-1"), captured()
    )
    booked = booking.lines_to_book(
        view(asked), Request(command=Command.REFUND, lines={1: 1, 9: 1})
    )

    assert [(row.line, row.net, dict(row.taxes)) for row in booked][1] == (9, sek(0), {})


def test_a_refund_of_an_amount_has_no_lines() -> None:
    """Goodwill is booked as an amount."""
    request = Request(command=Command.REFUND, amount=sek(100))

    assert booking.lines_to_book(view(TAKEN), request) == ()


def test_the_shop_books_no_more_than_it_has_room_for() -> None:
    """After a refund of 200.00 in the shop, 48.98 can be booked and not more."""
    asked = situation(
        order("completed", capture_id="CAP-1", refunds=(refund(20_000),)), captured()
    )

    assert booking.fits(view(asked), sek(4_898))
    assert not booking.fits(view(asked), sek(4_899))


def test_what_makes_up_for_too_large_a_capture_is_not_booked() -> None:
    """300.00 was captured of an order of 248.98: giving back 51.02 costs the shop nothing."""
    asked = situation(
        order("completed", capture_id="CAP-1"), captured(30_000, of=30_000), agreed(records=())
    )

    assert not booking.fits(view(asked), sek(5_102))
    assert booking.fits(view(asked), sek(5_103))
    returned = captured(30_000, of=30_000, refunds=(klarna_refund(5_102),))
    assert booking.fits(view(replace(asked, klarna=returned)), sek(5_102))


def test_no_refund_is_missed_where_klarna_does_not_know_the_order() -> None:
    """Without Klarna's half there is nothing that a deleted refund could have moved."""
    assert deleted_refunds(replace(OPEN, klarna=None)) == ()


def test_a_deleted_refund_is_named_until_a_person_has_seen_it() -> None:
    """The shop has lost refund 7 that Klarna has paid: it waits by its id."""
    step = Refund(amount=sek(100), lines=(), store_refund_id=refund(100).id, reason="")
    journal = replace(
        agreed(records=(record(step, remote_id="REF-1"),)),
        refunds_seen={int(refund(100).id): sek(100)},
    )
    asked = situation(order("completed", capture_id="CAP-1"), captured(), journal)

    assert deleted_refunds(asked) == (int(refund(100).id),)
