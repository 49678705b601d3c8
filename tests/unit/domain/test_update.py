"""Edited orders: what Klarna is told, and when it is too late to tell it."""

from dataclasses import replace

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.lines import URL_LIMIT
from kvitt.domain.plan import HoldCode, Journal, Situation
from kvitt.domain.steps import Kind, Update
from unit.domain.orders import (
    MUGS,
    TOTAL,
    agreed,
    authorized,
    captured,
    klarna_refund,
    line,
    one_mug,
    order,
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
    ],
)
def test_an_order_lowered_after_its_capture(asked: Situation, code: HoldCode | None) -> None:
    """A person looks where more was kept than the order comes to now, and only there."""
    hold = decide(asked).hold

    assert (hold.code if hold else None) == code


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
