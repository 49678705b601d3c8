"""The weaknesses W-01 to W-42 of plugin-behaviour.md §7, as far as they are decisions.

The others are proven elsewhere, and ``ELSEWHERE`` says where.
"""

from dataclasses import replace
from typing import Any

import pytest

from kvitt.domain.decide import decide
from kvitt.domain.ids import CaptureId
from kvitt.domain.intents import Intent
from kvitt.domain.klarna_order import FraudStatus, KlarnaCapture, KlarnaStatus
from kvitt.domain.plan import Gone, Guard, HoldCode, Journal, Situation, Wish
from kvitt.domain.policy import Policy
from kvitt.domain.steps import Refund
from unit.domain.orders import (
    DAY,
    NOW,
    OUR_CAPTURE,
    SCOPE,
    agreed,
    authorized,
    captured,
    ended,
    klarna_refund,
    line,
    one_mug,
    order,
    refund,
    situation,
    steps_of,
    with_wish,
)
from unit.domain.world import held, settled

#: What is not a decision alone: the test in which it is proven.
ELSEWHERE = {
    "W-02": "unit/application/test_resolve.py::test_what_proves_that_a_call_was_carried_out",
    "W-03": "contract/test_ledger.py::test_a_call_is_only_settled_by_evidence",
    "W-04": "contract/test_queue.py::test_two_claims_never_hold_one_order",
    "W-08": "integration/test_outages.py::"
    "test_a_dead_klarna_is_left_alone_and_probed_and_then_everything_is_done",
    "W-17": "unit/domain/test_refund_lines_worked_examples.py::test_worked_refund",
    "W-21": "unit/domain/test_lines_worked_examples.py::test_worked_example",
    "W-22": "unit/domain/test_refund_lines_worked_examples.py::test_worked_refund",
    "W-23": "unit/domain/test_refund_lines_worked_examples.py::test_worked_refund",
    "W-25": "contract/test_store_client.py::test_marks_and_status_are_set_together",
    "W-26": "contract/test_store_client.py::test_marks_and_status_are_set_together",
    "W-30": "unit/adapters/klarna/test_wire.py::test_an_error_keeps_what_support_asks_for",
    "W-31": "unit/adapters/klarna/test_regions.py::"
    "test_the_country_of_the_purchase_decides_the_host",
    "W-32": "contract/test_queue.py::test_a_dead_workers_order_is_free_when_its_lease_ends",
    "W-35": "security/test_canaries.py::"
    "test_nothing_the_command_writes_holds_a_secret_or_a_customer",
    "W-37": "integration/test_console_pages.py::"
    "test_an_order_that_nobody_has_read_yet_has_a_page",
    "W-38": "integration/test_api_conforms.py::"
    "test_no_operation_is_open_to_a_key_without_its_scope",
    "W-39": "integration/test_api_conforms.py::test_every_operation_answers_as_documented",
}

COMPLETED = order("completed")
WITH_CAPTURE = order("completed", capture_id="CAP-1")


def refunded(*amounts: int, **fields: Any) -> Situation:
    """Return a captured order with refunds of the shop, booked in the same second."""
    refunds = tuple(
        refund(amount, refund_id=77 + number) for number, amount in enumerate(amounts)
    )
    store = replace(WITH_CAPTURE, refunds=refunds)
    return situation(replace(store, **fields), captured())


DECISIONS = {
    "W-05: a refund booked before the capture is not ignored": (
        situation(order("completed", refunds=(refund(2_000),)), authorized()),
        ("Update 228.98 SEK", "Capture 228.98 SEK"),
        None,
    ),
    "W-06: completed while Klarna has cancelled does not stay completed": (
        situation(COMPLETED, ended(KlarnaStatus.CANCELLED)),
        (),
        HoldCode.CAPTURE_OF_CANCELLED,
    ),
    "W-06: completed while Klarna has rejected does not stay completed": (
        situation(COMPLETED, authorized(fraud_status=FraudStatus.REJECTED)),
        (),
        HoldCode.FRAUD_REFUSED,
    ),
    "W-07: cancelled during review waits and is remembered": (
        situation(order("cancelled", paid=False), authorized(fraud_status=FraudStatus.PENDING)),
        (),
        HoldCode.UNDER_REVIEW,
    ),
    "W-07: revived by a late acceptance, it is cancelled all the same": (
        situation(order(), authorized(), with_wish(agreed(), Wish.CANCEL)),
        ("Cancel 248.98 SEK",),
        None,
    ),
    "W-09: an authorization that runs out is seen in time": (
        situation(order(), authorized(expires_at=NOW + 3 * DAY)),
        (),
        HoldCode.EXPIRES_SOON,
    ),
    "W-09: closed by Klarna before it was shipped: said before anything ships": (
        situation(order(), ended(KlarnaStatus.CLOSED)),
        (),
        HoldCode.CAPTURE_OF_CLOSED,
    ),
    "W-09: and extended where the merchant lets it be": (
        situation(
            order(),
            authorized(expires_at=NOW + 3 * DAY),
            policy=Policy(extend_automatically=True),
        ),
        ("Extend the authorization",),
        None,
    ),
    "W-10: a part captured order is captured to the end": (
        situation(COMPLETED, captured(10_000)),
        ("Capture 148.98 SEK",),
        None,
    ),
    "W-11: what is left after a smaller capture is released": (
        situation(one_mug("completed"), captured(9_999)),
        ("Release 148.99 SEK",),
        None,
    ),
    "W-12: an edit by the REST API reaches Klarna": (
        situation(one_mug("processing"), authorized()),
        ("Update 99.99 SEK",),
        None,
    ),
    "W-13: an edit and a status in one save miss nothing": (
        situation(one_mug("completed"), authorized()),
        ("Update 99.99 SEK", "Capture 99.99 SEK"),
        None,
    ),
    "W-14: an edit that comes after the capture is said, not dropped": (
        situation(order("completed", total=30_000, capture_id="CAP-1"), captured()),
        (),
        HoldCode.UPDATE_AFTER_CAPTURE,
    ),
    "W-15: Klarna's order gets the shop's number": (
        situation(order(), authorized(merchant_reference1="")),
        ("Send the order number",),
        None,
    ),
    "W-16: two refunds of the same second are two refunds": (
        refunded(1_000, 2_500),
        ("Refund 10.00 SEK", "Refund 25.00 SEK"),
        None,
    ),
    "W-18: an order under review is looked at again": (
        situation(order("on-hold", paid=False), authorized(fraud_status=FraudStatus.PENDING)),
        (),
        None,
    ),
    "W-19: an order that is another's at Klarna is never touched": (
        situation(order("cancelled"), authorized(merchant_reference1="1041")),
        (),
        HoldCode.IDENTITY,
    ),
    "W-20: a renewal that inherited its parent's Klarna id is never touched": (
        situation(
            order("completed", capture_id="parents"),
            authorized(merchant_reference1="900", merchant_reference2="900"),
        ),
        (),
        HoldCode.IDENTITY,
    ),
    "W-20: a renewal that inherited its parent's capture id is captured": (
        situation(order("completed", capture_id="parents"), authorized()),
        ("Capture 248.98 SEK",),
        None,
    ),
    "W-24: nothing in the shop's order is recalculated": (
        situation(order("on-hold"), authorized()),
        (),
        None,
    ),
    "W-27: an order placed live is not looked for in the playground": (
        situation(replace(COMPLETED, environment="live"), authorized()),
        (),
        HoldCode.IDENTITY,
    ),
    "W-29: a missing Klarna order is said aloud": (
        situation(COMPLETED, None),
        (),
        HoldCode.KLARNA_UNKNOWN,
    ),
    "W-33: cancelled after the capture is not the end of it": (
        situation(order("cancelled"), captured()),
        (),
        HoldCode.CANCEL_AFTER_CAPTURE,
    ),
    "W-34: the bin says nothing, and is shown": (
        situation(order("trash"), authorized(), gone=Gone.TRASHED),
        (),
        HoldCode.ORDER_GONE,
    ),
    "W-34: the merchant's own status captures": (
        situation(
            order("shipped"),
            authorized(),
            policy=Policy(capture_statuses=frozenset({"shipped", "completed"})),
        ),
        ("Capture 248.98 SEK",),
        None,
    ),
    "W-34: the refund of a status set by hand is sent": (
        refunded(24_898, status="refunded"),
        ("Refund 248.98 SEK",),
        None,
    ),
    "W-36: a failed capture can be tried again": (
        situation(order("on-hold"), authorized(), with_wish(agreed(), Wish.CAPTURE)),
        ("Capture 248.98 SEK",),
        None,
    ),
    "W-40: another currency is never acted on": (
        situation(order("completed", currency="EUR"), authorized()),
        (),
        HoldCode.IDENTITY,
    ),
    "W-40: less at Klarna than is due is a hold, not a try": (
        situation(COMPLETED, captured(10_000, released=True)),
        (),
        HoldCode.CAPTURE_TOO_LARGE,
    ),
    "W-40: more captured than the order comes to is seen": (
        situation(order("completed", total=20_000, capture_id="CAP-1"), captured(), Journal()),
        (),
        HoldCode.CAPTURED_TOO_MUCH,
    ),
}


@pytest.mark.parametrize(
    ("asked", "steps", "code"),
    [pytest.param(*row, id=name) for name, row in DECISIONS.items()],
)
def test_weakness(asked: Situation, steps: tuple[str, ...], code: HoldCode | None) -> None:
    """Where the plugins lose, double or drop something, the plan does not."""
    plan = decide(asked)

    assert steps_of(plan) == steps
    assert (plan.hold.code if plan.hold else None) == code
    assert plan.reason


@pytest.mark.parametrize("number", range(1, 43))
def test_every_weakness_is_answered(number: int) -> None:
    """Each weakness has a row here, or a room in which it is proven."""
    name = f"W-{number:02}"
    here = {row.partition(":")[0] for row in DECISIONS} | set(SINGLE)

    assert name in here | ELSEWHERE.keys()


#: Weaknesses with a test of their own below.
SINGLE = ("W-01", "W-28", "W-41", "W-42")


def test_w01_a_refund_has_one_key_however_often_it_is_planned() -> None:
    """A refund that timed out is asked again under the same key, which Klarna knows."""
    first, again = decide(refunded(1_000)).steps[0], decide(refunded(1_000)).steps[0]
    assert isinstance(first, Refund)
    assert isinstance(again, Refund)

    assert Intent(scope=SCOPE, step=first).key == Intent(scope=SCOPE, step=again).key


def test_w06_and_w33_a_hold_moves_the_order_where_nothing_ships() -> None:
    """A completed order whose money cannot be taken goes on hold and stays visible."""
    waiting = held(situation(COMPLETED, ended(KlarnaStatus.CANCELLED)))

    assert waiting.store.status == "on-hold"
    assert decide(waiting).hold is not None


def test_w28_every_decision_says_why() -> None:
    """An order that is left alone says what was wanted of it, and why it is left alone."""
    plan = decide(situation(replace(COMPLETED, sync_off=True), authorized()))

    assert plan.guard is Guard.SYNC_OFF
    assert plan.reason.startswith("Capture 248.98 SEK: not sent.")


def test_w34_a_refund_deleted_in_the_shop_is_seen() -> None:
    """Money that was given back stays given back, and somebody is told."""
    after, _, _ = settled(refunded(1_000))
    amounts = {int(booked.id): booked.amount for booked in after.store.refunds}
    store = replace(after.store, refunds=())
    journal = replace(after.journal, refunds_seen=amounts)

    plan = decide(replace(after, store=store, journal=journal))

    assert plan.hold is not None
    assert plan.hold.code is HoldCode.REFUND_DELETED


def test_w41_every_capture_is_noted() -> None:
    """Two captures made elsewhere are two, and what is due counts both."""
    first = captured(10_000)
    second = KlarnaCapture(
        id=CaptureId("CAP-2"),
        klarna_reference="K4MADNY-2",
        amount=first.remaining,
        captured_at=NOW,
        refunded=first.refunded,
    )
    both = replace(captured(), captures=(*first.captures, second))

    plan = decide(situation(order(), both, agreed(records=())))

    assert steps_of(plan) == (
        "Note the capture of 100.00 SEK in the shop",
        "Note the capture of 148.98 SEK in the shop",
    )


def test_w42_a_return_fee_in_the_shop_lowers_what_klarna_gives_back() -> None:
    """The lines of a refund with a return fee come to what the customer gets."""
    fee = authorized().order_amount.zero("SEK")
    mug = line("79.99", "20.00", line_id=9, refunds_line=1)
    booked = replace(
        refund(7_499, lines=(mug,)),
        return_fee=replace(fee, minor=2_500),
        return_fee_tax=replace(fee, minor=500),
    )
    step = decide(situation(replace(WITH_CAPTURE, refunds=(booked,)), captured())).steps[0]
    assert isinstance(step, Refund)

    assert [row.total_amount for row in step.lines] == [9_999, -2_500]


def test_the_journal_knows_our_capture_however_klarna_names_it() -> None:
    """A capture of ours is never taken for one made elsewhere."""
    journal = agreed(records=(OUR_CAPTURE,))
    theirs = captured(refunds=(klarna_refund(100, reference="portal"),))

    plan = decide(situation(COMPLETED, theirs, journal))

    assert steps_of(plan) == ("Note the refund of 1.00 SEK in the shop",)
