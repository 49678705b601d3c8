"""Histories that were never seen in between: several changes, one look.

A webhook may be late, lost, or come twice, so what is decided rests on both halves as they
are, and on nothing that happened on the way. Each row is a history in a merchant's words
with the one plan that answers it; the page of decisions tells them to a merchant.
"""

from dataclasses import replace
from itertools import permutations

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.klarna_order import FraudStatus, KlarnaStatus
from kvitt.domain.plan import HoldCode, Journal, Situation, Wish
from kvitt.domain.store_order import Address, StoreOrder
from unit.domain.orders import (
    TOTAL,
    agreed,
    authorized,
    captured,
    ended,
    klarna_refund,
    one_mug,
    order,
    refund,
    sek,
    situation,
    steps_of,
    with_wish,
)
from unit.domain.world import settled

FRESH = agreed(records=())
DONE = order("completed", capture_id="CAP-1")

HISTORIES: dict[str, tuple[Situation, tuple[str, ...], HoldCode | None]] = {
    "completed, then cancelled, before we looked": (
        situation(order("cancelled"), authorized(), FRESH),
        ("Cancel 248.98 SEK",),
        None,
    ),
    "cancelled, then completed, before we looked": (
        situation(order("completed"), authorized(), FRESH),
        ("Capture 248.98 SEK",),
        None,
    ),
    "captured in the portal, then cancelled in the shop": (
        situation(order("cancelled"), captured(), FRESH),
        ("Note the capture of 248.98 SEK in the shop",),
        HoldCode.CANCEL_AFTER_CAPTURE,
    ),
    "completed, then refunded in full, before anything was captured": (
        situation(order("refunded", refunds=(refund(TOTAL),)), authorized(), FRESH),
        ("Cancel 248.98 SEK",),
        None,
    ),
    "refunded in full in two refunds, before anything was captured": (
        situation(
            order("refunded", refunds=(refund(9_999), refund(14_899, refund_id=78))),
            authorized(),
            FRESH,
        ),
        ("Cancel 248.98 SEK",),
        None,
    ),
    "refunded in part, then completed, before anything was captured": (
        situation(order("completed", refunds=(refund(9_999),)), authorized(), FRESH),
        ("Update 148.99 SEK", "Capture 148.99 SEK"),
        None,
    ),
    "edited on hold several times, then completed": (
        situation(one_mug("completed"), authorized(), FRESH),
        ("Update 99.99 SEK", "Capture 99.99 SEK"),
        None,
    ),
    "edited on hold and back again": (
        situation(order("on-hold"), authorized(), FRESH),
        (),
        None,
    ),
    "edited, refunded in part, address corrected and completed in one go": (
        situation(
            replace(
                one_mug("completed", refunds=(refund(2_500),)),
                shipping_address=Address(city="Malmö"),
                tracking_number="SE1",
            ),
            authorized(merchant_reference1=""),
            FRESH,
        ),
        (
            "Update 74.99 SEK",
            "Send the delivery address",
            "Capture 74.99 SEK",
            "Send the order number",
        ),
        None,
    ),
    "a part captured in the portal, edited down, refunded in part, then run out": (
        situation(
            one_mug("completed", refunds=(refund(2_000),)),
            replace(captured(5_000), status=KlarnaStatus.EXPIRED, remaining=sek(0)),
            FRESH,
        ),
        ("Note the capture of 50.00 SEK in the shop", "Refund 20.00 SEK"),
        HoldCode.CAPTURE_OF_EXPIRED,
    ),
    "captured and refunded in the portal before we looked": (
        situation(order(), captured(refunds=(klarna_refund(TOTAL),)), FRESH),
        (
            "Note the capture of 248.98 SEK in the shop",
            "Note the refund of 248.98 SEK in the shop",
        ),
        None,
    ),
    "cancelled in both halves at once": (
        situation(order("cancelled"), ended(KlarnaStatus.CANCELLED), FRESH),
        (),
        None,
    ),
    "cancelled during the review, accepted late, and set to Processing by it": (
        situation(order(), authorized(), with_wish(FRESH, Wish.CANCEL)),
        ("Cancel 248.98 SEK",),
        None,
    ),
    "completed during the review, then cancelled; rejected meanwhile": (
        situation(
            order("cancelled"),
            authorized(fraud_status=FraudStatus.REJECTED),
            with_wish(FRESH, Wish.CAPTURE),
        ),
        ("Cancel 248.98 SEK",),
        None,
    ),
    "completed, and its refund booked after the capture, seen together": (
        situation(
            replace(DONE, refunds=(refund(9_999),)),
            captured(),
            agreed(adopted=frozenset({"CAP-1"})),
        ),
        ("Refund 99.99 SEK",),
        None,
    ),
    "refund booked and deleted again before we looked": (
        situation(DONE, captured()),
        (),
        None,
    ),
    "a renewal with its parent's Klarna id, completed": (
        situation(
            order("completed"),
            authorized(merchant_reference1="900", merchant_reference2="900"),
            Journal(),
        ),
        (),
        HoldCode.IDENTITY,
    ),
    "a renewal with its parent's capture id and a Klarna order of its own": (
        situation(order("completed", capture_id="parents"), authorized(), FRESH),
        ("Capture 248.98 SEK",),
        None,
    ),
    "a second shop order with the Klarna id of the first, cancelled": (
        situation(
            replace(order("cancelled"), number="1043"),
            authorized(merchant_reference1="1042", merchant_reference2="1041"),
            Journal(),
        ),
        (),
        HoldCode.IDENTITY,
    ),
}


@pytest.mark.parametrize(
    ("asked", "steps", "code"),
    [pytest.param(*row, id=name) for name, row in HISTORIES.items()],
)
def test_history(asked: Situation, steps: tuple[str, ...], code: HoldCode | None) -> None:
    """Whatever happened on the way, both halves as they are now have one answer."""
    plan = decide(asked)

    assert steps_of(plan) == steps
    assert (plan.hold.code if plan.hold else None) == code
    assert plan.reason


@pytest.mark.parametrize("looks", [(), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2), (0, 1, 2)])
@pytest.mark.parametrize("changes", list(permutations(("edit", "refund", "address"))))
def test_any_order_of_changes_and_looks_takes_the_same_money(
    changes: tuple[str, ...], looks: tuple[int, ...]
) -> None:
    """An edit, a refund and a corrected address, in any order and seen or not: one capture."""
    now = situation(order(), authorized(), FRESH)
    for place, change in enumerate(changes):
        now = replace(now, store=changed(now, change))
        now = settled(now)[0] if place in looks else now
    end, plan, _ = settled(replace(now, store=replace(now.store, status="completed")))

    assert plan.in_step
    assert end.klarna is not None
    assert (end.klarna.captured, end.klarna.refunded, end.klarna.remaining) == (
        sek(7_499),
        sek(0),
        sek(0),
    )


def changed(now: Situation, change: str) -> StoreOrder:
    """Return the shop's order after one of the changes."""
    if change == "edit":
        return one_mug(now.store.status, refunds=now.store.refunds)
    if change == "refund":
        return replace(now.store, refunds=(refund(2_500),))
    return replace(now.store, shipping_address=Address(city="Malmö"))
