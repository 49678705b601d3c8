"""Edited orders: what Klarna is told, and when it is too late to tell it."""

from dataclasses import replace

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.decide.commands import plan_refund
from kvitt.domain.effects import carried_out
from kvitt.domain.intents import State
from kvitt.domain.lines import URL_LIMIT
from kvitt.domain.plan import HoldCode, Journal, Situation
from kvitt.domain.steps import Kind, Refund, Update
from unit.domain.orders import (
    MUGS,
    NOW,
    TOTAL,
    agreed,
    authorized,
    captured,
    first_call,
    klarna_refund,
    line,
    one_mug,
    order,
    record,
    refund,
    sek,
    shipping,
    situation,
    steps_of,
)
from unit.domain.world import settled


def test_an_order_edited_back_and_forth_is_sent_each_time() -> None:
    """One mug, then two, then one again: three updates, each with what it replaces."""
    now, sent = situation(order("on-hold"), authorized()), []
    for store in (one_mug(), order("on-hold"), one_mug()):
        now, plan, steps = settled(replace(now, store=store))
        assert plan.in_step
        sent += steps

    assert [step.kind for step in sent] == [Kind.UPDATE] * 3
    assert [(step.amount, step.amount_before) for step in sent if isinstance(step, Update)] == [
        (sek(9_999), sek(TOTAL)),
        (sek(TOTAL), sek(9_999)),
        (sek(9_999), sek(TOTAL)),
    ]


def later(total: int, *, at_klarna: int = 0, in_shop: int = 0) -> Situation:
    """Return an order that was captured in full, and came to another total afterwards."""
    store = order(
        "completed",
        total=total,
        lines=(line("79.992", "19.998"), shipping()),
        refunds=(refund(in_shop, by_gateway=True),) if in_shop else (),
        capture_id="CAP-1",
    )
    theirs = (klarna_refund(at_klarna),) if at_klarna else ()
    return situation(store, captured(refunds=theirs), agreed(adopted=frozenset({"REF-1"})))


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        pytest.param(later(14_899), HoldCode.UPDATE_AFTER_CAPTURE, id="lowered by a mug"),
        pytest.param(
            later(14_899, at_klarna=9_999), None, id="lowered by what was refunded at Klarna"
        ),
        pytest.param(
            later(14_899, at_klarna=9_999, in_shop=9_999),
            HoldCode.UPDATE_AFTER_CAPTURE,
            id="lowered by a mug, and a mug refunded beside it",
        ),
        pytest.param(later(TOTAL), None, id="other lines for the same total"),
        pytest.param(
            later(TOTAL, in_shop=1_000), None, id="other lines, and a refund Klarna shows late"
        ),
    ],
)
def test_an_order_lowered_after_its_capture(asked: Situation, code: HoldCode | None) -> None:
    """A person looks where more was kept than the order comes to now, and only there."""
    hold = decide(asked).hold

    assert (hold.code if hold else None) == code


def test_what_is_asked_for_after_a_lowering_settles_it() -> None:
    """The hold names what is still too much, and a refund in kvitt of just that ends it."""
    asked = later(14_899, at_klarna=5_000)
    hold = decide(asked).hold
    assert hold is not None
    assert hold.next_step.startswith("Refund 49.99 SEK in kvitt or in Klarna's portal, not")
    (step,) = plan_refund(asked, request="a", amount=sek(4_999)).steps
    assert isinstance(step, Refund)
    assert asked.klarna is not None

    refunded = carried_out(asked.klarna, step, remote_id="R-2", reference="1042|a", at=NOW)
    sent = record(step, remote_id="R-2")
    journal = replace(asked.journal, records=(*asked.journal.records, sent))
    assert decide(replace(asked, klarna=refunded, journal=journal)).hold is None


def test_a_refund_booked_beside_a_lowering_is_counted_once() -> None:
    """It is sent, and what the lowering leaves too much is the same before and after."""
    lowered = order("completed", total=20_000, lines=(line("160", "40"),), capture_id="CAP-1")
    asked = situation(replace(lowered, refunds=(refund(2_500),)), captured())
    after, plan, sent = settled(asked)

    assert [step.amount for step in sent] == [sek(2_500)]
    first = decide(asked).hold
    assert first is not None
    assert first == plan.hold == decide(after).hold
    assert "48.98 SEK too much once all refunds are counted" in first.why


def test_a_refused_raise_of_a_part_captured_order_goes_on_hold() -> None:
    """Klarna may refuse a higher amount: then not all can be captured, and nothing ships."""
    raised = situation(order("completed", total=30_000), captured(10_000))
    update = first_call(decide(raised))
    refused = record(update, State.REFUSED, error_code="NOT_ALLOWED")
    records = (*raised.journal.records, refused)

    plan = decide(replace(raised, journal=replace(raised.journal, records=records)))

    assert steps_of(plan) == ()
    assert plan.hold is not None
    assert (plan.hold.code, plan.hold.store_status) == (HoldCode.UPDATE_REFUSED, "on-hold")


def test_a_raise_after_a_part_speaks_of_no_early_refund() -> None:
    """A refund of what was captured is given back beside it, and is not taken off the raise."""
    asked = situation(
        order("completed", total=30_000, refunds=(refund(2_500),)), captured(10_000)
    )
    plan = decide(asked)

    assert steps_of(plan) == ("Update 300.00 SEK", "Capture 200.00 SEK", "Refund 25.00 SEK")
    assert "before anything was captured" not in plan.reason


def test_an_amount_changed_at_klarna_alone_is_left() -> None:
    """What was agreed is what the shop wants: another amount at Klarna is none of our edits."""
    assert steps_of(decide(situation(order(), authorized(30_000), agreed()))) == ()


def test_a_product_that_could_not_be_asked_about_is_no_change() -> None:
    """Whether goods are virtual is told by the product alone, which may be deleted by now."""
    downloads = (replace(MUGS, virtual=True), shipping())
    now, _, _ = settled(situation(order(lines=downloads), authorized(), Journal()))

    assert decide(replace(now, store=order())).in_step


@pytest.mark.parametrize(("length", "sent"), [(URL_LIMIT, True), (URL_LIMIT + 1, False)])
def test_addresses_of_pages_are_sent_up_to_the_limit(length: int, sent: bool) -> None:
    """A product's page and picture are sent whole, or not at all."""
    url = "https://shop.example/".ljust(length, "a")
    (step,) = decide(situation(one_mug(), authorized())).steps
    assert isinstance(step, Update)
    body = replace(step.lines[0], product_url=url, image_url=url).body()

    assert ("product_url" in body, "image_url" in body) == (sent, sent)
