"""What was sent stays what it was when the shop's order changes: number, payment, refunds."""

from dataclasses import replace

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.decide.approvals import codes_to_approve
from kvitt.domain.decide.capture import taken
from kvitt.domain.decide.view import View
from kvitt.domain.effects import lines_sent
from kvitt.domain.ids import KlarnaOrderId
from kvitt.domain.intents import Intent, State
from kvitt.domain.klarna_order import KlarnaLine
from kvitt.domain.line_builder import build_lines
from kvitt.domain.plan import HoldCode, Plan, Situation
from kvitt.domain.steps import Capture, Kind, Refund
from unit.domain.orders import (
    KLARNA_ID,
    OUR_CAPTURE,
    SCOPE,
    agreed,
    authorized,
    captured,
    klarna_refund,
    order,
    record,
    refund,
    sek,
    situation,
)

REFUND = Refund(amount=sek(2_500), lines=(), store_refund_id=refund(1).id, reason="")


def test_a_new_order_number_changes_neither_key_nor_body_of_what_is_stored() -> None:
    """A key never gets two bodies: the reference it was stored under stays in its body."""
    before = Intent(scope=SCOPE, step=REFUND)
    renumbered = replace(before, scope=replace(SCOPE, order_number="A-1042"))
    stored = replace(renumbered, stored_as=before.reference)

    assert before.reference == "1042|77"
    assert (renumbered.id, renumbered.key) == (before.id, before.key)
    assert renumbered.body_digest != before.body_digest
    assert (stored.key, stored.body) == (before.key, before.body)


@pytest.mark.parametrize(
    ("sent_to", "had"),
    [(KLARNA_ID, {"MUG-1": 1}), (None, {"MUG-1": 1}), (KlarnaOrderId("before"), {})],
)
def test_pieces_captured_of_an_earlier_payment_are_not_taken_of_the_new_one(
    sent_to: KlarnaOrderId | None, had: dict[str, int]
) -> None:
    """An order that is paid anew has another order at Klarna, of which nothing is taken yet."""
    known = replace(OUR_CAPTURE, klarna_order_id=sent_to, quantities={"MUG-1": 1})
    klarna = authorized()
    view = View(
        situation=situation(klarna=klarna, journal=agreed(records=(known,))), klarna=klarna
    )

    assert taken(view, Kind.CAPTURE).quantities == had


def test_lines_are_read_back_from_a_body_as_klarna_shows_them() -> None:
    """A capture of an amount alone has none."""
    lines = build_lines(order())
    step = Capture(amount=sek(1), lines=lines, captured_before=sek(0), reason="")

    assert lines_sent(step.body("x")) == tuple(
        KlarnaLine(
            reference=line.reference,
            name=line.name,
            quantity=line.quantity,
            total_amount=line.total_amount,
        )
        for line in lines
    )
    assert lines_sent(replace(step, lines=()).body("x")) == ()


def _other_amount(booked: int) -> Situation:
    """Return an order whose refund 77 was sent as 25.00 and is another amount now."""
    sent = record(REFUND, State.DONE, remote_id="REF-1")
    theirs = klarna_refund(2_500, reference="1042|77")
    return situation(
        order("completed", refunds=(refund(booked),)),
        captured(refunds=(theirs,)),
        agreed(records=(OUR_CAPTURE, sent)),
    )


@pytest.mark.parametrize("booked", [4_000, 1_000])
def test_a_refund_that_has_another_amount_than_was_given_back_is_held(booked: int) -> None:
    """A shop put back from a backup gives a number once more; the money is not sent again."""
    plan = decide(_other_amount(booked))

    assert plan.steps == ()
    assert plan.hold is not None
    assert plan.hold.code is HoldCode.REFUND_OVERBOOKED
    assert plan.hold.why == (
        f"Refund 77 is {sek(booked)} in the shop, and Klarna has given back 25.00 SEK for it."
    )


def test_another_amount_can_be_left_so_and_a_third_is_news() -> None:
    """What a person has seen is this amount of this refund."""
    seen = codes_to_approve(_other_amount(4_000), HoldCode.REFUND_OVERBOOKED)

    def told(booked: int) -> Plan:
        asked = _other_amount(booked)
        return decide(replace(asked, journal=replace(asked.journal, approved=seen)))

    assert told(4_000).hold is None
    assert told(5_000).hold is not None
    assert decide(_other_amount(2_500)).hold is None
